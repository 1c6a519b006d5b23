"""What a graph knows of itself."""

import pytest

from tests.engine.models import NAMES, expression, gallery_model

examples = pytest.mark.parametrize("name", NAMES)


@examples
def test_every_node_comes_after_its_inputs_and_is_numbered_in_order(name):
    nodes = gallery_model(name).graph.nodes
    assert [n.id for n in nodes] == list(range(len(nodes)))
    assert all(i < n.id for n in nodes for i in n.inputs)


@examples
def test_labels_are_unique_but_for_constants(name):
    labels = [n.label for n in gallery_model(name).graph.nodes if n.role != "constant"]
    assert len(set(labels)) == len(labels)


@examples
def test_groups_have_every_path_that_a_node_is_in(name):
    graph = gallery_model(name).graph
    assert {n.group for n in graph.nodes} - {()} <= {g.path for g in graph.groups}


@examples
def test_shapes_of_the_first_values_are_those_of_the_leaves(name):
    model = gallery_model(name)
    assert {n.id: n.shape for n in model.graph.leaves} == {i: x.shape for i, x in model.values.items()}


def test_a_node_is_found_by_its_number_and_by_its_name():
    graph = gallery_model("neuron").graph
    assert graph.find("4") is graph.find("z") is graph.nodes[4]


@pytest.mark.parametrize("name", ["nobody", "99", "-1", ""])
def test_a_name_nobody_has_is_named(name):
    with pytest.raises(KeyError, match=f"no node is called '{name}'"):
        gallery_model("neuron").graph.find(name)


def test_the_loss_function_is_what_depends_on_a_target():
    graph = gallery_model("neuron").graph
    assert {graph.nodes[i].label for i in graph.loss_function()} == {"a − y", "v8", "L"}


def test_without_a_target_there_is_no_loss_function():
    assert gallery_model("chain").graph.loss_function() == frozenset()


def test_a_leaf_has_no_row():
    with pytest.raises(KeyError):
        gallery_model("chain").graph.nodes[0].row  # noqa: B018


def test_only_names_given_by_people_count_as_names():
    graph = expression("z = x*x + 2\nexp(z*z)*x", x=1.0).graph
    assert {n.label for n in graph.nodes if n.named} == {"x", "z"}
