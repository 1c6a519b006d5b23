"""Layers and optimizers."""

import numpy as np
import pytest

from engine import INITIALIZERS, LAYERS, LOSSES, OPS, OPTIMIZERS, LayerSpec
from engine.build import Builder
from engine.layers import Context


def added(builder, x, type, name, **said):
    row = LAYERS[type]
    context = Context(
        builder=builder,
        name=name,
        options=row.complete(LayerSpec(type=type, name=name, options=said)),
        rng=np.random.default_rng(0),
    )
    return row.add(context, x)


PICTURES = {"conv2d": (4, 2, 2, 2), "max_pool2d": (4, 3, 2, 2), "avg_pool2d": (4, 3, 2, 2), "global_avg_pool": (4, 3)}
PICTURES |= {"global_max_pool": (4, 3), "flatten": (4, 48), "reshape": (4, 12, 2, 2)}
STEPS = {"rnn": (4, 3), "lstm": (4, 3), "gru": (4, 3), "embedding": (4, 5, 3, 3)}
STEPS |= dict.fromkeys(("positional_encoding", "attention", "multi_head_attention"), (4, 5, 3))
LAST = {"dense": "add", "conv2d": "add_channel", "global_avg_pool": "mean", "dropout": "mul", "residual": "add"}
LAST |= {"flatten": "reshape"}

LAST |= {"global_max_pool": "reshape", "rnn": "tanh", "lstm": "mul", "gru": "add", "positional_encoding": "add"}
LAST |= {"attention": "reshape", "multi_head_attention": "add"}


@pytest.mark.parametrize("type", LAYERS)
def test_a_layer_adds_its_nodes_and_keeps_the_batch(type):
    builder = Builder()
    shape = (4, 3, 4, 4) if type in PICTURES else (4, 5, 3) if type in STEPS else (4, 3)
    x = builder.leaf("x", np.ones(shape), "input")
    out = added(builder, x, type, "layer1", units=3, filters=2, shape=[12, 2, 2], vocabulary=2)
    assert out.shape == (PICTURES | STEPS).get(type, (4, 3))
    assert builder.nodes[out.id].op == LAST.get(type, type)


def test_values_are_numbered_as_textbooks_do():
    builder = Builder()
    x = builder.leaf("x", np.ones((1, 2)), "input")
    for k in (1, 2):
        x = added(builder, x, "dense", f"dense{k}", units=2)
        x = added(builder, x, "relu", f"relu{k}")
    assert [n.label for n in builder.nodes if n.op and n.named] == ["z1", "a1", "z2", "a2"]


def test_a_dense_layer_begins_without_bias():
    builder = Builder()
    x = builder.leaf("x", np.ones((1, 2)), "input")
    added(builder, x, "dense", "dense1", units=3)
    (bias,) = (n for n in builder.nodes if n.label == "dense1.bias")
    assert (builder.values[bias.id] == np.zeros(3)).all()


def test_every_loss_is_an_op():
    assert set(LOSSES) <= set(OPS)


@pytest.mark.parametrize("row", [*INITIALIZERS.values(), *OPTIMIZERS.values()], ids=lambda row: row.name)
def test_a_row_says_where_it_is_from(row):
    assert row.doc.endswith(".")
    assert row.source


@pytest.mark.parametrize(("type", "weight"), [("dense", "weight"), ("conv2d", "weight"), ("lstm", "weight_ih"),
                                              ("residual", "first.weight"), ("embedding", "weight"),
                                              ("multi_head_attention", "in_proj_weight")])  # fmt: skip
def test_an_initializer_may_bring_its_settings(type, weight):
    builder = Builder()
    shape = (4, 3, 4, 4) if type in PICTURES else (4, 5, 3) if type in STEPS else (4, 3)
    said = {"name": "constant", "value": -0.25}
    x = builder.leaf("x", np.ones(shape), "input")
    added(builder, x, type, "d", units=3, filters=2, vocabulary=2, initializer=said)
    drawn = next(value for id, value in builder.values.items() if builder.nodes[id].label == f"d.{weight}")
    assert (drawn == -0.25).all()
