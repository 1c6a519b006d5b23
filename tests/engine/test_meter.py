"""What charts of training are drawn from: rates, gradients and updates by layer, and how often answers are tested."""

import numpy as np
import pytest

from engine import Meter
from tests.engine.models import expression
from tests.engine.test_evaluate import DENSE, leaf, run_of


def test_gradients_and_updates_are_told_by_layer():
    run = run_of(DENSE)
    meter = Meter(run)
    assert meter.layers == ("l0", "l2")
    for _ in range(3):
        told, before = meter(), {n.label: leaf(run, n.label).copy() for n in run.graph.parameters}
        run.advance()
        moved = {name: leaf(run, name) - value for name, value in before.items()}
        gradients = [np.hypot(*(np.linalg.norm(moved[f"{layer}.{k}"]) for k in ("weight", "bias"))) / 0.5
                     for layer in meter.layers]  # fmt: skip
        updates = [np.linalg.norm(moved[f"{layer}.weight"]) / np.linalg.norm(before[f"{layer}.weight"])
                   for layer in meter.layers]  # fmt: skip
        assert (told.gradients, told.updates) == (pytest.approx(gradients), pytest.approx(updates))
        assert told.learning_rate == 0.5


def test_single_numbers_are_weights_where_there_are_no_others():
    meter = Meter(expression("w*x + b", rate=0.1, w=2, x=3, b=0))
    told = meter()
    assert (told.gradients, told.updates) == ((3.0, 1.0), (pytest.approx(0.1 * 3 / 2), None))


def test_what_nothing_trains_has_no_rate_and_no_updates():
    told = Meter(expression("w*x", w=2, x=3))()
    assert (told.learning_rate, set(told.updates)) == (None, {None})


@pytest.mark.parametrize(("held", "batch", "every"), [(1, None, 1), (4, None, 2), (4, 1, 16), (8, 2, 16)])
def test_many_samples_held_out_are_measured_seldom(held, batch, every):
    run = run_of(DENSE, held=list(range(held)), batch=batch)
    meter = Meter(run)
    assert meter.every == every
    for iteration in range(20):
        assert (meter().test_loss is not None) == (iteration % every == 0)
        run.advance()


def test_numbers_that_are_not_finite_are_told_as_they_are():
    run = run_of(DENSE)
    leaf(run, "l0.weight")[...] = np.nan
    run.compute()
    told = Meter(run)()
    assert np.isnan([told.loss, *told.gradients]).all()
