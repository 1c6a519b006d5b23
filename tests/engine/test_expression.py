"""What text may say, and what happens to all other text."""

import math
from time import perf_counter

import numpy as np
import pytest

from engine import ExpressionError, Limits, ShapeError
from engine.expression import FUNCTIONS, NEEDED
from engine.ops import OPS
from tests.engine.models import expression, value
from tests.engine.reading import read, read_or_refused


def refused(source, **values):
    with pytest.raises(ExpressionError) as caught:
        read(source, **values)
    return caught.value


# --- what is read ---


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x + y*2", 7.0),
        ("(x + y)*2", 8.0),
        ("x - y - 1", -3.0),
        ("2**y**2", 512.0),
        ("-x**2", -1.0),
        ("2/4/2*y", 0.75),
        ("x\\\n + y", 4.0),
        ("0x10*x", 16.0),
        ("x # and no more", 1.0),
        ("\n\n  x*y", 3.0),
        ("z = x + y\nz*z", 16.0),
        ("z = x + y; z*z", 16.0),
        ("sin = x + y\nsin(sin)", math.sin(4.0)),
    ],
)
def test_text_means_what_it_means_in_python(source, expected):
    assert expression(source, **{n: v for n, v in {"x": 1.0, "y": 3.0}.items() if n in source}).loss == expected


OF_ONE = [name for name in FUNCTIONS if len(OPS[name].inputs) == 1 and name not in NEEDED]


@pytest.mark.parametrize("name", OF_ONE)
def test_every_function_of_one_operand_is_a_node(name):
    model = read(f"sum({name}(x)) + sum(x)", x=[0.5, 0.25])
    assert [n.op for n in model.graph.nodes if n.op] == [name, "sum", "sum", "add"]


def test_options_reach_their_op():
    model = read("sum(sum(x, axis=0, keepdims=True)) + mse(x, x, reduction='sum')", x=[[1.0, 2.0]])
    options = [n.options for n in model.graph.nodes if n.op in ("sum", "mse")]
    assert options == [{"axis": 0, "keepdims": True}, {"axis": None, "keepdims": False}, {"reduction": "sum"}]


def test_a_square_is_one_operation_and_other_powers_are_pow():
    assert [n.op for n in read("x**2 + x**3", x=1.0).graph.nodes if n.op] == ["square", "pow", "add"]


def test_statements_of_several_operations_are_groups_and_name_their_results():
    graph = read("z = w*x + b\na = sigmoid(z)\nL = (a - y)**2", w=1.0, x=1.0, b=1.0, y=1.0).graph
    assert [(g.path, g.title) for g in graph.groups] == [(("z",), "z = w*x + b"), (("L",), "L = (a - y)**2")]
    assert [n.label for n in graph.nodes if n.named and n.op] == ["z", "a", "L"]


@pytest.mark.parametrize("source", ["c1 + 2", "(v1 + v2)*v2*v3 + v4", "v3 = (c1 + v1)*v1 + c1\nv3*v9*(2*v3 + v9)"])
def test_names_that_look_like_those_of_unnamed_values_are_free(source):
    names = [n for n in ("c1", "v1", "v2", "v3", "v4", "v9") if n in source and f"{n} =" not in source]
    graph = read(source, **dict.fromkeys(names, 2.0)).graph
    labels = [n.label for n in graph.nodes if n.role != "constant"]
    assert len(labels) == len(set(labels))
    assert set(names) <= set(labels)


def test_constants_keep_all_their_digits():
    run = expression("0.1234567891*x", x=1.0)
    assert run.loss == 0.1234567891
    assert run.graph.nodes[1].label == "0.1234567891"


# --- what is refused ---

X = {"x": 1.0}
REFUSED = {
    "x.__class__": (1, 0),
    "1 + x.real": (1, 4),
    "x[0]": (1, 0),
    "lambda: x": (1, 0),
    "[x for x in x]": (1, 0),
    "(x for x in x)": (1, 0),
    "{x: x}": (1, 0),
    "{x}": (1, 0),
    "[x]": (1, 0),
    "(x, x)": (1, 0),
    "f'{x}'": (1, 0),
    "(y := x)": (1, 1),
    "x if x else x": (1, 0),
    "x and x": (1, 0),
    "x < 1": (1, 0),
    "not x": (1, 0),
    "~x": (1, 0),
    "+x": (1, 0),
    "x // 2": (1, 0),
    "x % 2": (1, 0),
    "x << 2": (1, 0),
    "x ^ 2": (1, 0),
    "x + True": (1, 4),
    "x + 1j": (1, 4),
    "x + 'a'": (1, 4),
    "x + b'a'": (1, 4),
    "x + None": (1, 4),
    "x + ...": (1, 4),
    "x + 1e999": (1, 4),
    "sum(*x)": (1, 4),
    "sum(x, **x)": (1, 0),
    "sum(x, where=x)": (1, 0),
    "sum(x, axis=x)": (1, 12),
    "sum(x, axis=9**9)": (1, 12),
    "sum(x, axis=True)": (1, 12),
    "sum(x, keepdims=1)": (1, 16),
    "mse(x, x, reduction='most')": (1, 20),
    "sin(x, x)": (1, 0),
    "sin()": (1, 0),
    "eval(x)": (1, 0),
    "x.sin(x)": (1, 0),
    "sin(x)(x)": (1, 0),
    "__import__(x)": (1, 0),
    "import os": (1, 0),
    "from os import path": (1, 0),
    "del x": (1, 0),
    "def f(): return x": (1, 0),
    "class C: pass": (1, 0),
    "while x: x": (1, 0),
    "y: x = x": (1, 0),
    "y += x": (1, 0),
    "y, z = x": (1, 0),
    "y = z = x + 1": (1, 0),
    "yield x": (1, 0),
    "await x": (1, 0),
    "return x": (1, 0),
    "y = x": (1, 0),
    "x = 3": (1, 0),
    "x + 1\nx + z": (2, 4),
    "\n\nx + z": (3, 4),
    "x +": (1, 3),
    "x + 1\nx + \u00e9": (2, 4),
    "\uff58 + 1": (1, 0),
    "x\u2003+ 1": (1, 1),
    "x + \x00": (1, 4),
    "\tx": (1, 0),
    "": (1, 0),
    "# nothing": (1, 0),
}


