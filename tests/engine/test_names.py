"""What nodes are called in formulas and in code."""

import keyword

import pytest

from engine.names import CodeNames, formula_name, latex_number, literal, symbol
from engine.notation import NEGATE, PRODUCT, Text
from tests.engine.every_layer import every_kind
from tests.engine.models import NAMES, expression, gallery_model


@pytest.mark.parametrize(
    ("label", "latex"),
    [
        ("w", "w"),
        ("z1", "z_{1}"),
        ("W_2", "W_{2}"),
        ("alpha", r"\alpha"),
        ("loss", r"\text{loss}"),
        ("two_steps", r"\text{two\_steps}"),
        ("dense1.weight", "W_{1}"),
        ("dense12.bias", "b_{12}"),
        ("output.weight", r"W_{\text{output}}"),
        ("conv2d1.weight", r"W_{\text{conv2d1}}"),
        ("batch_norm1.bias", r"b_{\text{batch\_norm1}}"),
        ("residual1.first.weight", r"W_{\text{residual1.first}}"),
        ("lstm1.weight_ih", r"{W_{ih}^{\text{lstm1}}}"),
        ("encoder.bias_hh", r"{b_{hh}^{\text{encoder}}}"),
        ("lstm1.h3", r"{h_{3}^{\text{lstm1}}}"),
        ("lstm1.input3", r"{\text{input}_{3}^{\text{lstm1}}}"),
        ("attention1.q", r"{q^{\text{attention1}}}"),
        ("attention1.out_proj.weight", r"{W_{out}^{\text{attention1}}}"),
        ("attention1.scores", r"{\text{scores}^{\text{attention1}}}"),
        ("encoder.c12", r"{c_{12}^{\text{encoder}}}"),
    ],
)
def test_labels_are_written_as_textbooks_do(label, latex):
    assert symbol(label) == latex


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("0.5", Text("0.5")),
        ("-2", Text("-2", NEGATE)),
        ("1e-05", Text(r"1 \cdot 10^{-5}", PRODUCT)),
        ("2.5e+20", Text(r"2.5 \cdot 10^{20}", PRODUCT)),
        ("-1e-05", Text(r"-1 \cdot 10^{-5}", NEGATE)),
    ],
)
def test_numbers_are_written_as_powers_of_ten_where_they_are_long(text, latex):
    assert latex_number(text) == latex


def test_a_value_without_a_name_is_written_out_two_operations_deep():
    graph = expression("sin(exp(cos(x) + 1))*x", x=1.0).graph
    named = {n.op: formula_name(graph, n).text for n in graph.nodes if n.op}
    assert named["add"] == r"\cos(x) + 1"
    assert named["exp"] == "e^{v_{1} + 1}"


def test_a_value_with_a_name_is_called_by_it():
    graph = expression("z = x*x\nz*z", x=1.0).graph
    assert formula_name(graph, graph.find("z")) == Text("z")


@pytest.mark.parametrize("name", NAMES)
def test_code_has_one_identifier_per_node(name):
    graph = gallery_model(name).graph
    code = CodeNames(graph)
    names = [called for n in graph.nodes for called in (code.value(n), code.gradient(n))]
    assert len(set(names)) == len(names)
    assert all(n.isidentifier() and not keyword.iskeyword(n) for n in names)


def test_a_constant_with_a_name_keeps_it():
    graph = expression("sum(x*gains)", roles={"gains": "constant"}, x=[1.0], gains=[2.0]).graph
    gains = graph.find("gains")
    assert CodeNames(graph).value(gains) == "gains"
    assert formula_name(graph, gains).text == r"\text{gains}"


def test_a_number_in_code_is_itself_or_an_array_where_its_size_is_asked_for():
    graph = expression("(-2)**x", x=1.0).graph
    constant, names = graph.nodes[1], CodeNames(graph)
    assert names.operand(constant, "elementwise") == Text("-2", NEGATE)
    assert names.operand(constant, "plain") == Text("np.float64(-2)")


def test_a_name_that_code_has_for_something_else_gets_an_underscore():
    graph = expression("x*d_x*np*min*t*m_x", x=1.0, d_x=1.0, np=1.0, min=1.0, t=1.0, m_x=1.0).graph
    names = CodeNames(graph, slots=("m",), reserved=("t",))
    assert [names.value(n) for n in graph.leaves] == ["x", "d_x_", "np_", "min_", "t_", "m_x_"]
    assert names.gradient(graph.find("d_x")) == "d_d_x_"


def symbols(graph):
    """Of the nodes that have one: a number is written as itself, and a nameless value as what it is made of."""
    return [symbol(n.label) for n in graph.nodes if not literal(n) and (n.op is None or n.named)]


@pytest.mark.parametrize("name", NAMES)
def test_no_two_nodes_of_a_gallery_graph_share_a_symbol(name):
    found = symbols(gallery_model(name).graph)
    assert len(set(found)) == len(found)


def test_no_two_nodes_share_a_symbol_where_every_kind_of_layer_stands_twice():
    found = symbols(every_kind())
    assert len(found) > 200
    assert len(set(found)) == len(found)
