"""The course's numbers on what goes wrong in depth, and on what is kept for the way back."""

import numpy as np
import pytest

from engine import Contribution, Forward, cost, schedule
from tests.engine.models import gallery, gallery_model, traced, verified


def pre_activations(run):
    """Gradients' norms at z1, z2, …"""
    trace = traced(run)
    nodes = [n for n in run.graph.nodes if n.label[:1] == "z" and n.label[1:].isdecimal()]
    return [np.linalg.norm(trace.gradient(n.id, trace.backward_end)) for n in nodes]


def test_through_twenty_sigmoid_layers_a_billionth_comes_back():
    norms = pre_activations(gallery("vanishing"))
    assert len(norms) == 20
    assert norms[0] < 1e-9 * norms[-1]


def test_through_twenty_linear_layers_with_weights_too_large_the_gradient_explodes():
    norms = pre_activations(gallery("exploding"))
    growth = [norms[-1 - k] / norms[-1] for k in (5, 10, 19)]
    assert growth == pytest.approx([4.9e4, 2.4e8, 1.8e16], rel=0.9)
    assert growth == sorted(growth)


def test_four_of_five_relus_are_dead_and_send_exactly_nothing():
    run = gallery("dying-relu")
    gradient = traced(run).gradient(run.graph.find("z").id, run.schedule.length)
    assert gradient.tolist() == [0, 0, 1, 0, 0]


def test_checkpoints_every_five_layers_give_the_same_gradients_with_less_held():
    run = gallery("checkpointing")
    plain = gallery_model("checkpointing")
    held, all_held = cost(run.graph, run.schedule), cost(run.graph, without_checkpoints(plain))
    assert held.peak < all_held.peak
    assert held.again > 0 == all_held.again
    assert held.backward == all_held.backward
    assert verified(run).passed


def without_checkpoints(model):
    return schedule(model.graph, model.optimizer, len(model.samples(0)))


def test_the_first_number_that_is_none_is_infinity_over_infinity():
    run = gallery("instability")
    forward = [e for e in run.schedule.events if isinstance(e, Forward)]
    label = {n.id: n.label for n in run.graph.nodes}
    first_infinite = next(e for e in forward if np.isinf(run.recording.view(e.value)).any())
    first_nan = next(e for e in forward if np.isnan(run.recording.view(e.value)).any())
    assert (label[first_infinite.node], label[first_nan.node]) == ("e", "p")
    assert run.recording.view(run.schedule.values[run.graph.find("stable").id]) == 0.0


def test_one_training_step_clears_computes_sends_back_clips_and_updates_in_this_order():
    kinds = [e.kind for e in gallery("training-loop").schedule.events]
    order = ["batch", "forward", "zero_grad", "seed", "contribution", "clip", "assign"]
    assert list(dict.fromkeys(kinds)) == order


def test_momentum_carries_on_where_plain_descent_would_crawl():
    run = gallery("optimizers", steps=60)
    plain = -4 * (1 - 0.05 * 0.2) ** 60
    assert abs(run.recording.view(run.schedule.values[run.graph.find("x").id])) < abs(plain)


def test_contributions_of_a_deep_network_are_one_for_every_edge():
    run = gallery("vanishing")
    edges = {(e.node, e.slot) for e in run.schedule.events if isinstance(e, Contribution)}
    wanted = {(n.id, s) for n in run.graph.nodes if n.op for s, i in enumerate(n.inputs) if run.graph.nodes[i].wanted}
    assert edges == wanted