@pytest.mark.parametrize(("source", "place"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_all_other_text_is_refused_with_its_place(source, place):
    error = refused(source, **X)
    assert (error.line, error.column) == place, str(error)


def test_a_name_without_a_value_and_a_value_without_a_name_are_named():
    assert "'w' has no value" in str(refused("w*x", x=1.0))
    assert "'w', which the expression does not use" in str(refused("x*x", x=1.0, w=1.0))


def test_operands_that_do_not_fit_are_named_with_their_place():
    with pytest.raises(ShapeError, match="line 2, column 4: matmul: axis j is 1 in one input and 2 in another"):
        read("a = x*2\nsum(a @ y)", x=[[1.0]], y=[[1.0], [2.0]])


@pytest.mark.parametrize(
    "source", ["softmax(x)", "log_softmax(x)", "cross_entropy(x, x)", "softmax_cross_entropy(x, x)"]
)
def test_classes_of_a_single_number_are_refused(source):
    with pytest.raises(ShapeError, match="expected at least 1 axis"):
        read(source, x=1.0)


def test_a_result_of_several_numbers_is_refused():
    with pytest.raises(ShapeError, match=r"the result has shape \(2,\)"):
        read("x*2", x=[1.0, 2.0])


def test_an_array_without_numbers_is_refused():
    with pytest.raises(ShapeError, match=r"x: an array of shape \(0,\) has no numbers"):
        read("mean(x)", x=[])


def test_constants_alone_are_refused():
    with pytest.raises(ValueError, match="nothing here can get a gradient"):
        read("2 + 3")


# --- size ---

WIDE = Limits(characters=1_000_000, nodes=100_000, levels=1_000_000)
DEEP = {
    "parentheses": "(" * 100_000 + "x" + ")" * 100_000,
    "characters": "x" + " + x" * 2_500,
    "sum of a thousand terms": " + ".join(["x"] * 1000),
    "minus signs": "-" * 1_900 + "x",
    "powers": "**".join(["x"] * 900),
    "negations": "not " * 480 + "x",
    "lambdas": "lambda:" * 280 + "x",
    "attributes": "x" + ".x" * 900,
    "calls": "sin(" * 60 + "x" + ")" * 60 + "(x)" * 500,
    "subscripts": "x" + "[x]" * 600,
    "braces": "{" * 1_900,
    "digits": "1" * 1_990 + "*x",
}


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP.keys())
def test_text_that_is_too_long_or_too_deep_is_refused_at_once(source):
    start = perf_counter()
    refused(source, **X)
    assert perf_counter() - start < 1.0


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP.keys())
def test_without_limits_the_parser_still_refuses_or_reads_it(source):
    model = read_or_refused(source, WIDE, **X)
    assert model is None or model.graph.loss.shape == ()


def test_levels_of_parentheses_are_counted_by_the_limit_given():
    assert read("(((x)))", Limits(levels=3), x=1.0).graph.loss.label == "x"
    with pytest.raises(ExpressionError, match="more than 2 levels of parentheses") as caught:
        read("x*1 +\\\n (((x)))", Limits(levels=2), x=1.0)
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_a_tower_of_powers_is_four_constants_that_overflow():
    start = perf_counter()
    run = expression("9**9**9**9*x", x=1.0)
    assert perf_counter() - start < 1.0
    assert run.loss == math.inf
    assert [n.op for n in run.graph.nodes if n.op] == ["pow", "pow", "pow", "mul"]


def test_a_sum_of_a_thousand_terms_is_right_where_it_is_allowed():
    model = read(" + ".join(["x"] * 1000), Limits(characters=10_000, nodes=2_000), x=1.0)
    assert len(model.graph.nodes) == 1_000


def test_values_are_taken_as_float64():
    run = expression("sum(x*2)", x=np.array([1, 2], np.int8))
    assert value(run, "x").dtype == np.float64
    assert run.loss == 6.0


@pytest.mark.parametrize("source", ["sum(x, axis=0, axis=0)", "sum(x, axis=0, axis=1)"])
def test_an_option_given_twice_is_refused_by_name(source):
    with pytest.raises(ExpressionError, match="line 1, column 15: axis is given twice"):
        read(source, x=[1.0, 2.0])


def test_two_names_that_formulas_write_alike_are_refused():
    assert read("W_1*W2*W1_", W_1=1.0, W2=2.0, W1_=3.0).graph
    with pytest.raises(ExpressionError, match="W1 and W_1 would be written alike; rename one of them"):
        read("W1*W_1", W1=1.0, W_1=2.0)
