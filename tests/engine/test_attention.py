"""Attention of a sequence to itself."""

import numpy as np
import pytest

from engine import ShapeError, check, verify
from tests.engine.models import gradient, traced, value
from tests.engine.sequences import into, layer, network

SHAPE = (2, 5, 6)
TYPES = ("attention", "multi_head_attention")
types = pytest.mark.parametrize("type", TYPES)


def attending(type, shape=SHAPE, **options):
    rng = np.random.default_rng(1)
    options |= {"heads": options.get("heads", 3)} if type == "multi_head_attention" else {}
    return network(layer(type, **options), x=rng.standard_normal(shape), targets=rng.standard_normal(shape))


@types
def test_each_time_step_takes_a_weighted_mean_of_all(type):
    run = attending(type)
    weights = value(run, f"{type}1.weights")
    heads = 3 if type == "multi_head_attention" else 1
    assert weights.shape == (2, heads, 5, 5)
    assert np.allclose(weights.sum(axis=-1), 1, rtol=1e-15)
    assert (weights > 0).all()


@types
def test_causal_attention_does_not_see_what_comes_later(type):
    run = attending(type, causal=True)
    weights = value(run, f"{type}1.weights")
    assert (np.triu(weights, 1) == 0).all()
    assert (weights[..., 0, 0] == 1).all()
    assert np.isfinite(run.recording.buffer).all()


@types
@pytest.mark.parametrize("causal", [False, True])
def test_the_gradient_is_the_slope_of_the_loss_and_the_numbers_follow(type, causal):
    run = attending(type, causal=causal)
    assert verify(traced(run)).passed
    assert check(traced(run)).passed


def test_attention_without_parameters_uses_its_input_three_times():
    run = attending("attention")
    assert run.graph.parameters == ()
    x = value(run, "x")
    scores = x @ x.transpose(0, 2, 1) / np.sqrt(6)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    assert np.allclose(value(run, "attention1.out"), weights @ x, rtol=1e-13)
    shaped = next(n for n in run.graph.nodes if n.op == "reshape")
    parts = [e for e in run.schedule.events if e.kind == "contribution" and e.into == shaped.id]
    assert len(parts) == 3


def test_parameters_have_pytorchs_names_and_shapes():
    run = attending("multi_head_attention")
    shapes = {n.label.removeprefix("multi_head_attention1."): n.shape for n in run.graph.parameters}
    assert shapes == {
        "in_proj_weight": (18, 6),
        "in_proj_bias": (18,),
        "out_proj.weight": (6, 6),
        "out_proj.bias": (6,),
    }


def test_queries_keys_and_values_send_their_gradients_into_one_projection():
    run = attending("multi_head_attention")
    assert len(into(run, "multi_head_attention1.qkv")) == 3
    assert len(into(run, "multi_head_attention1.in_proj_weight")) == 1
    bias = gradient(run, "multi_head_attention1.in_proj_bias")
    # A key's bias moves all scores of a row alike, which softmax does not see: its gradient is nothing but rounding.
    assert np.abs(bias[6:12]).max() < 1e-13 < 1e-3 < np.abs(bias[12:]).max()


def test_groups_are_named():
    graph = attending("multi_head_attention").graph
    inner = [g.path[1] for g in graph.groups if g.path[0] == "multi_head_attention1" and len(g.path) > 1]
    assert inner == ["projections", "weights", "output"]


def test_heads_that_cannot_share_the_features_are_named_with_both_sizes():
    with pytest.raises(ShapeError, match="multi_head_attention1: axis 2 of its input is 6, which 4 heads cannot share"):
        attending("multi_head_attention", heads=4)


@types
def test_an_input_that_is_no_sequence_is_named(type):
    with pytest.raises(ShapeError, match=rf"{type}1: attention takes \(batch, time, features\); its input has shape"):
        attending(type, shape=(2, 6))
