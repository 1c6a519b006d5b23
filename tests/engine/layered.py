"""Layers alone, built from a spec like any network: the sum of squared distances from the targets is the loss."""

from dataclasses import replace

from engine import Data, LayerSpec, NetworkModel, Run, Spec, build, evaluate
from tests.engine.models import events, gradient, value
from tests.reference.layer_cases import OTHERWISE


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
    built = build(Spec(model=model), Data(x=case.x, targets=case.targets, samples=range(len(case.x))))
    kept = {built.graph.find(f"{case.type}1.{name}").id: x for name, x in case.kept.items()}
    return Run(replace(built, values={**built.values, **kept}))


def results(case):
    """The output, the gradient of the input where it has one, those of the parameters, statistics as the step leaves
    them, and the output in evaluation where it is another one.
    """
    run = run_of(case)
    out = run.recording.view(run.schedule.values[run.graph.loss.inputs[0]])
    named = [name for name in ("x", *case.parameters) if run.graph.find(name).wanted]
    moved = [run.recording.view(event.value) for event in events(run, "statistics")]
    answers = [evaluate(run, case.x)] if case.type in OTHERWISE else []
    return [out, *(gradient(run, name) for name in named), *moved, *answers]


def mask_of(case):
    """What dropout multiplies by."""
    return value(run_of(case), f"{case.type}1.mask")
