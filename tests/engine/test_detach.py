"""Detached and frozen: the numbers go on, nothing comes back, and it is said why."""

import numpy as np
import pytest

from engine import ExpressionModel, OptimizerSpec, Run, Spec, build, check, explain_entry, verify
from engine.explain import Explainer
from tests.engine.models import expression, gradient, traced, value

SOURCE = "h = tanh(w*x)\nL = (v*detach(h) - y)**2 + 0.1*h"
VALUES = {"w": 0.7, "x": 1.5, "v": 2.0, "y": 0.3}


def frozen(*names):
    model = ExpressionModel(source=SOURCE, values=VALUES)
    return Run(
        build(Spec(model=model, optimizer=OptimizerSpec(name="sgd", learning_rate=0.1), frozen=names, inputs=False))
    )


def why(run, name):
    explainer = Explainer(run.graph, run.schedule)
    (reason,) = explain_entry(traced(run), explainer, run.graph.find(name).id, ()).why_zero
    return reason.kind, reason.sentence


def test_a_detached_number_goes_on_and_sends_nothing_back():
    run = expression(SOURCE, rate=0.1, **VALUES)
    h = np.tanh(0.7 * 1.5)
    assert run.loss == pytest.approx((2 * h - 0.3) ** 2 + 0.1 * h, rel=1e-14)
    assert gradient(run, "w") == pytest.approx(0.1 * (1 - h * h) * 1.5, rel=1e-14)  # by the second way alone
    assert gradient(run, "v") == pytest.approx(2 * (2 * h - 0.3) * h, rel=1e-14)
    assert verify(traced(run)).passed


@pytest.mark.parametrize("x", [1.5, [1.5, -0.2]])
def test_differences_hold_what_is_detached_where_it_is(x):
    run = expression("h = tanh(w*x)\nL = sum((v*detach(h) - y)**2 + 0.1*h)", rate=0.1, **{**VALUES, "x": x})
    told = check(traced(run))
    assert told.passed
    assert max(row.relative_error for row in told.parameters) < 1e-8


def test_where_every_way_is_detached_the_reason_names_the_place():
    run = expression("L = (v*detach(w*x) - y)**2", rate=0.1, **VALUES)
    assert traced(run).gradient(run.graph.find("w").id, run.schedule.length) is None
    kind, sentence = why(run, "w")
    assert kind == "detached"
    assert "what is detached counts as given" in sentence


def test_a_straight_through_estimate_has_the_value_of_one_function_and_the_slope_of_another():
    """The step's value is 1, its slope 0; the sigmoid's slope stands in for it."""
    run = expression("s = sigmoid(w)\nstep = where(w, 1, 0)\nL = (s + detach(step - s) - y)**2", rate=1.0, w=0.4, y=0.0)
    s = 1 / (1 + np.exp(-0.4))
    assert run.loss == pytest.approx(1.0, rel=1e-14)
    assert gradient(run, "w") == pytest.approx(2 * s * (1 - s), rel=1e-13)


def test_what_is_frozen_stays_and_the_rest_learns():
    run = frozen("w")
    for _ in range(5):
        run.advance()
    assert value(run, "w") == 0.7
    assert value(run, "v") != 2.0
    assert why(run, "w") == ("frozen", "w is frozen: nothing trains it, so no gradient is asked for.")


def test_behind_what_is_frozen_nothing_is_sent_either():
    run = frozen("w")
    senders = {run.graph.nodes[e.into].label for e in run.schedule.events if e.kind == "contribution"}
    assert not {"w", "h"} & senders
    assert senders >= {"v"}
