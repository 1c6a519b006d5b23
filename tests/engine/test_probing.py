"""The gradient check where it used to cry wolf: gradients that are 0 but for rounding, kinks, ties, several outputs."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Data, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build, check
from engine.ops import OPS
from tests.engine.models import expression, gallery, traced


def normalised():
    """A convolution's bias directly before batch norm, which subtracts it again: its gradient is 0."""
    rng = np.random.default_rng(3)
    layers = [
        LayerSpec(type="conv2d", name="conv", options={"filters": 3, "kernel": 3}),
        LayerSpec(type="batch_norm", name="norm"),
        LayerSpec(type="tanh", name="tanh"),
        LayerSpec(type="flatten", name="flat"),
        LayerSpec(type="dense", name="dense", options={"units": 2}),
    ]
    data = Data(x=rng.standard_normal((4, 2, 6, 6)), targets=rng.standard_normal((4, 2)), samples=range(4))
    model = NetworkModel(layers=layers, loss="mse")
    return Run(build(Spec(model=model, optimizer=OptimizerSpec(name="sgd", learning_rate=0.1)), data))


def rows(run, **more):
    told = check(traced(run), seconds=5, **more)
    return told, {row.label: row for row in told.parameters}


def test_a_gradient_that_is_zero_but_for_rounding_is_no_false_alarm():
    run = normalised()
    gradient = traced(run).gradient(run.graph.find("conv.bias").id, run.schedule.length)
    assert 0 < np.abs(gradient).max() < 1e-15
    told, row = rows(run)
    assert told.passed, told
    assert row["conv.bias"].rounding > 0
    assert row["conv.bias"].relative_error == row["conv.bias"].forward_error == 0
    assert row["conv.weight"].rounding == 0


@pytest.mark.parametrize("epsilon", [1e-4, 1e-5, 1e-6])
def test_the_floor_is_what_rounding_of_the_loss_makes_over_the_step(epsilon):
    run = expression("sum(exp(x))", x=[3.0, 4.0])
    told, _ = rows(run, epsilon=epsilon)
    assert told.floor == pytest.approx(4 * np.finfo(float).eps * run.loss / epsilon, rel=1e-12)


def test_a_wrong_rule_is_no_rounding(monkeypatch):
    monkeypatch.setitem(OPS, "tanh", replace(OPS["tanh"], partials=(lambda y, x: 1 + y * y,)))
    told, row = rows(normalised())
    assert not told.passed
    assert row["conv.weight"].relative_error > 0.01
    assert row["conv.weight"].rounding == 0


@pytest.mark.parametrize(
    ("source", "x", "op", "kind"),
    [
        ("sum(relu(x)**2 + relu(x))", [0.0, 1.0], "relu", "kink"),
        ("sum(abs(x))", [1.0, 0.0], "abs", "kink"),
        ("max(x)*3", [2.0, 2.0, 1.0], "max", "tie"),
        ("sum(maximum(x, 1 + 0*x))", [1.0, 3.0], "maximum", "tie"),
    ],
)
def test_a_kink_or_a_tie_is_named_with_the_node_it_lies_in(source, x, op, kind):
    run = expression(source, x=x)
    told, row = rows(run)
    assert told.passed
    assert len(row["x"].named) == len(row["x"].kinks) > 0
    for kink in row["x"].named:
        assert (run.graph.nodes[kink.node].op, kink.kind) == (op, kind)
        assert kink.entry in row["x"].kinks
        assert f"has a {kind} here" in kink.sentence


def test_of_several_outputs_the_first_ones_gradient_is_checked():
    for name in ("forward-reverse", "forward-reverse-back"):
        told, row = rows(gallery(name))
        assert told.passed, told
        assert set(row) == {"x", "y", "z"}


def test_a_check_finds_gradients_however_they_were_found():
    for name in ("rtrl", "gradient-difference"):
        assert rows(gallery(name))[0].passed
