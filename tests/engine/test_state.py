"""Going on from what a training step began with: in the same schedule, or in another one of the same graph."""

from dataclasses import replace

import numpy as np
import pytest

from engine import LEAF, Data, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build, first_state, resume, state_of
from tests.engine.models import NAMES, WAYS, gallery_model

X, Y = np.random.default_rng(0).normal(size=(2, 12, 3))
SPEC = Spec(
    model=NetworkModel(
        layers=[
            LayerSpec(type="dense", name="first", options={"units": 4}),
            LayerSpec(type="tanh", name="bend", options={}),
            LayerSpec(type="dense", name="last", options={"units": 3}),
        ],
        loss="mse",
    ),
    optimizer=OptimizerSpec(name="adam", learning_rate=0.05),
)
DATA = Data(x=X, targets=Y, samples=range(12), batch=4)


def trained(spec, iterations, data=DATA, **more):
    run = Run(replace(build(spec, data), **more))
    for _ in range(iterations):
        run.advance()
    return run


def number(run, name):
    node = run.graph.find(name)
    return run.recording.view(run.schedule.values[node.id]).copy()


def test_a_run_resumed_at_an_iteration_has_its_bits_and_those_of_all_that_follow():
    first = trained(SPEC, 5)
    second = trained(SPEC, 0)
    resume(second, 5, state_of(first))
    for _ in range(3):
        assert first.recording.buffer.tobytes() == second.recording.buffer.tobytes()
        first.advance()
        second.advance()


def test_the_first_state_is_what_iteration_0_begins_with():
    model = build(SPEC, DATA)
    run = trained(SPEC, 3)
    resume(run, 0, first_state(model))
    assert run.recording.buffer.tobytes() == Run(model).recording.buffer.tobytes()


def test_another_optimizer_goes_on_from_the_parameters_and_begins_to_count():
    before = trained(SPEC, 5)
    after = trained(replace(SPEC, optimizer=OptimizerSpec(name="adagrad", learning_rate=0.1)), 0, began=5)
    resume(after, 5, state_of(before))
    assert (number(after, "first.weight") == number(before, "first.weight")).all()
    assert after.recording.view(after.schedule.events[0].step) == 1
    kept = {name: ref for _, name, ref, _ in after.schedule.slots}
    assert (after.recording.view(kept["total"]) == 0.0).all()


def test_the_same_optimizer_at_another_rate_keeps_what_it_had_gathered():
    before = trained(SPEC, 5)
    after = trained(replace(SPEC, optimizer=OptimizerSpec(name="adam", learning_rate=0.5)), 0)
    resume(after, 5, state_of(before))
    assert {k: v.tobytes() for k, v in state_of(after).items()} == {k: v.tobytes() for k, v in state_of(before).items()}
    assert after.recording.view(after.schedule.events[0].learning_rate) == 0.5


@pytest.mark.parametrize("frozen", [["first"], ["first.weight", "first.bias"]])
def test_what_is_frozen_gets_no_gradient_and_stays_while_the_rest_learns(frozen):
    run = trained(replace(SPEC, frozen=frozen, inputs=False), 0)
    before = {name: number(run, name) for name in ("first.weight", "last.weight")}
    assert not any(run.graph.find(name).wanted for name in ("first.weight", "first.bias", "x"))
    assert {e.into for e in run.schedule.events if e.kind == "contribution"}.isdisjoint(
        n.id for n in run.graph.nodes if n.group[:1] == ("first",)
    )
    run.advance()
    assert (number(run, "first.weight") == before["first.weight"]).all()
    assert not (number(run, "last.weight") == before["last.weight"]).all()
    assert (run.graph.find("first.weight").id, LEAF) in state_of(run)


def test_over_an_edge_that_is_cut_nothing_comes_back():
    graph = build(SPEC, DATA).graph
    bend = next(n for n in graph.nodes if n.op == "tanh")
    run = trained(replace(SPEC, cut=[(bend.id, 0)]), 0)
    assert not run.graph.find("first.weight").wanted
    assert run.graph.find("last.weight").wanted


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"frozen": ["middle"]}, "no layer and no parameter 'middle' to freeze"),
        ({"frozen": ["first", "last"], "inputs": False}, "nothing is left that gets a gradient"),
        ({"cut": [(99, 0)]}, r"no edge \[99, 0\]"),
        ({"cut": [(0, 0)]}, r"no edge \[0, 0\]"),
    ],
)
def test_what_cannot_be_frozen_or_cut_is_named(asked, says):
    with pytest.raises(ValueError, match=says):
        build(replace(SPEC, **asked), DATA)


def test_a_row_that_stands_in_for_another_is_seen_whenever_that_sample_is():
    changed = replace(DATA, x_rows={7: np.full(3, 9.0)}, target_rows={2: np.zeros(3)})
    for iteration in range(6):
        rows = DATA.rows(iteration).tolist()
        for place, row in enumerate(rows):
            assert (changed.inputs(iteration)[place] == (9.0 if row == 7 else X[row])).all()
            assert (changed.answers(iteration)[place] == (0.0 if row == 2 else Y[row])).all()
    assert 9.0 not in X


@pytest.mark.parametrize("name", [*NAMES, *WAYS])
def test_of_every_example_the_state_is_all_that_one_step_hands_to_the_next(name):
    model = gallery_model(name)
    first, second = Run(model), Run(model)
    steps = 2 if model.optimizer else 0
    for _ in range(steps):
        first.advance()
    resume(second, steps, state_of(first))
    for _ in range(steps or 1):
        assert first.recording.buffer.tobytes() == second.recording.buffer.tobytes()
        if steps:
            first.advance()
            second.advance()
