"""A model in float32: half the bytes, the numbers of float64 to its rounding, the same proofs."""

from dataclasses import replace

import numpy as np
import pytest

from engine import ExpressionModel, OptimizerSpec, Run, Spec, build, check, resume, state_of
from tests.engine.models import NAMES, gallery_model, traced, verified

SHORT = float(np.finfo(np.float32).eps)


def both(model):
    return Run(model), Run(replace(model, dtype="float32"))


def gradients(run):
    """All gradients of leaves, in one row."""
    found = {e.into: run.recording.view(e.total) for e in run.schedule.events if e.kind == "contribution"}
    return np.concatenate([found[n.id].reshape(-1) for n in run.graph.leaves if n.id in found])


@pytest.mark.parametrize("name", ["neuron", "spiral", "cnn", "lstm", "softmax-ce"])
def test_numbers_agree_with_those_of_float64_to_the_rounding_of_float32(name):
    exact, short = both(gallery_model(name))
    assert short.recording.buffer.dtype.name == short.schedule.dtype == "float32"
    assert short.recording.buffer.nbytes * 2 == exact.recording.buffer.nbytes
    assert short.loss == pytest.approx(exact.loss, rel=32 * SHORT)
    difference = np.linalg.norm(gradients(short) - gradients(exact))
    assert 0 < difference <= 32 * SHORT * np.linalg.norm(gradients(exact))


@pytest.mark.parametrize("name", NAMES)
def test_every_gallery_entry_runs_and_verifies_in_float32(name):
    run = Run(replace(gallery_model(name), dtype="float32"))
    if run.optimizer:
        run.advance()
    assert run.recording.buffer.dtype == np.float32
    assert verified(run).passed


def test_a_changed_number_is_found():
    run = Run(replace(gallery_model("spiral"), dtype="float32"))
    run.recording.buffer[-1] = np.nextafter(run.recording.buffer[-1], np.float32(9))
    assert not verified(run).passed


def test_gradients_are_checked_within_what_float32_can_hold():
    result = check(traced(Run(replace(gallery_model("softmax-ce"), dtype="float32"))), seconds=5)
    assert result.passed
    assert result.tolerance == 1e-4
    worst = max(max(p.relative_error, p.forward_error) for p in result.parameters)
    assert SHORT / 100 < worst < 1e-5


def test_a_wrong_gradient_in_float32_is_found():
    run = Run(replace(gallery_model("softmax-ce"), dtype="float32"))
    last = [e for e in run.schedule.events if e.kind == "contribution"][-1]
    run.recording.view(last.total)[...] *= 1.001
    assert not check(traced(run), seconds=5).passed


def test_a_spec_says_which_precision():
    spec = Spec(
        model=ExpressionModel(source="(w*x - 1)**2", values={"w": 0.1, "x": 0.3}),
        optimizer=OptimizerSpec(name="adam", learning_rate=0.1),
        dtype="float32",
    )
    run = Run(build(spec))
    for _ in range(5):
        run.advance()
    exact = Run(build(replace(spec, dtype="float64")))
    for _ in range(5):
        exact.advance()
    assert run.loss == pytest.approx(exact.loss, rel=1e-5)
    assert run.loss != exact.loss


def test_what_is_too_large_for_float32_is_infinite_there_and_no_warning():
    model = build(Spec(model=ExpressionModel(source="sum(w*w)", values={"w": [1e300, 1.0]})))
    run = Run(replace(model, dtype="float32"))
    assert run.loss == np.inf
    resume(run, 0, state_of(run))
    assert run.loss == np.inf
