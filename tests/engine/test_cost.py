"""What a training step costs, counted from its schedule."""

import numpy as np
import pytest

from engine import Data, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build, cost
from tests.engine.models import expression
from tests.engine.test_checkpoints import deep


def counted(run):
    return cost(run.graph, run.schedule)


def test_operations_of_a_square_are_counted_by_hand():
    told = counted(expression("y = (w*x + b)**2", w=3, x=2, b=1))
    assert told.forward == 3  # product, sum, square
    # the square's slope and its product with upstream; the sum hands on; the product has two factors at hand
    assert told.backward == (1 + 1) + 0 + 2 * (1 + 1)
    assert told.again == 0


def test_a_scalar_chain_holds_its_values_until_its_gradients_have_passed():
    told = counted(expression("L = sin(x**2)**2", x=1.3))
    assert told.peak == 2 + 3  # two values that slopes will need, and upstream, slope and what is sent


def test_checkpoints_hold_less_and_compute_more():
    plain, saved = counted(deep()), counted(deep(("act2", "act4", "act6")))
    assert saved.peak < plain.peak
    assert saved.backward == plain.backward
    assert saved.again > 0 == plain.again


def test_recomputing_costs_no_more_than_one_forward_pass():
    assert counted(deep(("act4",))).again < counted(deep()).forward


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_cost_grows_linearly_with_the_batch(factor):
    small, large = (counted(network(samples)) for samples in (4, 4 * factor))
    assert large.forward == pytest.approx(factor * small.forward, rel=0.01)
    assert large.backward == pytest.approx(factor * small.backward, rel=0.05)


def network(samples):
    data = Data(x=np.full((samples, 8), 0.5), targets=np.ones((samples, 3)), samples=range(samples))
    layers = [
        LayerSpec(type="dense", name="dense1", options={"units": 16}),
        LayerSpec(type="tanh", name="tanh1"),
        LayerSpec(type="dense", name="dense2", options={"units": 3}),
    ]
    model = NetworkModel(layers=layers, loss="mse")
    return Run(build(Spec(model=model, optimizer=OptimizerSpec(name="sgd", learning_rate=0.1)), data))
