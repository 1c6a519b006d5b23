"""Graphs built with operators."""

import numpy as np
import pytest

from engine import ShapeError, SizeError
from engine.build import Builder
from engine.graph import Carry, Group


def leaves(**shapes):
    builder = Builder()
    return builder, [builder.leaf(name, np.ones(shape), "parameter") for name, shape in shapes.items()]


def test_operators_add_the_nodes_they_stand_for():
    _, (x, y) = leaves(x=(), y=())
    out = -((((2 + x) * 3 - y) / 4) ** 3) + (1 - x) * (1 / y)
    ops = [n.op for n in out.builder.nodes if n.op]
    assert ops == ["add", "mul", "sub", "div", "pow", "neg", "sub", "div", "mul", "add"]


def test_a_model_reads_like_numpy():
    builder, (x, w) = leaves(x=(4, 3), w=(3, 2))
    assert (x @ w).shape == (4, 2)
    assert builder.op("sum", x @ w, axis=0).shape == (2,)


def test_a_node_used_twice_stands_twice_among_the_inputs():
    _, (x,) = leaves(x=())
    assert x.builder.nodes[(x * x).id].inputs == (x.id, x.id)


def test_inputs_keep_their_order_with_a_number_on_the_left():
    builder, (x,) = leaves(x=())
    node = builder.nodes[(2 - x).id]
    assert [builder.nodes[i].label for i in node.inputs] == ["2", "x"]


def test_the_second_power_is_a_square():
    builder, (x, y) = leaves(x=(), y=())
    assert [builder.nodes[(x**p).id].op for p in (2, 2.0, 3, y)] == ["square", "square", "pow", "pow"]


def test_a_label_is_given_once():
    _, (x, y) = leaves(x=(), y=())
    (x + y).named("z")
    with pytest.raises(ValueError, match="two nodes are called 'z'"):
        (x * y).named("z")


def test_unnamed_nodes_are_called_what_they_compute_or_by_their_number():
    builder, (x, y) = leaves(x=(), y=())
    product, negative, again = x * y, x ** builder.constant(-2), x * y
    long = builder.op("exp", product)
    labels = [builder.nodes[r.id].label for r in (product, negative, again, long)]
    assert labels == ["x·y", "x^(-2)", f"v{again.id}", f"v{long.id}"]


def test_a_power_is_labelled_with_its_whole_exponent():
    builder, (x,) = leaves(x=())
    assert [builder.nodes[(x**p).id].label for p in (3, 12, 2.5, 1e-5)] == ["x³", "x¹²", "x^2.5", "x^1e-05"]


def test_an_unnamed_node_leaves_reserved_names_alone():
    builder, (x, y) = leaves(x=(), y=())
    builder.reserved = frozenset({"v3"})
    product = x * y
    unnamed = builder.op("exp", product)
    assert builder.nodes[unnamed.id].label == "v3_"


def test_labels_are_unique():
    builder, (x, y) = leaves(x=(), y=())
    for _ in range(3):
        (x * y + 2) * (x + 2)
    labels = [n.label for n in builder.nodes if n.role != "constant"]
    assert len(set(labels)) == len(labels)


def test_what_lies_between_trained_leaves_and_the_output_gets_gradients():
    builder, (w,) = leaves(w=())
    x, t = builder.leaf("x", 1.0, "input"), builder.leaf("t", 1.0, "target")
    data = (x * 2).named("data")
    unused = (w * 3).named("unused")
    out = (data * w - t).named("out")

    def wanted(*roles):
        return {n.label for n in builder.build(out, wanted_roles=frozenset(roles)).nodes if n.wanted}

    assert wanted("parameter") == {"w", "data·w", "out"}
    assert wanted("parameter", "input") == {"w", "x", "data", "data·w", "out"}
    assert not builder.nodes[unused.id].wanted


def test_the_output_is_the_loss():
    builder, (x,) = leaves(x=())
    graph = builder.build(x * x)
    assert (graph.loss.role, graph.outputs) == ("loss", (graph.loss.id,))


def test_several_results_are_refused():
    builder, (x,) = leaves(x=(2,))
    with pytest.raises(ShapeError, match=r"shape \(2,\)"):
        builder.build(x)


def test_groups_nest_and_are_listed_once_outermost_first():
    builder, (x,) = leaves(x=())
    with builder.group("outer", "the outer one"):
        with builder.group("inner"):
            inside = x * x
        between = inside + x
    with builder.group("outer"):
        last = between * 2
    graph = builder.build(last)
    assert graph.groups == (
        Group(path=("outer",), title="the outer one"),
        Group(path=("outer", "inner"), title="inner"),
    )
    assert [graph.nodes[r.id].group for r in (inside, between, last)] == [("outer", "inner"), ("outer",), ("outer",)]


def test_a_leaf_lives_with_its_consumers_unless_it_was_put_outside():
    builder = Builder()
    w, both = builder.leaf("w", 1.0, "parameter"), builder.leaf("both", 1.0, "parameter")
    x = builder.leaf("x", 1.0, "input", outside=True)
    with builder.group("layer1"):
        z = x * w * both
    with builder.group("layer2"):
        out = z * both * 2
    homes = {n.label: n.group for n in builder.build(out).nodes if n.op is None}
    assert homes == {"w": ("layer1",), "both": (), "x": (), "2": ("layer2",)}


def test_a_chain_of_five_thousand_nodes_is_built():
    builder, (x,) = leaves(x=())
    out = x
    for _ in range(5_000):
        out = out + x
    assert len(builder.build(out).nodes) == 5_001


def test_the_newest_node_can_be_taken_back_and_no_other():
    builder, (x,) = leaves(x=())
    kept = (x + 1).named("kept")
    builder.withdraw((x * x).named("spare"))
    builder.withdraw(x)
    assert [n.label for n in builder.nodes] == ["x", "1", "kept"]
    assert (x * kept).named("spare").id == 3


def test_a_graph_says_which_edges_carry_state():
    builder, (x,) = leaves(x=())
    out = x * x
    builder.carries.append(Carry("rnn1", 2, out.id, 1))
    assert builder.build(out).carries == (("rnn1", 2, out.id, 1),)


def test_a_builder_takes_so_many_nodes_and_says_how_many():
    builder = Builder(most=3)
    x = builder.leaf("x", 1.0, "parameter")
    x = x * x + x
    with pytest.raises(SizeError, match="more than 3 nodes asked for; at most 3 fit"):
        x * x
