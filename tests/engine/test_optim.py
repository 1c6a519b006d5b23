"""Optimizers: PyTorch's numbers, every line recorded, every line said."""

from pathlib import Path

import numpy as np
import pytest

from engine import (
    OPTIMIZERS,
    SCHEDULES,
    Assign,
    Clip,
    Clipped,
    Explainer,
    ExpressionModel,
    OptimizerSpec,
    Run,
    Spec,
    build,
    check,
)
from engine.optim import formula
from tests.engine.models import traced, verified
from tests.reference.cases import CASES, RATES, SOURCE, START, TARGET

FILE = Path(__file__).parents[1] / "reference" / "updates.npz"


def run_of(case):
    name, rate, settings, clip, schedule, schedule_settings = CASES[case]
    optimizer = OptimizerSpec(
        name=name,
        learning_rate=rate,
        settings=settings,
        schedule=schedule,
        schedule_settings=schedule_settings,
        clip=Clip(**clip) if clip else None,
    )
    return trained(SOURCE, optimizer, {"r": "constant", "c": "constant"}, w=START, r=RATES, c=TARGET)


def trained(source, optimizer, roles=None, **values):
    model = ExpressionModel(source=source, values=values, roles=roles or {})
    return Run(build(Spec(model=model, optimizer=optimizer)))


@pytest.mark.parametrize("case", CASES)
def test_twenty_updates_are_those_of_torch_optim(case):
    expected = np.load(FILE)[case]
    run = run_of(case)
    for row in expected:
        run.advance()
        np.testing.assert_allclose(
            run.recording.view(run.schedule.values[run.graph.find("w").id]), row, rtol=0, atol=1e-10
        )


def test_every_option_of_every_optimizer_is_compared():
    compared = {(name, option) for name, _, settings, *_ in CASES.values() for option in settings}
    assert compared == {(row.name, option) for row in OPTIMIZERS.values() for option in row.settings}


def test_every_schedule_is_compared():
    assert {case[4] for case in CASES.values()} == set(SCHEDULES)


@pytest.mark.parametrize("case", CASES)
def test_updates_follow_from_what_the_optimizer_kept(case):
    run = run_of(case)
    for _ in range(3):
        run.advance()
        assert verified(run).passed


@pytest.mark.parametrize("case", CASES)
def test_a_changed_number_in_an_update_is_named_at_its_line(case):
    run = run_of(case)
    run.advance()
    for event in run.schedule.events:
        if isinstance(event, Assign | Clipped):
            view = run.recording.view(event.value).reshape(-1)
            before = view[0]
            view[0] = np.nextafter(before, np.inf)
            assert verified(run).event == event.index
            view[0] = before


@pytest.mark.parametrize("case", CASES)
def test_a_past_update_comes_back_with_what_was_kept(case):
    run = run_of(case)
    for _ in range(4):
        run.advance()
    snapshot = run.snapshot()
    for _ in range(3):
        run.advance()
    seventh = run.recording.buffer.copy()
    run.restore(4, snapshot)
    for _ in range(3):
        run.advance()
    assert run.recording.buffer.tobytes() == seventh.tobytes()


@pytest.mark.parametrize("case", CASES)
def test_every_line_of_an_update_is_said_with_its_formula(case):
    run = run_of(case)
    explainer = Explainer(run.graph, run.schedule)
    for event in run.schedule.events:
        if isinstance(event, Assign):
            told = explainer.explain(event.index)
            assert told.sentence.endswith(".")
            assert r"\leftarrow" in told.lines[0].formula
            assert r"\num{" in told.lines[0].numbers


@pytest.mark.parametrize("case", CASES)
def test_the_listing_of_two_updates_gives_their_numbers(case):
    run = run_of(case)
    explainer = Explainer(run.graph, run.schedule)
    scope = {"np": np, "learning_rate": run.optimizer.rate(0), "t": 1.0}
    scope |= {"w": np.array(START), "r": np.array(RATES), "c": np.array(TARGET)}
    for _, name, _, first in run.schedule.slots:
        scope[f"{name}_w"] = np.full(4, first)
    for step in (1, 2):
        scope |= {"learning_rate": run.optimizer.rate(step - 1), "t": float(step)}
        for event in run.schedule.events:
            exec("\n".join(explainer.explain(event.index).code), scope)
        last = next(e for e in run.schedule.events if isinstance(e, Assign) and e.target == "parameter")
        np.testing.assert_allclose(scope["w"], run.recording.view(last.value), rtol=1e-13)
        run.advance()


def test_a_norm_below_its_bound_leaves_gradients_as_they_are():
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.1, clip=Clip(norm=100.0))
    run = trained("L = sum(w*w)", optimizer, w=[0.1, 0.2])
    (clipped,) = [e for e in run.schedule.events if isinstance(e, Clipped)]
    assert run.recording.view(clipped.factor) == 1.0
    gradient = traced(run).gradient(0, clipped.index)
    assert run.recording.view(clipped.value).tobytes() == gradient.tobytes()


def test_a_setting_there_is_not_is_named():
    with pytest.raises(ValueError, match="sgd has no setting 'beta1'"):
        trained("L = w*w", OptimizerSpec(name="sgd", learning_rate=1, settings={"beta1": 0.9}), w=1)


@pytest.mark.parametrize("row", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_the_last_line_is_the_new_parameter(row):
    steps = row.steps(row.settings)
    assert steps[-1].target == "parameter"
    assert all(formula(step) for step in steps)


def test_adam_keeps_two_means_and_plain_descent_nothing():
    assert set(OptimizerSpec(name="adam", learning_rate=1).slots()) == {"m", "v"}
    assert OptimizerSpec(name="sgd", learning_rate=1).slots() == {}


def test_all_optimizers_of_the_course_are_there():
    assert set(OPTIMIZERS) == {"sgd", "rmsprop", "adagrad", "adam", "adamw"}
    assert isinstance(run_of("adam"), Run)


def test_a_clipped_gradient_is_what_is_left_and_the_check_speaks_of_the_whole():
    run = trained("L = sum(w*w)", OptimizerSpec(name="sgd", learning_rate=0.1, clip=Clip(norm=1.0)), w=[3.0, 4.0])
    trace = traced(run)
    np.testing.assert_allclose(trace.gradient(0, trace.backward_end), [6, 8])
    np.testing.assert_allclose(trace.gradient(0, trace.schedule.length), [0.6, 0.8], rtol=1e-6)
    assert check(trace).passed
