"""A training step one sample at a time."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Data, LayerSpec, MixedError, NetworkModel, OptimizerSpec, Run, Singles, Spec, Trace, build

RNG = np.random.default_rng(8)
FLAT = Data(x=RNG.normal(size=(9, 3)), targets=np.eye(2)[np.arange(9) % 2], samples=range(9), batch=4)
TIMES = Data(x=RNG.normal(size=(5, 6, 2)), targets=RNG.normal(size=(5, 3)), samples=range(5))
DENSE = LayerSpec(type="dense", name="head", options={"units": 2})
HIDDEN = LayerSpec(type="dense", name="hidden", options={"units": 5})
CASES = {
    "mean": ((HIDDEN, LayerSpec(type="tanh", name="t"), DENSE), "softmax_cross_entropy", "mean", FLAT),
    "batch": ((HIDDEN, LayerSpec(type="relu", name="r"), DENSE), "half_mse", "batch", FLAT),
    "sum": ((HIDDEN, LayerSpec(type="relu", name="r"), DENSE), "bce_logits", "sum", FLAT),
    "dropout": ((HIDDEN, LayerSpec(type="dropout", name="d"), DENSE), "mse", "mean", FLAT),
    "layer_norm": ((HIDDEN, LayerSpec(type="layer_norm", name="n"), DENSE), "huber", "mean", FLAT),
    "time": (
        (
            LayerSpec(type="gru", name="gru", options={"units": 4}),
            LayerSpec(type="dense", name="head", options={"units": 3}),
        ),
        "mse", "mean", TIMES,
    ),
    "attention": (
        (
            LayerSpec(type="attention", name="attention", options={"causal": True}),
            LayerSpec(type="flatten", name="flat"),
            LayerSpec(type="dense", name="head", options={"units": 3}),
        ),
        "mse", "mean", TIMES,
    ),
}  # fmt: skip


def run_of(name, **more):
    layers, loss, reduction, data = CASES[name]
    model = NetworkModel(layers=layers, loss=loss, reduction=reduction)
    spec = Spec(model=model, optimizer=OptimizerSpec(name="sgd", learning_rate=0.1), seed=2)
    run = Run(build(replace(spec, **more), data))
    for _ in range(3):
        run.advance()
    return run, Trace(run.graph, run.schedule, run.recording)


@pytest.mark.parametrize("name", CASES)
def test_the_gradients_of_samples_make_up_the_one_of_the_step(name):
    run, trace = run_of(name)
    before = run.recording.buffer.tobytes()
    singles, samples = Singles(run.model, trace), run.model.samples(run.iteration)
    parameter = next(n for n in run.graph.parameters if n.label.endswith("weight"))
    recorded = trace.jacobian(run.graph.loss.id, parameter.id)
    for index in ((0, 0), (1, 1)):
        found = list(singles.of(samples, parameter.id, index))
        assert [one.sample for one in found] == list(samples)
        gradients = [one.gradient for one in found]
        together = np.mean(gradients) if singles.mean else np.sum(gradients)
        assert together == pytest.approx(recorded[index], rel=1e-12, abs=1e-15)
        losses = [one.loss for one in found]
        assert (np.mean(losses) if singles.mean else np.sum(losses)) == pytest.approx(run.loss, rel=1e-12)
        assert len(set(losses)) == len(losses)
    assert singles.mean == (name != "sum")
    assert run.recording.buffer.tobytes() == before


def test_a_samples_gradient_is_that_of_a_run_of_this_sample_alone():
    run, trace = run_of("mean")
    samples = run.model.samples(run.iteration)
    weight = run.graph.find("hidden.weight")
    found = list(Singles(run.model, trace).of(samples, weight.id, (2, 3)))
    values = {n.label: trace.view(trace.schedule.values[n.id]).copy() for n in run.graph.parameters}
    for one in found:
        model = replace(run.model.network, parameters=values)
        alone = Run(build(Spec(model=model), replace(FLAT, samples=[one.sample], batch=None)))
        step = Trace(alone.graph, alone.schedule, alone.recording)
        assert one.loss == alone.loss
        assert one.gradient == step.jacobian(alone.graph.loss.id, alone.graph.find("hidden.weight").id)[2, 3]


def test_a_frozen_layer_has_none_and_the_others_have_theirs():
    run, trace = run_of("mean", frozen=("hidden",))
    weight = run.graph.find("head.weight")
    found = list(Singles(run.model, trace).of(run.model.samples(3), weight.id, (0, 0)))
    recorded = trace.jacobian(run.graph.loss.id, weight.id)[0, 0]
    assert np.mean([one.gradient for one in found]) == pytest.approx(recorded, rel=1e-12)


def test_what_mixes_samples_says_so():
    layers = (HIDDEN, LayerSpec(type="batch_norm", name="norm"), DENSE)
    run = Run(build(Spec(model=NetworkModel(layers=layers, loss="mse")), FLAT))
    with pytest.raises(MixedError, match="norm normalises over the batch"):
        Singles(run.model, Trace(run.graph, run.schedule, run.recording))
