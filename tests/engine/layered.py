"""Layers alone, built from a spec like any network: the sum of squared distances from the targets is the loss."""

from engine import Data, LayerSpec, NetworkModel, Run, Spec, build
from tests.engine.models import gradient, value


def run_of(case):
    """One training step on all samples of the case. Layers below the last one hand on all their states."""
    layers = [
        LayerSpec(
            type=case.type,
            name=f"{case.type}{k + 1}",
            options=case.options | ({"return_sequences": True} if k + 1 < case.layers else {}),
        )
        for k in range(case.layers)
    ]
    model = NetworkModel(layers=layers, loss="mse", reduction="sum", parameters=case.parameters)
    return Run(build(Spec(model=model), Data(x=case.x, targets=case.targets, samples=range(len(case.x)))))


def results(case):
    """The output, the gradient of the input where it has one, and those of the parameters."""
    run = run_of(case)
    out = run.recording.view(run.schedule.values[run.graph.loss.inputs[0]])
    named = [name for name in ("x", *case.parameters) if run.graph.find(name).wanted]
    return [out, *(gradient(run, name) for name in named)]


def mask_of(case):
    """What dropout multiplies by."""
    return value(run_of(case), f"{case.type}1.mask")
