"""An operation of one's own: a row, checked against differences before anything is trained with it."""

import numpy as np
import pytest

from engine import OPS, Run, check
from engine.build import Builder
from engine.elementwise import elementwise
from engine.spec import Model
from tests.engine.models import traced


def softsign(slope):
    return elementwise(
        "softsign", lambda x: x / (1 + np.abs(x)), slope, symbol="s", title="softsign",
        does="Squash {0}", sends=("scales the gradient",), example=([-1.0, 2.0],), doc="x / (1 + |x|).",
    )  # fmt: skip


def checked(monkeypatch, slope):
    monkeypatch.setitem(OPS, "softsign", softsign(slope))
    builder = Builder()
    x = builder.leaf("x", [0.3, -1.2, 2.0], "parameter")
    loss = builder.op("sum", builder.op("square", builder.op("softsign", x)))
    return check(traced(Run(Model(graph=builder.build(loss), values=builder.values))))


def test_a_right_slope_passes(monkeypatch):
    told = checked(monkeypatch, lambda y, x: 1 / np.square(1 + np.abs(x)))
    assert told.passed
    assert told.parameters[0].relative_error < 1e-9


@pytest.mark.parametrize("wrong", [
    lambda y, x: 1 / (1 + np.abs(x)),
    lambda y, x: 1 / np.square(1 + x),
    lambda y, x: -1 / np.square(1 + np.abs(x)),
])  # fmt: skip
def test_a_wrong_slope_is_caught(monkeypatch, wrong):
    assert not checked(monkeypatch, wrong).passed
