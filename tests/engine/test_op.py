"""What follows from a family, and what a row may say."""

import numpy as np
import pytest

from engine import OPS, ShapeError
from engine.elementwise import constant, elementwise
from engine.notation import Text
from engine.op import series, unbroadcast
from engine.tape import trace

CUBE = elementwise(
    "cube", lambda x: x * x * x, lambda y, x: 3 * np.square(x), symbol="x³", title="cube", does="", sends=("",),
    example=([1.0],), doc="", flops=2,
)  # fmt: skip


def test_an_elementwise_row_follows_from_one_partial():
    x, g = np.array([[1.0, 2.0]]), np.array([[10.0, 1.0]])
    assert (CUBE.vjps[0](g, CUBE.forward(x), x) == [[30.0, 12.0]]).all()
    assert (CUBE.jvp([g], CUBE.forward(x), x) == [[30.0, 12.0]]).all()
    assert CUBE.shape((4, 1)) == (4, 1)
    assert CUBE.flops((4, 5)) == 40
    assert CUBE.latex([Text("x")], ()) == r"x \cdot x \cdot x"
    assert CUBE.local[0]([Text("y"), Text("x")], ()) == r"3 \cdot x^{2}"
    assert CUBE.numpy_vjp[0]([Text("dy"), Text("y"), Text("x")], ()) == "dy * (3 * x**2)"


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ((2,), (3,), r"add: axis -1 is 2 in one input and 3 in another \(shapes \(2,\) and \(3,\)\)"),
        ((2, 3), (4, 3), "add: axis -2 is 2 in one input and 4 in another"),
        ((5, 2, 3), (4, 1), "add: axis -2 is 2 in one input and 4 in another"),
    ],
)
def test_shapes_that_do_not_broadcast_are_named_by_axis(a, b, message):
    with pytest.raises(ShapeError, match=message):
        OPS["add"].shape(a, b)


def test_targets_have_the_shape_of_the_output():
    with pytest.raises(ShapeError, match=r"mse: the output has shape \(2, 3\) and the target \(3,\)"):
        OPS["mse"].shape((2, 3), (3,), reduction="mean")


@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_the_operand_does_not_have_is_named(axis):
    with pytest.raises(ShapeError, match=f"sum: axis {axis} asked for; the operand has 2 axes"):
        OPS["sum"].shape((2, 3), axis=axis, keepdims=False)


@pytest.mark.parametrize(
    ("reduction", "below"), [("mean", 6), ("batch", 2), ("sum", 1)],
)  # fmt: skip
def test_reductions_divide_by_entries_samples_or_nothing(reduction, below):
    a, y = np.full((2, 3), 3.0), np.ones((2, 3))
    assert OPS["mse"].forward(a, y, reduction=reduction) == pytest.approx(6 * 4 / below)
    p, t = np.full((2, 4), 0.25), np.eye(4)[[0, 1]]
    samples = 1 if reduction == "sum" else 2
    assert OPS["cross_entropy"].forward(p, t, reduction=reduction, smoothing=0.0) == pytest.approx(
        2 * np.log(4) / samples
    )


def test_a_partial_that_is_always_one_number_is_known_to_be():
    assert [constant(p, 3) for p in OPS["sub"].partials] == [1.0, -1.0]
    assert [constant(p, 3) for p in OPS["mul"].partials] == [None, None]


def test_unbroadcasting_writes_no_sum_where_nothing_was_repeated():
    tape = trace(lambda g: unbroadcast(g, (2, 3)), ((2, 3),))
    assert tape.lines == ()


def term(*index):
    return "x" + "".join(map(str, index))


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((), "x"),
        ((0,), "0"),
        ((1,), "x0"),
        ((2, 2), "x00 + x01 + x10 + x11"),
        ((5,), r"x0 + x1 + \cdots + x4"),
        ((3, 3), r"x00 + x01 + \cdots + x22"),
    ],
)
def test_a_long_series_keeps_its_first_terms_and_its_last(shape, text):
    assert series(shape, term, most=4) == text
