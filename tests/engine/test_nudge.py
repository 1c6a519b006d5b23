"""What one number moved does to the loss, beside what its gradient says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nudge import nudge
from tests.engine.models import NAMES, expression, gallery, traced


@settings(max_examples=60)
@given(w=st.floats(-3, 3), by=st.floats(-0.5, 0.5))
def test_a_quadratic_is_its_slope_and_its_curvature(w, by):
    told = nudge(traced(expression("y = (w*x + b)**2", w=w, x=2, b=1)), 0, (), by)
    assert told.predicted == pytest.approx(4 * (2 * w + 1) * by, rel=1e-12, abs=1e-12)
    assert told.second_order == pytest.approx(4 * by**2, rel=1e-8, abs=1e-12)
    assert told.change == pytest.approx((2 * (w + by) + 1) ** 2 - (2 * w + 1) ** 2, abs=1e-12)
    assert abs(told.remainder) <= 1e-9


def test_the_neuron_moves_as_written_by_hand():
    told = nudge(traced(gallery("neuron")), 0, (), 0.1)

    def loss(w):
        return 0.5 * (1 / (1 + np.exp(-(w + 0.1))) - 1) ** 2

    a = 1 / (1 + np.exp(-0.6))
    second = (a * (1 - a)) ** 2 + (a - 1) * a * (1 - a) * (1 - 2 * a)
    assert told.change == pytest.approx(loss(0.6) - loss(0.5), rel=1e-12)
    assert told.curvature == pytest.approx(second, rel=1e-8)
    assert abs(told.remainder) < abs(told.second_order) < abs(told.predicted)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"instability"}))
def test_what_the_slope_and_the_curvature_leave_over_falls_with_the_third_power(name):
    """Where no kink lies within reach; rounding of the loss bounds it from below."""
    run = gallery(name)
    trace = traced(run)
    leaf = [n for n in run.graph.leaves if n.wanted][-1]
    index = (0,) * len(leaf.shape)
    by = 1e-4
    told = nudge(trace, leaf.id, index, by)
    assert told.gradient == pytest.approx(trace.gradient(leaf.id, trace.backward_end)[index], abs=0)
    rounding = 1e-13 * max(1.0, abs(told.loss))
    assert abs(told.remainder) <= 1e-9 * max(1.0, abs(told.gradient)) + rounding


def test_an_intermediate_value_is_held_and_what_it_came_from_stays():
    run = gallery("neuron")
    a = run.graph.find("a")
    told = nudge(traced(run), a.id, (), 0.25)
    here = 1 / (1 + np.exp(-0.6))
    assert (told.value, told.nudged) == (pytest.approx(here), pytest.approx(here + 0.25))
    assert told.nudged_loss == pytest.approx(0.5 * (here + 0.25 - 1) ** 2, rel=1e-12)


def test_one_entry_of_a_tensor_moves_alone():
    run = gallery("linear-layer")
    told = nudge(traced(run), run.graph.find("W").id, (2, 1), 0.5)
    x, g = np.array([3, 2, 1, 0]), np.array([0, -1, 2, 0.5])
    assert told.change == pytest.approx(0.5 * float(x @ g), rel=1e-12)
    assert told.second_order == 0


def test_values_that_are_computed_again_are_held_too():
    run = gallery("checkpointing")
    a = run.graph.find("a3")
    trace = traced(run)
    told = nudge(trace, a.id, (0, 4), 1e-3)
    assert told.gradient == trace.gradient(a.id, trace.backward_end)[0, 4]
    assert told.change == pytest.approx(told.predicted + told.second_order, rel=1e-3)


def test_what_gets_no_gradient_has_no_prediction_but_an_effect():
    run = gallery("neuron")
    told = nudge(traced(run), run.graph.find("y").id, (), 0.5)
    assert (told.gradient, told.predicted, told.second_order, told.remainder) == (None,) * 4
    assert told.change != 0


def test_the_trace_itself_stays_as_it_was():
    run = gallery("digits8")
    before = run.recording.buffer.tobytes()
    nudge(traced(run), run.graph.find("dense1.weight").id, (20, 3), 0.5)
    assert run.recording.buffer.tobytes() == before
