"""From a spec to a graph and first values."""

import numpy as np
import pytest

from engine import (
    Data,
    ExpressionModel,
    LayerSpec,
    NetworkModel,
    OptimizerSpec,
    Run,
    ShapeError,
    Spec,
    build,
)

DATA = Data(x=np.ones((5, 2)), targets=np.eye(3)[[0, 1, 2, 0, 1]], samples=range(5))
DENSE = LayerSpec(type="dense", name="dense1", options={"units": 3})


def network(*layers, loss="softmax_cross_entropy", data=DATA, seed=0, inputs=True, **more):
    model = NetworkModel(layers=layers, loss=loss, **more)
    return build(
        Spec(model=model, optimizer=OptimizerSpec(name="sgd", learning_rate=0.1), seed=seed, inputs=inputs), data
    )


def labels(model, role):
    return [n.label for n in model.graph.nodes if n.role == role]


def test_a_network_is_its_layers_and_a_loss():
    model = network(LayerSpec(type="dense", name="dense1", options={"units": 4}), LayerSpec(type="relu", name="relu1"),
                    LayerSpec(type="dense", name="dense2", options={"units": 3}))  # fmt: skip
    assert [n.op for n in model.graph.nodes if n.op] == [
        "matmul",
        "add",
        "relu",
        "matmul",
        "add",
        "softmax_cross_entropy",
    ]
    assert [g.path for g in model.graph.groups] == [("dense1",), ("relu1",), ("dense2",), ("loss",)]
    assert labels(model, "parameter") == ["dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"]
    assert [n.shape for n in model.graph.parameters] == [(2, 4), (4,), (4, 3), (3,)]
    assert (labels(model, "input"), labels(model, "target"), labels(model, "loss")) == (["x"], ["y"], ["L"])


def test_the_seed_decides_the_first_weights():
    weights = [network(DENSE, seed=seed).values[1].tobytes() for seed in (1, 1, 2)]
    assert weights[0] == weights[1] != weights[2]


def test_inputs_get_gradients_only_where_asked():
    assert [network(DENSE, inputs=i).graph.find("x").wanted for i in (True, False)] == [True, False]


def test_given_parameters_replace_drawn_ones():
    given = np.arange(6.0).reshape(2, 3)
    model = network(DENSE, parameters={"dense1.weight": given.tolist()})
    assert (model.values[model.graph.find("dense1.weight").id] == given).all()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: network(DENSE, parameters={"dense9.weight": 1}),
            ValueError,
            "no parameter 'dense9.weight'; there are d",
        ),
        (
            lambda: network(DENSE, parameters={"dense1.bias": [1.0]}),
            ShapeError,
            r"dense1.bias: \(1,\) given, \(3,\) expected: axis 0 is 1 and 3",
        ),
        (
            lambda: network(LayerSpec(type="dense", name="d", options={"units": 2})),
            ShapeError,
            r"d gives \(5, 2\), the targets have shape \(5, 3\): axis 1 is 2 and 3",
        ),
        (lambda: network(DENSE, data=None), ValueError, "a network needs data"),
        (lambda: network(LayerSpec(type="dense", name="d")), ValueError, "d: a dense layer needs `units`"),
        (lambda: network(DENSE, DENSE), ValueError, "two nodes are called 'dense1.weight'"),
    ],
)
def test_what_does_not_fit_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_dense_layer_takes_batches_of_features():
    with pytest.raises(ShapeError, match=r"dense1: a dense layer takes \(batch, …, features\)"):
        network(DENSE, data=Data(x=np.ones(2), targets=np.ones(2), samples=[0]))


@pytest.mark.parametrize("loss", ["mse", "half_mse", "cross_entropy", "softmax_cross_entropy"])
@pytest.mark.parametrize("reduction", ["mean", "batch", "sum"])
def test_every_loss_and_reduction_trains(loss, reduction):
    run = Run(network(DENSE, LayerSpec(type="softmax", name="softmax1"), loss=loss, reduction=reduction))
    before = run.loss
    for _ in range(20):
        run.advance()
    assert run.loss < before


def expression(source, optimizer=None, roles=None, **values):
    return build(Spec(model=ExpressionModel(source=source, values=values, roles=roles or {}), optimizer=optimizer))


def test_names_of_an_expression_are_parameters_and_with_an_optimizer_x_and_y_are_data():
    sgd = OptimizerSpec(name="sgd", learning_rate=1.0)
    free, trained = expression("w*x - y", w=1.0, x=1.0, y=1.0), expression("w*x - y", sgd, w=1.0, x=1.0, y=1.0)
    assert labels(free, "parameter") == ["w", "x", "y"]
    assert [labels(trained, role) for role in ("parameter", "input", "target")] == [["w"], ["x"], ["y"]]


def test_given_roles_go_before_the_usual_ones():
    model = expression("w*x", roles={"w": "constant", "x": "input"}, w=1.0, x=1.0)
    assert [labels(model, role) for role in ("constant", "input")] == [["w"], ["x"]]
    assert [n.wanted for n in model.graph.leaves] == [False, True]


def test_a_role_without_a_value_is_named():
    with pytest.raises(ValueError, match="a role is given for 'z', which has no value"):
        expression("w*2", roles={"z": "constant"}, w=1.0)
