"""How large layers are, and what they say of inputs that do not fit."""

import numpy as np
import pytest

from engine import LAYERS, Data, LayerSpec, NetworkModel, Run, SizeError, Spec, build
from engine.build import Builder
from tests.engine.every_layer import add, seeded, shape_for
from tests.engine.models import gradient, value, verified


@pytest.mark.parametrize("shape", [(2, 4), (2, 3, 4), (2, 3, 2, 4)])
def test_a_dense_layer_works_over_the_last_axis(shape):
    rng = np.random.default_rng(0)
    x, targets = rng.standard_normal(shape), rng.standard_normal((*shape[:-1], 2))
    model = NetworkModel(layers=[LayerSpec(type="dense", name="dense1", options={"units": 2})], loss="mse")
    run = Run(build(Spec(model=model), Data(x=x, targets=targets, samples=range(2))))
    found, weight = value(run, "z1"), value(run, "dense1.weight")
    np.testing.assert_allclose(found, (x.reshape(-1, 4) @ weight).reshape(targets.shape), rtol=1e-13)
    assert verified(run).passed
    g = (2 * (found - targets) / targets.size).reshape(-1, 2)
    np.testing.assert_allclose(gradient(run, "dense1.weight"), x.reshape(-1, 4).T @ g, rtol=1e-12)


COUNTED = {  # options and parameters of layers that see 3 features
    "dense": ({"units": 5}, 3 * 5 + 5),
    "conv2d": ({"filters": 4, "kernel": 2}, 4 * 3 * 2 * 2 + 4),
    "batch_norm": ({}, 2 * 3),
    "layer_norm": ({}, 2 * 3),
    "residual": ({"units": 5}, 3 * 5 + 5 + 5 * 3 + 3),
    "rnn": ({"units": 5}, 5 * 3 + 5 * 5 + 2 * 5),
    "gru": ({"units": 5}, 3 * (5 * 3 + 5 * 5 + 2 * 5)),
    "lstm": ({"units": 5}, 4 * (5 * 3 + 5 * 5 + 2 * 5)),
    "embedding": ({"vocabulary": 7, "units": 5}, 7 * 5),
    "multi_head_attention": ({}, 4 * 3 * 3 + 4 * 3),
}


def counted(type, most, **options):
    """The parameters of the layer alone."""
    builder = Builder()
    add(builder, type, f"{type}1", np.ones(shape_for(type)), most, seeded(), **options)
    return sum(v.size for k, v in builder.values.items() if builder.nodes[k].role == "parameter")


@pytest.mark.parametrize("type", LAYERS)
def test_a_network_has_exactly_as_many_parameters_as_it_may(type):
    options, exact = COUNTED.get(type, ({}, 0))
    assert counted(type, exact, **options) == exact
    if exact:
        with pytest.raises(
            SizeError, match=f"{exact} parameters asked for, with those of {type}1; at most {exact - 1}"
        ):
            counted(type, exact - 1, **options)


def test_nothing_is_drawn_where_there_is_no_room():
    with pytest.raises(SizeError, match="16777216 parameters asked for"):
        add(Builder(), "dense", "dense1", np.ones((1, 4096)), most=1_000_000, rng=None, units=4096)
