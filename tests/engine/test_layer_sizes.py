"""How large layers are, and what they say of inputs that do not fit."""

import re

import numpy as np
import pytest

from engine import LAYERS, OPS, Data, LayerSpec, NetworkModel, Run, ShapeError, SizeError, Spec, build
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


# --- what does not fit is named: the layer, the axis and both sizes ---

PICTURE, SEQUENCE = (2, 3, 4, 5), (2, 5, 6)
RANKS = {  # layers that take so many axes and no others, with the names of those axes
    **dict.fromkeys(
        ("conv2d", "max_pool2d", "avg_pool2d", "global_avg_pool", "global_max_pool"), "(batch, channels, height, width)"
    ),
    **dict.fromkeys(("rnn", "gru", "lstm", "attention", "multi_head_attention"), "(batch, time, features)"),
    "positional_encoding": "(batch, time, features)",
    "residual": "(batch, features)",
}
LEAST = {"dense": "(batch, …, features)", "batch_norm": "(batch, channels, …)", "layer_norm": "the first is the batch"}
SIZES = {  # layer, shape of its input, options -> what it says
    ("conv2d", PICTURE, ("kernel", 6)): "the window spans 6 along axis height, which is 4 with its padding",
    ("conv2d", PICTURE, ("groups", 2)): "axis channels is 3 and becomes 4; both must split into 2 groups",
    ("max_pool2d", PICTURE, ("kernel", 5)): "the window spans 5 along axis height, which is 4 with its padding",
    ("avg_pool2d", (2, 3, 8, 4), ("kernel", 5)): "the window spans 5 along axis width, which is 4 with its padding",
    ("layer_norm", SEQUENCE, ("axes", 3)): "the last 3 axes asked for; its input (2, 5, 6) has 3",
    ("multi_head_attention", SEQUENCE, ("heads", 4)): "axis 2 of its input is 6, which 4 heads cannot share evenly",
    ("reshape", SEQUENCE, ("shape", (4, 5))): "a sample has 30 numbers (5, 6); (4, 5) takes 20",
    ("embedding", (2, 3), ("vocabulary", 1)): "1 stands in the input; the rows are 0 to 0",
}
FITTING = {"flatten", "dropout", *(type for type in LAYERS if type in OPS and OPS[type].family == "elementwise")}


def refusal(type, given, **options):
    with pytest.raises(ShapeError) as refused:
        add(Builder(), type, "encoder", np.ones(given), rng=seeded(), **options)
    assert str(refused.value).startswith("encoder: ")
    return str(refused.value)


@pytest.mark.parametrize("type", RANKS)
@pytest.mark.parametrize("shape", [(2,), (2, 3), (2, 3, 4), (2, 3, 4, 5), (2, 3, 4, 5, 6)])
def test_an_input_of_other_axes_is_refused_with_the_axes_there_should_be(type, shape):
    if len(shape) == RANKS[type].count(",") + 1:
        add(Builder(), type, "encoder", np.ones(shape), rng=seeded(), **({"kernel": 2} if "2d" in type else {}))
    else:
        said = refusal(type, shape)
        assert RANKS[type] in said
        assert str(shape) in said


@pytest.mark.parametrize("type", LEAST)
def test_an_input_without_features_is_refused(type):
    said = refusal(type, (3,))
    assert LEAST[type] in said
    assert "(3,)" in said


@pytest.mark.parametrize("case", SIZES, ids=lambda case: f"{case[0]} {case[2][0]}")
def test_sizes_that_do_not_fit_are_both_named(case):
    type, shape, (name, value) = case
    assert SIZES[case] in refusal(type, shape, **{name: value})


def test_every_layer_that_can_refuse_is_tried():
    tried = {type for type, *_ in SIZES} | set(RANKS) | set(LEAST)
    assert set(LAYERS) - tried == FITTING | {"softmax", "log_softmax"}


def network(targets, parameters=None):
    layers = [LayerSpec(type="dense", name="head", options={"units": 3})]
    model = NetworkModel(layers=layers, loss="mse", parameters=parameters or {})
    return build(Spec(model=model), Data(x=np.ones((4, 2)), targets=np.ones(targets), samples=range(4)))


@pytest.mark.parametrize(
    ("targets", "where"), [((4, 2), "axis 1 is 3 and 2"), ((4,), "2 and 1 axes"), ((4, 1, 3), "2 and 3 axes")]
)
def test_targets_of_another_shape_are_named_with_the_last_layer(targets, where):
    with pytest.raises(ShapeError, match=re.escape(f"head gives (4, 3), the targets have shape {targets}: {where}")):
        network(targets)


def test_a_first_value_of_another_shape_is_named_with_its_axis():
    with pytest.raises(ShapeError, match=re.escape("head.weight: (2, 4) given, (2, 3) expected: axis 1 is 4 and 3")):
        network((4, 3), {"head.weight": np.ones((2, 4))})
