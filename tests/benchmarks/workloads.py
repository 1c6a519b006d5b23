"""The table's workloads: each makes the engine's run and the floor's model, from the same first numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import Data, ExpressionModel, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build
from tests.benchmarks import floors


@dataclass(frozen=True)
class Workload:
    """`make()` gives (run, floor); one unit of work is `steps` training steps. `goal` is of the ratio, or in µs."""

    name: str
    title: str
    make: Callable
    goal: float
    steps: int = 1
    absolute: bool = False


def line():
    values = {"w": 0.5, "b": 0.25, "x": 1.5}
    return expression("(w*x + b)**2", values, 0.01), floors.Line(0.5, 0.25, 1.5, 0.01)


def neuron():
    values = {"w": 0.5, "b": 0.25, "x": 1.5, "y": 0.1}
    return expression("(sigmoid(w*x + b) - y)**2", values, 0.1), floors.Neuron(0.5, 0.25, 1.5, 0.1, 0.1)


def expression(source, values, rate):
    optimizer = OptimizerSpec(name="sgd", learning_rate=rate)
    return Run(build(Spec(model=ExpressionModel(source=source, values=values), optimizer=optimizer, inputs=False)))


def network(layers, x, y, loss, optimizer):
    data = Data(x=x, targets=y, samples=range(len(x)))
    model = NetworkModel(layers=layers, loss=loss)
    return Run(build(Spec(model=model, optimizer=optimizer, inputs=False), data))


def dense(sizes, batch, *, activation="relu", loss="softmax_cross_entropy", optimizer="sgd", ends=False):
    def make():
        rng = np.random.default_rng(0)
        x, y = rng.standard_normal((batch, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=batch)]
        layers = []
        for number, units in enumerate(sizes[1:], start=1):
            options = {"units": units, "initializer": "xavier_normal"}
            layers.append(LayerSpec(type="dense", name=f"dense{number}", options=options))
            if ends or number < len(sizes) - 1:
                layers.append(LayerSpec(type=activation, name=f"{activation}{number}"))
        rate = 0.001 if optimizer == "adam" else 0.01
        run = network(layers, x, y, loss, OptimizerSpec(name=optimizer, learning_rate=rate))
        update = floors.Adam(rate) if optimizer == "adam" else floors.sgd(rate)
        floor = floors.Dense(parameters(run), x, y, activation=activation, loss=loss, update=update, ends=ends)
        return run, floor

    return make


def sigmoids(count):
    return dense([10] * (count + 1), 1, activation="sigmoid", loss="half_mse", ends=True)


def pictures(filters):
    def make():
        rng = np.random.default_rng(0)
        x, y = rng.standard_normal((16, 1, 28, 28)), np.eye(10)[rng.integers(10, size=16)]
        layers = [
            LayerSpec(type="conv2d", name="conv1", options={"filters": filters, "kernel": 3}),
            LayerSpec(type="relu", name="relu1"),
            LayerSpec(type="max_pool2d", name="pool1", options={"kernel": 2}),
            LayerSpec(type="flatten", name="flatten1"),
            LayerSpec(type="dense", name="dense1", options={"units": 10}),
        ]
        run = network(layers, x, y, "softmax_cross_entropy", OptimizerSpec(name="sgd", learning_rate=0.01))
        return run, floors.Convolution(parameters(run), x, y, update=floors.sgd(0.01))

    return make


def lstm():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((8, 50, 16)), rng.standard_normal((8, 1))
    layers = [
        LayerSpec(type="lstm", name="lstm1", options={"units": 32}),
        LayerSpec(type="dense", name="dense1", options={"units": 1}),
    ]
    run = network(layers, x, y, "half_mse", OptimizerSpec(name="sgd", learning_rate=0.01))
    return run, floors.LSTM(parameters(run), x, y, update=floors.sgd(0.01))


def parameters(run):
    """Copies of the first values, by label."""
    return {n.label: run.model.values[n.id].copy() for n in run.graph.parameters}


WORKLOADS = (
    Workload("W1", "scalar (w·x+b)², one training step", line, 5.0, absolute=True),
    Workload("W2", "sigmoid neuron, 10 updates", neuron, 100.0, steps=10, absolute=True),
    Workload("W3", "2-100-3, 300 points", dense([2, 100, 3], 300), 1.10),
    Workload("W4", "2-64-32-3, 300 points", dense([2, 64, 32, 3], 300), 1.10),
    Workload("W5a", "784-16-16-10, batch 1", dense([784, 16, 16, 10], 1, activation="sigmoid"), 0.75),
    Workload("W5b", "784-16-16-10, batch 64", dense([784, 16, 16, 10], 64, activation="sigmoid"), 1.05),
    Workload("W5c", "784-128-64-10, Adam, batch 64", dense([784, 128, 64, 10], 64, optimizer="adam"), 1.15),
    Workload("W6a", "CNN 8 filters, batch 16 of 28×28", pictures(8), 0.60),
    Workload("W6b", "CNN 16 filters, batch 16 of 28×28", pictures(16), 0.60),
    Workload("W7", "LSTM 32, T = 50, batch 8", lstm, 1.15),
    Workload("W9a", "20 sigmoid layers of 10", sigmoids(20), 0.55),
    Workload("W9b", "200 sigmoid layers of 10", sigmoids(200), 0.55),
    Workload("W9c", "1000 sigmoid layers of 10", sigmoids(1000), 0.55),
)
