"""Early stopping: the test loss watched from step to step, and no step after the last."""

import numpy as np
import pytest

from engine import (
    Data,
    Explainer,
    LayerSpec,
    Meter,
    NetworkModel,
    OptimizerSpec,
    Run,
    Spec,
    Stop,
    StoppedError,
    Trace,
    build,
    verify,
)  # fmt: skip

RNG = np.random.default_rng(8)
X = RNG.standard_normal((12, 3))
Y = np.sin(X[:, :1]) + 0.5 * RNG.standard_normal((12, 1))
HELD = (0, 1, 2, 3)


def run_of(patience=None, change=0.0, held=HELD, rate=0.3, norm=False):
    layers = [LayerSpec(type="dense", name="a", options={"units": 12}), LayerSpec(type="tanh", name="b"),
              *([LayerSpec(type="batch_norm", name="n")] if norm else []),
              LayerSpec(type="dense", name="c", options={"units": 1})]  # fmt: skip
    data = Data(x=X, targets=Y, samples=range(len(held), 12), held=held)
    stop = None if patience is None else Stop(patience=patience, minimum_change=change)
    optimizer = OptimizerSpec(name="sgd", learning_rate=rate)
    return Run(build(Spec(model=NetworkModel(layers=layers, loss="mse"), optimizer=optimizer, stop=stop), data))


def last(run):
    event = run.schedule.events[-1]
    assert event.kind == "stop"
    return [float(run.recording.view(ref)) for ref in (event.value, event.best, event.waited, event.stops)]


def expected_stop(patience, change, **more):
    """The iteration at which a plain loop over the test losses stops, and the losses after each step."""
    run, losses = run_of(**more), []
    meter = Meter(run)
    meter.every = 1
    for _ in range(301):
        run.advance()
        losses.append(meter().test_loss)
    best, waited = np.inf, 0
    for iteration, loss in enumerate(losses):
        best, waited = (loss, 0) if loss < best - change else (best, waited + 1)
        if waited == patience:
            return iteration, losses
    raise AssertionError("300 steps were not enough to overfit")


@pytest.mark.parametrize(
    ("patience", "change", "norm"), [(1, 0.0, False), (5, 0.0, False), (5, 1e-3, False), (3, 0.0, True)]
)
def test_training_ends_where_a_plain_loop_over_the_test_losses_ends(patience, change, norm):
    iteration, losses = expected_stop(patience, change, norm=norm)
    run = run_of(patience, change, norm=norm)
    for step in range(iteration):
        assert last(run)[0] == pytest.approx(losses[step], rel=1e-12)
        assert last(run)[3] == 0
        run.advance()
    assert last(run)[2:] == [patience, 1]
    with pytest.raises(
        StoppedError, match=rf"no iteration {iteration + 1}: early stopping ended .* iteration {iteration}"
    ):
        run.advance()
    assert run.iteration == iteration


def test_stopping_changes_no_number_of_training():
    watched, plain = run_of(1000), run_of()
    for _ in range(10):
        watched.advance()
        plain.advance()
    assert watched.loss == plain.loss


def test_a_step_made_again_waits_as_long_as_it_did():
    run = run_of(1000, change=10.0)
    for _ in range(4):
        run.advance()
    begun, told = run.snapshot(), last(run)
    run.advance()
    run.restore(4, begun)
    assert last(run) == told
    assert told[2] == 4


def test_a_changed_count_is_found_at_its_event():
    run = run_of(5)
    trace = Trace(run.graph, run.schedule, run.recording)
    assert verify(trace).passed
    run.recording.view(run.schedule.events[-1].waited)[...] = 3
    assert (verify(trace).kind, verify(trace).field) == ("stop", "waited")


def test_the_explanation_names_the_patience_and_the_places_of_the_numbers():
    run = run_of(7, change=0.5)
    event = run.schedule.events[-1]
    told = Explainer(run.graph, run.schedule).explain(event.index)
    assert rf"*\num{{{event.value.offset}}}*" in told.sentence
    assert "training stops when there are 7." in told.sentence
    assert told.lines[0].formula.endswith("- 0.5")


def test_without_samples_held_out_there_is_nothing_to_watch():
    with pytest.raises(ValueError, match="early stopping needs samples held out, and there are none"):
        run_of(5, held=())
