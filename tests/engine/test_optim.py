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
from tests.engine.models import traced, value, verified
from tests.reference.cases import CASES, COMBINED, KEPT, RATES, SECOND, SOURCE, START, TARGET, TWO

FILE = Path(__file__).parents[1] / "reference" / "updates.npz"


def run_of(case):
    return trained(SOURCE, spec_of(CASES[case]), {"r": "constant", "c": "constant"}, w=START, r=RATES, c=TARGET)


def spec_of(case):
    name, rate, settings, clip, schedule, schedule_settings = case
    return OptimizerSpec(
        name=name,
        learning_rate=rate,
        settings=settings,
        schedule=schedule,
        schedule_settings=schedule_settings,
        clip=Clip(**clip) if clip else None,
    )


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


@pytest.mark.parametrize("case", COMBINED)
def test_twenty_updates_with_options_drawn_together_are_those_of_torch_optim(case):
    expected = np.load(FILE)["combined"][list(COMBINED).index(case)]
    roles = {"r": "constant", "c": "constant"}
    run = trained(TWO, spec_of(COMBINED[case]), roles, w=START, v=SECOND, r=RATES, c=TARGET)
    for k in range(20):
        run.advance()
        if k in KEPT:
            found = np.concatenate([value(run, name).reshape(-1) for name in "wv"])
            np.testing.assert_allclose(found, expected[KEPT.index(k)], rtol=0, atol=1e-10)


def test_options_drawn_together_are_all_that_there_are():
    compared = {(name, option) for name, _, settings, *_ in COMBINED.values() for option in settings}
    assert compared == {(row.name, option) for row in OPTIMIZERS.values() for option in row.settings}
    assert {(case[0], case[4]) for case in COMBINED.values()} == {(o, s) for o in OPTIMIZERS for s in SCHEDULES}
    assert {(case[0], *case[3]) for case in COMBINED.values()} == {
        (name, *clip) for name in OPTIMIZERS for clip in ((), ("norm",), ("value",))
    }


@pytest.mark.parametrize(
    ("settings", "schedule", "said"),
    [
        ({"beta1": 1.0}, {}, "adam: beta1 is 1; it must be at least 0 and below 1"),
        ({"beta2": -0.5}, {}, "adam: beta2 is -0.5; it must be at least 0 and below 1"),
        (
            {},
            {"schedule": "step", "schedule_settings": {"every": 0}},
            "the schedule step: every is 0; it must be above",
        ),
        ({}, {"schedule": "cosine", "schedule_settings": {"period": 0}}, "cosine: period is 0; it must be above 0"),
        ({}, {"schedule": "warmup", "schedule_settings": {"iterations": 0}}, "warmup: iterations is 0; it must be"),
        ({}, {"schedule": "step", "schedule_settings": {"rise": 1}}, "step has no setting 'rise'; it has every, gamma"),
    ],
)
def test_a_setting_outside_of_its_bounds_is_refused_before_the_first_step(settings, schedule, said):
    with pytest.raises(ValueError, match=said):
        trained("L = w*w", OptimizerSpec(name="adam", learning_rate=1, settings=settings, **schedule), w=1)


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.9, "dampening": 0.1}])
def test_nesterov_without_momentum_or_with_dampening_is_refused_as_in_pytorch(settings):
    with pytest.raises(ValueError, match="sgd: nesterov takes a momentum above 0 and no dampening"):
        trained("L = w*w", OptimizerSpec(name="sgd", learning_rate=1, settings={"nesterov": True, **settings}), w=1)


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
