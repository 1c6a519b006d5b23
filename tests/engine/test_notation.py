"""What rules are written as."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.notation import LATEX, NUMPY, PLAIN, Text, exact, write
from engine.ops import OPS
from engine.tape import UntraceableError, trace
from tests.engine.latex import worked_out

NAMES = ("x", "y")
VALUES = {"x": np.array([0.3, -1.7, 2.9, 1e3, -1e-3]), "y": np.array([1.1, 0.7, -2.3, 1e-2, 7.0])}


def written(rule, notation, names=NAMES):
    return write(trace(rule, ((),) * len(names)), names, notation).text


CASES = {
    "x + y": (lambda x, y: x + y, "x + y", "x + y"),
    "sum to the right": (lambda x, y: x + (y + x), "x + (y + x)", "x + (y + x)"),
    "difference to the right": (lambda x, y: x - (y - x), "x - (y - x)", "x - (y - x)"),
    "difference to the left": (lambda x, y: (x - y) - x, "x - y - x", "x - y - x"),
    "product of sums": (lambda x, y: (x + y) * (x - y), r"(x + y) \cdot (x - y)", "(x + y) * (x - y)"),
    "quotient": (lambda x, y: x / (y / x), r"\frac{x}{\frac{y}{x}}", "x / (y / x)"),
    "product in a quotient": (lambda x, y: x / (x * y), r"\frac{x}{x \cdot y}", "x / (x * y)"),
    "negated sum": (lambda x, y: -(x + y), "-(x + y)", "-(x + y)"),
    "sum with a negation": (lambda x, y: x + (-y), "x + (-y)", "x + (-y)"),
    "negated square": (lambda x, y: -np.square(x), "-x^{2}", "-x**2"),
    "square of a negation": (lambda x, y: np.square(-x), "(-x)^{2}", "(-x)**2"),
    "power of a power": (lambda x, y: (x**y) ** 3, "(x^{y})^{3}", "(x**y)**3"),
    "power to a sum": (lambda x, y: x ** (y - 1), "x^{y - 1}", "x**(y - 1)"),
    "negative number": (lambda x, y: x * -2.0, r"x \cdot (-2)", "x * (-2)"),
    "functions": (lambda x, y: np.exp(np.maximum(x, y + 1)), r"e^{\max(x, y + 1)}", "np.exp(np.maximum(x, y + 1))"),
    "comparison": (lambda x, y: (x > y + 1) * x, r"(x > y + 1) \cdot x", "(x > y + 1) * x"),
}


@pytest.mark.parametrize(("rule", "latex", "numpy"), CASES.values(), ids=CASES.keys())
def test_parentheses_stand_where_the_order_of_evaluation_needs_them(rule, latex, numpy):
    assert written(rule, LATEX) == latex
    assert written(rule, NUMPY) == numpy


UNARY = (np.negative, np.square, np.exp, np.sin, np.cos, np.tanh)
BINARY = (np.add, np.subtract, np.multiply, np.divide, np.maximum)
leaves = st.one_of(
    st.sampled_from(NAMES), st.sampled_from([-3.0, -0.5, 0.0, 0.25, 2.0, 1e-5, 0.1234567891, 1 / 3, 123456789.0])
)
trees = st.recursive(
    st.sampled_from(NAMES),
    lambda smaller: st.one_of(
        st.tuples(st.sampled_from(UNARY), smaller),
        st.tuples(st.sampled_from(BINARY), smaller, st.one_of(smaller, leaves)),
        st.tuples(st.sampled_from(BINARY), leaves, smaller),
        st.tuples(st.just(np.power), smaller, st.sampled_from([3.0, 5.0, -1.5])),
    ),
    max_leaves=12,
)


def calculated(tree, values):
    match tree:
        case str():
            return values[tree]
        case float():
            return tree
        case (ufunc, *operands):
            return ufunc(*(calculated(o, values) for o in operands))


@settings(max_examples=400)
@given(trees.filter(lambda tree: not isinstance(tree, str)))
def test_the_numpy_text_of_any_rule_gives_its_bits(tree):
    text = written(lambda x, y: calculated(tree, {"x": x, "y": y}), NUMPY)
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(calculated(tree, VALUES), (5,))
        got = np.broadcast_to(eval(text, {"np": np}, VALUES), (5,))
    assert got.tobytes() == expected.tobytes(), text


# Always the same trees: x² and x·x may differ in the last place, and some tree magnifies that.
@settings(max_examples=200, derandomize=True)
@given(trees.filter(lambda tree: not isinstance(tree, str)))
def test_the_latex_of_any_rule_means_the_same(tree):
    text = write(trace(lambda x, y: calculated(tree, {"x": x, "y": y}), ((), ())), (r"\num{0}", r"\num{1}"), LATEX).text
    numbers = np.array([0.3, 1.1])
    with np.errstate(all="ignore"):
        expected = float(calculated(tree, dict(zip(NAMES, numbers.astype(np.longdouble), strict=True))))
    assert worked_out(text, numbers) == pytest.approx(expected, rel=1e-12, nan_ok=True), text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_back_as_they_were(x):
    assert float(exact(x)) == x


def test_numbers_are_written_short():
    assert [exact(x) for x in (2.0, 0.5, -3.0, 1e-5, 0.1)] == ["2", "0.5", "-3", "1e-05", "0.1"]


def test_an_operand_that_holds_less_tightly_goes_into_parentheses():
    tape = trace(lambda x, y: x * y, ((), ()))
    assert write(tape, (Text("a + b", 1), Text("c")), LATEX).text == r"(a + b) \cdot c"
    assert write(tape, (Text("a + b", 1), Text("c")), PLAIN).text == "(a + b)·c"


def test_sums_and_maxima_over_axes_are_written():
    tape = trace(lambda x: (x - x.max(axis=-1, keepdims=True)).sum(), ((2, 3),))
    assert write(tape, ("x",), NUMPY).text == "np.sum(x - np.max(x, axis=-1, keepdims=True))"


def test_a_function_without_a_notation_is_refused():
    with pytest.raises(UntraceableError, match="no notation for arctan"):
        written(lambda x, y: np.arctan(x) + y, LATEX)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.family == "elementwise"], ids=lambda op: op.name)
def test_the_formula_of_every_elementwise_row_means_its_rule(op):
    numbers, options = np.array([0.7, 1.9, -0.4])[: len(op.inputs)], op.options
    names = [Text(rf"\num{{{k}}}") for k in range(len(op.inputs))]
    y = op.forward(*numbers, **dict(options))
    assert worked_out(op.latex(names, options), numbers) == pytest.approx(float(y), rel=1e-13)
    for partial, line in zip(op.partials, op.local, strict=True):
        local = line([Text(rf"\num{{{len(numbers)}}}"), *names], options)
        exact = float(partial(y, *numbers, **dict(options))) if partial else 0.0
        assert worked_out(local, np.append(numbers, y)) == pytest.approx(exact, rel=1e-13)
