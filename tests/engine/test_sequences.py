"""Rows that layers for sequences are made of."""

import numpy as np
import pytest

from engine import OPS, ShapeError


@pytest.mark.parametrize(
    ("axis", "index", "message"),
    [
        (2, 0, "select: axis 2 asked for; the operand has 2 axes"),
        (1, 3, "select: place 3 of axis 1 asked for; its size is 3"),
        (0, -3, "select: place -3 of axis 0 asked for; its size is 2"),
    ],
)
def test_a_place_that_is_not_there_is_named(axis, index, message):
    with pytest.raises(ShapeError, match=message):
        OPS["select"].shape((2, 3), axis=axis, index=index)


def test_a_weight_of_another_width_is_named_with_both_sizes():
    with pytest.raises(ShapeError, match="linear: axis j is 3 in one input and 4 in another"):
        OPS["linear"].shape((2, 3), (5, 4))


def test_the_gradient_of_one_time_step_reaches_that_step_alone():
    x = np.zeros((2, 4, 3))
    sent = OPS["select"].vjps[0](np.ones((2, 3)), None, x, axis=1, index=2)
    assert sent[:, 2].all()
    assert sent.sum() == 6
