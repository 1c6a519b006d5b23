"""Running statistics: PyTorch's numbers, step by step, and what stands by them."""

from pathlib import Path

import numpy as np
import pytest

from engine import Data, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, Statistics, Trace, build, evaluate, verify
from engine.explain import Explainer
from tests.reference.statistics_cases import CASES, STEPS

FILE = Path(__file__).parent.parent / "reference" / "statistics.npz"
cases = pytest.mark.parametrize("name", CASES)


def run_of(name):
    case = CASES[name]
    layers = [LayerSpec(type=type, name=f"l{k}", options=options) for k, (type, options) in enumerate(case.layers)]
    model = NetworkModel(layers=layers, loss="mse", parameters=case.parameters)
    data = Data(x=case.x, targets=case.y, samples=range(len(case.x)), batch=case.batch, shuffle=False)
    optimizer = OptimizerSpec(name="sgd", learning_rate=case.rate)
    return Run(build(Spec(model=model, optimizer=optimizer), data))


def leaf(run, name):
    return run.recording.view(run.schedule.values[run.graph.find(name).id])


@cases
def test_running_statistics_are_pytorchs_in_every_step(name):
    run = run_of(name)
    with np.load(FILE) as theirs:
        for step in range(STEPS):
            for label, kept in CASES[name].kept.items():
                assert leaf(run, label) == pytest.approx(theirs[f"{name}.{step}.{kept}"], rel=1e-10, abs=1e-12)
            run.advance()


@cases
def test_what_the_network_answers_in_evaluation_is_pytorchs_after_every_step(name):
    run = run_of(name)
    with np.load(FILE) as theirs:
        for step in range(STEPS):
            assert evaluate(run, CASES[name].new) == pytest.approx(theirs[f"{name}.{step}.answers"], rel=1e-10)
            run.advance()


def moves(run):
    return [e for e in run.schedule.events if isinstance(e, Statistics)]


def test_a_statistic_moves_right_after_the_batch_was_normalised():
    run = run_of("dense")
    for event in moves(run):
        before = [e for e in run.schedule.events[: event.index] if e.kind == "forward"][-1]
        assert (before.node, before.operation) == (event.node, event.operation)
    assert [run.graph.nodes[e.target].label for e in moves(run)] == ["l1.running_mean", "l1.running_var"]


def test_the_leaf_shows_its_new_value_after_the_event_and_begins_the_next_step_with_it():
    run = run_of("dense")
    trace, event = Trace(run.graph, run.schedule, run.recording), moves(run)[0]
    before, after = (trace.value(event.target, cursor).copy() for cursor in (event.index, event.index + 1))
    assert (before == 0).all()
    assert (after == run.recording.view(event.value)).all()
    run.advance()
    assert (trace.value(event.target, 0) == after).all()


def test_one_changed_statistic_is_found_at_its_own_event():
    run = run_of("dense")
    trace, event = Trace(run.graph, run.schedule, run.recording), moves(run)[1]
    assert verify(trace).passed
    run.recording.view(event.value)[1] += 1e-9
    assert (verify(trace).event, verify(trace).kind) == (event.index, "statistics")


def test_a_step_made_again_begins_with_the_statistics_it_had():
    run = run_of("dense")
    run.advance()
    begun, first = run.snapshot(), leaf(run, "l1.running_var").copy()
    run.advance()
    assert (leaf(run, "l1.running_var") != first).all()
    run.restore(1, begun)
    assert (leaf(run, "l1.running_var") == first).all()


def test_the_explanation_says_how_far_and_with_which_numbers():
    run = run_of("dense")
    told = Explainer(run.graph, run.schedule).explain(moves(run)[1].index, (1,))
    assert "moves 10% of the way towards this batch's variance" in told.sentence
    (line,) = told.lines
    assert r"\leftarrow (1 - 0.1) \cdot" in line.formula
    assert told.code[0].startswith("l1_running_var = (1 - 0.1) * l1_running_var + 0.1 * ")
