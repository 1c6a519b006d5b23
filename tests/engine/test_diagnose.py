"""The doctor's verdicts, on the course's systems and on networks it was not made from."""

from dataclasses import replace

import numpy as np
import pytest

from engine.diagnose import DEAD, EXPLODING, UPDATE, VANISHING, diagnose
from tests.engine.models import gallery, traced
from tests.engine.networks import CASES, measure, run_of

SICK = {"vanishing": "vanishing", "exploding": "exploding", "dying-relu": "dying", "instability": "diverged"}


def told_of(run):
    return diagnose(traced(run), run.iteration)


@pytest.mark.parametrize(("name", "verdict"), SICK.items())
def test_the_courses_ill_systems_get_their_verdict_and_a_remedy(name, verdict):
    told = told_of(gallery(name))
    assert told.verdict == verdict
    assert told.remedies


@pytest.mark.parametrize("steps", [0, 1, 30, 200])
@pytest.mark.parametrize("name", ["spiral", "modular", "digits8", "training-loop"])
def test_networks_that_learn_are_healthy_at_every_age(name, steps):
    told = told_of(gallery(name, steps))
    assert (told.verdict, told.iteration) == ("healthy", steps)
    assert not told.remedies


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_network_gets_the_verdict_its_numbers_ask_for(case):
    run = run_of(case)
    measured = measure(case, run)
    name, low, high = case.claim
    assert low <= getattr(measured, name) <= high, (case.why, measured)
    told = told_of(run)
    assert told.verdict == case.verdict, (case.why, told.findings)


@pytest.mark.parametrize("case", [c for c in CASES if c.verdict != "diverged"], ids=lambda c: c.name)
def test_the_layers_numbers_are_those_of_a_plain_pass(case):
    run = run_of(case)
    measured, told = measure(case, run), told_of(run)
    norms = np.array([layer.gradient for layer in told.layers if layer.weighted])
    np.testing.assert_allclose([norms.min(), norms.max()] / norms[-1], [measured.least, measured.most], rtol=1e-9)
    dead = max((len(one.dead) / one.units for one in told.layers if one.units), default=0)
    assert dead == (measured.dead if case.activation == "relu" else 0)
    updates = [one.update for one in told.layers if one.update is not None]
    assert max(updates, default=0.0) == pytest.approx(measured.update, rel=1e-9)
    if case.activation in ("tanh", "sigmoid"):
        assert max(one.saturated for one in told.layers if one.saturated is not None) == pytest.approx(measured.flat)


def test_there_are_twenty_networks_and_every_verdict_is_among_them():
    assert len(CASES) >= 20
    assert {c.verdict for c in CASES} == {"healthy", "vanishing", "exploding", "dying", "diverged", "symmetric"}


def test_dead_units_are_named():
    case = next(c for c in CASES if c.name == "biases of −20")
    assert told_of(run_of(case)).dead == tuple(f"relu1 unit {k}" for k in range(16))


def test_the_verdict_comes_with_the_number_that_decided_it_and_its_threshold():
    found = {name: told_of(gallery(name)).findings[0] for name in SICK}
    assert found["vanishing"].value < VANISHING == found["vanishing"].threshold
    assert found["exploding"].value > EXPLODING == found["exploding"].threshold
    assert found["dying-relu"].value >= found["dying-relu"].threshold >= DEAD
    assert UPDATE in told_of(gallery("spiral")).thresholds.values()


def test_the_first_number_that_is_not_finite_comes_with_its_operands():
    bad = told_of(gallery("instability")).nonfinite
    assert (bad.label, bad.index, bad.value) == ("e", (0,), np.inf)
    assert [(o.label, o.low, o.high) for o in bad.operands] == [("z", -1000, 1000)]
    assert "1000" in bad.sentence


def test_symmetry_is_named_in_hidden_layers():
    told = told_of(run_of(next(c for c in CASES if c.name == "all zero, tanh")))
    assert (told.verdict, told.findings[0].what) == ("symmetric", "symmetry")
    assert {f.layer for f in told.findings if f.what == "symmetry"} == {"dense1", "dense2"}
    assert told.remedies[0].change == {"initializer": "xavier_normal"}


def test_units_called_one_unit_have_the_same_weights_and_gradients_and_still_have_after_training():
    """Read off the recording itself, column by column."""
    run = run_of(next(c for c in CASES if c.name == "all zero, tanh"))
    for _ in range(20):
        run.advance()
    trace = traced(run)
    for layer in ("dense1", "dense2"):
        weight = run.graph.find(f"{layer}.weight").id
        value, gradient = trace.value(weight, 0), trace.gradient(weight, trace.backward_end)
        assert all(np.array_equal(m[:, 0], m[:, k]) for m in (value, gradient) for k in range(m.shape[1]))
    assert told_of(run).verdict == "symmetric"


def test_every_layer_names_the_node_it_hands_on():
    run = gallery("spiral")
    for layer in told_of(run).layers:
        node = run.graph.nodes[layer.node]
        gradient = traced(run).gradient(node.id, run.schedule.length)
        assert layer.name in (node.label, *node.group)
        assert gradient is None or np.linalg.norm(gradient) == pytest.approx(layer.gradient, rel=1e-12)


def test_a_single_layer_of_zeros_is_no_illness():
    """Its targets tell its units apart."""
    from tests.engine.networks import Case

    case = Case(name="", depth=0, width=1, initializer="zeros", activation=None, verdict="", why="", claim=("", 0, 0))
    assert told_of(run_of(case)).verdict == "healthy"


ILL = [c for c in CASES if c.verdict in ("vanishing", "exploding", "symmetric") and not c.steps]


@pytest.mark.parametrize("case", ILL, ids=lambda c: c.name)
def test_following_the_first_remedy_makes_the_network_healthy(case):
    """A rate a thousand times too large is brought down by more than one visit."""
    for _ in range(6):
        told = told_of(run_of(case))
        if told.verdict == "healthy":
            break
        change = dict(told.remedies[0].change)
        rate = change.pop("learning_rate", case.rate)
        case = replace(case, rate=rate, **change)
    assert told.verdict == "healthy"


def test_batch_normalisation_is_not_advised_for_one_sample():
    changes = [r.change.get("insert") for r in told_of(gallery("vanishing")).remedies]
    assert "layer_norm" in changes
    assert "batch_norm" not in changes


@pytest.mark.parametrize("steps", [0, 20])
@pytest.mark.parametrize("name", ["digits", "digits-square"])
def test_a_shallow_sigmoid_network_that_reads_digits_is_called_trainable(name, steps):
    assert told_of(gallery(name, steps)).verdict == "healthy"
