"""Layers for sequences against PyTorch: values committed beside the script that made them."""

from pathlib import Path

import numpy as np
import pytest

from engine import Data, LayerSpec, NetworkModel, Run, Spec, build
from tests.engine.models import gradient
from tests.reference.sequence_cases import COUNT, TYPES, cases, packed

FILE = Path(__file__).parent.parent / "reference" / "sequences.npz"
TOLERANCE = 1e-9  # relative to the norm of what is kept of an array; both sides round at 1e-16, hundreds of times


def run_of(case):
    """The layers below the last one hand on all their states."""
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


def ours(case):
    """The output, the gradient of the input where it has one, and those of the parameters."""
    run = run_of(case)
    out = run.recording.view(run.schedule.values[run.graph.loss.inputs[0]])
    named = [name for name in ("x", *case.parameters) if run.graph.find(name).wanted]
    return [out, *(gradient(run, name) for name in named)]


def apart(arrays, theirs):
    """The largest distance between what is kept of an array and its reference; both in the same order."""
    found = [0.0]
    for x in (packed([x]) for x in arrays):
        exact, theirs = theirs[: x.size], theirs[x.size :]
        found.append(float(np.linalg.norm(x - exact) / max(np.linalg.norm(exact), 1e-12)))
    return max(found), theirs


@pytest.mark.parametrize("type", TYPES)
def test_outputs_and_gradients_are_pytorchs(type):
    with np.load(FILE, allow_pickle=False) as file:
        theirs = file[type]
    for number, case in enumerate(cases(type)):
        worst, theirs = apart(ours(case), theirs)
        assert worst < TOLERANCE, (number, case.options)
    assert theirs.size == 0
    assert number + 1 == COUNT == 30


def test_one_wrong_entry_shows():
    case = cases("lstm")[0]
    arrays = ours(case)
    theirs = packed([x.copy() for x in arrays])
    arrays[1].flat[0] += 1e-6
    assert apart(arrays, theirs)[0] > 100 * TOLERANCE
