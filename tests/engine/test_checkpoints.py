"""Activation checkpointing and cut edges: the same gradients with less kept, and what a cut leaves out."""

import numpy as np
import pytest

from engine import Contribution, Data, LayerSpec, NetworkModel, OptimizerSpec, Recompute, Run, Spec, build, schedule
from engine.backward import Backward
from tests.engine.models import expression, traced, verified

DEPTH = 8


def deep(checkpoints=()):
    rng = np.random.default_rng(0)
    layers = []
    for k in range(1, DEPTH + 1):
        layers.append(LayerSpec(type="dense", name=f"dense{k}", options={"units": 6}))
        layers.append(LayerSpec(type="relu" if k % 2 else "tanh", name=f"act{k}"))
    data = Data(x=rng.standard_normal((5, 4)), targets=rng.standard_normal((5, 6)), samples=range(5))
    spec = Spec(
        model=NetworkModel(layers=layers, loss="mse"),
        optimizer=OptimizerSpec(name="sgd", learning_rate=0.1),
        checkpoints=checkpoints,
    )
    return Run(build(spec, data))


def gradients(run):
    return {n.label: traced(run).gradient(n.id, run.schedule.length).tobytes() for n in run.graph.leaves if n.wanted}


@pytest.mark.parametrize("kept", [("act4",), ("act2", "act4", "act6"), ("act8",), ("dense3", "act5")])
def test_checkpointed_gradients_are_the_plain_ones_to_the_last_bit(kept):
    plain, saved = deep(), deep(kept)
    for _ in range(3):
        assert gradients(plain) == gradients(saved)
        assert plain.loss == saved.loss
        plain.advance()
        saved.advance()


def test_what_lies_between_checkpoints_is_computed_again_and_nothing_else():
    run = deep(("act4",))
    again = [e.node for e in run.schedule.events if isinstance(e, Recompute)]
    checkpoint = max(n.id for n in run.graph.nodes if n.op and n.group == ("act4",))
    assert again == [n.id for n in run.graph.nodes if n.op and n.id < checkpoint]


def test_a_recomputed_value_is_the_forward_one_to_the_last_bit():
    run = deep(("act4",))
    for event in run.schedule.events:
        if isinstance(event, Recompute):
            first = run.recording.view(run.schedule.values[event.node])
            assert run.recording.view(event.value).tobytes() == first.tobytes()


def test_recomputed_numbers_follow_and_a_changed_one_is_named():
    run = deep(("act4",))
    assert verified(run).passed
    event = next(e for e in run.schedule.events if isinstance(e, Recompute))
    run.recording.view(event.value).reshape(-1)[0] += 1e-9
    assert verified(run).event == event.index


def test_a_checkpoint_that_is_no_layer_is_named():
    with pytest.raises(ValueError, match="no layer 'cellar'"):
        deep(("cellar",))


def test_a_cut_edge_carries_nothing_and_what_lies_only_behind_it_gets_nothing():
    run = expression("y = (w*x + b)**2", w=3, x=2, b=1)
    product = run.graph.find("w·x").id
    total = next(n.id for n in run.graph.nodes if n.op == "add")
    cut = schedule(run.graph, backward=Backward(cut=((total, 0),)))
    into = {e.into for e in cut.events if isinstance(e, Contribution)}
    assert product not in into
    assert {run.graph.nodes[i].label for i in into if run.graph.nodes[i].op is None} == {"b"}
