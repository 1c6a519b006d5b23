"""Random text: read or refused, and with the values that Python itself gives it."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import Run
from engine.expression import FUNCTIONS
from tests.engine.models import expression, verified
from tests.engine.reading import read_or_refused

LETTERS = "xyz019.+-*/@()[]{}=,:;'\"_ \n#\\eEjlambdsinforu"
thorough = settings(max_examples=300)


@thorough
@given(st.text(alphabet=st.one_of(st.sampled_from(LETTERS), st.characters(max_codepoint=0x2FFF)), max_size=60))
def test_random_text_is_read_or_refused(source):
    read_or_refused(source, x=1.0)


names = st.sampled_from(["x", "y", "w"])
numbers = st.sampled_from(["0", "1", "2", "3", "0.5", "1e3", "1e-3", "7.25"])
signs = st.sampled_from(["+", "-", "*", "/", "**", "@", "//"])
calls = st.sampled_from([*FUNCTIONS, "cbrt"])


def grown(smaller):
    return st.one_of(
        st.tuples(smaller, signs, smaller).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(smaller, signs, smaller).map("{0[0]}{0[1]}{0[2]}".format),
        smaller.map("-{}".format),
        st.tuples(calls, smaller).map("{0[0]}({0[1]})".format),
        st.tuples(calls, smaller, smaller).map("{0[0]}({0[1]}, {0[2]})".format),
        st.tuples(smaller, st.sampled_from(["None", "0", "1", "-1", "7"])).map("sum({0[0]}, axis={0[1]})".format),
    )


texts = st.recursive(st.one_of(names, numbers), grown, max_leaves=12)
VALUES = {"x": 1.5, "y": [[0.5, 2.0], [1.0, 3.0]], "w": [1.0, -2.0]}


@thorough
@given(texts)
def test_random_expressions_are_refused_or_run_and_follow_from_their_leaves(source):
    model = read_or_refused(f"sum({source}) + 0*(x + sum(y) + sum(w))", **VALUES)
    assert model is None or verified(Run(model)).passed


def exact(smaller):
    """Text of operations that IEEE arithmetic defines to the last bit."""
    return st.one_of(
        st.tuples(smaller, st.sampled_from("+-*/"), smaller).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(smaller, st.sampled_from("+-*/"), smaller).map("{0[0]} {0[1]} {0[2]}".format),
        smaller.map("-{}".format),
        smaller.map("(-{})".format),
    )


floats = st.floats(-1e3, 1e3)


@thorough
@given(st.recursive(st.one_of(names, numbers), exact, max_leaves=12), floats, floats, floats)
def test_arithmetic_has_the_bits_of_pythons_own(source, x, y, w):
    source += " + x*0.0 + y*0.0 + w*0.0"
    floated = {"x": x, "y": y, "w": w}
    try:
        expected = eval(source, {"__builtins__": {}}, floated)
    except ZeroDivisionError:
        assume(False)
    run = expression(source, **floated)
    assert run.loss == expected or (math.isnan(run.loss) and math.isnan(expected))


MATH = {
    "exp": math.exp,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "square": lambda x: x * x,
}
functions = st.sampled_from(sorted(MATH))


@thorough
@given(st.lists(functions, min_size=1, max_size=3), st.floats(0.1, 2.0), st.floats(-3.0, 3.0))
def test_functions_and_powers_have_the_values_of_pythons_own(chain, x, y):
    source = "x"
    for name in chain:
        source = f"{name}({source})"
    source = f"{source} + x**y + (x + 2)**2"
    try:
        expected = eval(source, {"__builtins__": {}}, MATH | {"x": x, "y": y})
    except (ValueError, OverflowError):
        assume(False)
    # Two libraries' functions differ by some units in the last place; sin and cos pass them on magnified up to e⁷⁵.
    assume(abs(expected) < 1e6)
    assert expression(source, x=x, y=y).loss == pytest.approx(expected, rel=1e-9, abs=1e-9)
