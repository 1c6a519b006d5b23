"""Without zero_grad, gradients of all steps add up, as PyTorch's do."""

import numpy as np
import pytest

from engine import Clip, ExpressionModel, OptimizerSpec, Run, Spec, Trace, build, verify
from engine.explain import Explainer


def run_of(zero_grad, **more):
    model = ExpressionModel(source="L = (w*x - y)**2", values={"w": 1.5, "x": 2.0, "y": 1.0})
    optimizer = OptimizerSpec(name=more.pop("name", "sgd"), learning_rate=0.05, zero_grad=zero_grad, **more)
    return Run(build(Spec(model=model, optimizer=optimizer)))


def walk(run, steps):
    place = run.schedule.values[run.graph.find("w").id]
    found = []
    for _ in range(steps):
        found.append(float(run.recording.view(place)))
        run.advance()
    return found


def by_hand(steps, decay=0.0):
    w, kept, found = 1.5, 0.0, []
    for _ in range(steps):
        found.append(w)
        kept += 2 * (2 * w - 1) * 2
        w -= 0.05 * (kept + decay * w)
    return found


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_the_sum_of_all_gradients_is_what_moves_the_parameter(decay):
    assert walk(run_of(False, settings={"weight_decay": decay}), 8) == pytest.approx(by_hand(8, decay), rel=1e-13)


def test_cleared_gradients_come_to_rest_and_uncleared_ones_swing():
    cleared, swinging = np.array(walk(run_of(True), 40)), np.array(walk(run_of(False), 40))
    assert abs(cleared[-1] - 0.5) < 1e-6
    assert np.abs(swinging[-12:] - 0.5).max() > 0.5


def test_the_step_has_no_clearing_and_shows_the_sum_as_the_gradient():
    run = run_of(False)
    run.advance()
    assert "zero_grad" not in {e.kind for e in run.schedule.events}
    trace, w = Trace(run.graph, run.schedule, run.recording), run.graph.find("w").id
    own, shown = (float(trace.gradient(w, cursor)) for cursor in (trace.backward_end, run.schedule.length))
    assert own == 4 * (2 * by_hand(2)[1] - 1)
    assert shown == own + 4 * (2 * 1.5 - 1)
    assert verify(trace).passed


def test_the_lines_say_that_nothing_was_cleared():
    run = run_of(False)
    explain = Explainer(run.graph, run.schedule).explain
    said = [explain(e.index).sentence for e in run.schedule.events if e.kind == "assign"]
    assert said[0] == "Nothing cleared the gradient of w: this step's is added to those of all the steps before."
    assert said[1] == "The update goes on with the sum, as if it were this step's gradient of w."


def test_a_sum_of_gradients_is_not_clipped():
    with pytest.raises(ValueError, match="cannot be clipped"):
        run_of(False, clip=Clip(norm=1.0))
