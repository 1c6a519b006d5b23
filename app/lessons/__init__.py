"""The gallery: every example with its spec, its place in the course and a sentence. A spec is a request like any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NEURON = "z = w*x + b\na = sigmoid(z)\nL = 0.5*(a - y)**2"
SGD_HALF = {"name": "sgd", "learning_rate": 0.5}
NEURON_VALUES = {"w": 0.5, "x": 1, "b": 0.1, "y": 1}
SPIRAL = {"name": "spiral", "points": 100, "classes": 3, "noise": 0.2, "seed": 42}
SCORES = [[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]]
CLASSES = [[1, 0, 0], [0, 0, 1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One entry of the gallery."""

    id: str
    title: str
    summary: str
    group: str
    spec: dict[str, Any]


def _expression(source: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    roles = {"roles": more.pop("roles")} if "roles" in more else {}
    return {"model": {"kind": "expression", "source": source, "values": values, **roles}, **more}


def _network(
    layers: list[dict[str, Any]], data: dict[str, Any], rate: float, loss: str = "softmax_cross_entropy", **more: Any
) -> dict[str, Any]:
    return {
        "model": {"kind": "network", "layers": layers, "loss": {"name": loss, "reduction": "mean"}},
        "data": data,
        "optimizer": {"name": "sgd", "learning_rate": rate},
        "seed": 42,
        **more,
    }


def _dense(units: int) -> dict[str, Any]:
    return {"type": "dense", "units": units, "initializer": "he_normal"}


RELU = {"type": "relu"}
FIRST, NEURONS, LAYERS, NETWORKS = "First steps", "One neuron", "Layers and losses", "Networks that learn"
DEPTH, TRAINING = "What goes wrong in depth", "Optimizers and training"
PICTURES, TIME = "Pictures", "Through time"
ONE_SAMPLE = {"arrays": {"x": [[0.5, -1.2, 0.3, 0.8, -0.4, 1.1, -0.7, 0.2, 0.9, -0.1]], "y": [3]}}
VALLEY = "L = 0.1*x**2 + 2*y**2"


def _deep(initializer: str, activation: str | None, **more: Any) -> dict[str, Any]:
    """20 layers of width 10 and a loss: one sample, one of ten classes."""
    layer = {"type": "dense", "units": 10, "initializer": initializer}
    layers: list[dict[str, Any]] = [layer, {"type": activation}] * 20 if activation else [layer] * 20
    data = {"arrays": {"x": ONE_SAMPLE["arrays"]["x"], "y": [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]]}}
    return _network(layers, data, 0.1, **more)


def _sequence(layer: str, **more: Any) -> dict[str, Any]:
    """Six steps in, one of two classes out: is the number of ones odd?"""
    layers = [{"type": layer, "units": 3}, {"type": "dense", "units": 2, "initializer": "xavier_normal"}]
    return _network(layers, {"name": "parity", "samples": 40, "length": 6, "sample": 0, "seed": 1}, 0.1, **more)


def _valley(**optimizer: Any) -> dict[str, Any]:
    roles = {"x": "parameter", "y": "parameter"}
    return _expression(VALLEY, {"x": -4, "y": 2}, roles=roles, optimizer=optimizer)


EXAMPLES = {
    row.id: row
    for row in (
        Example(
            id="neuron", title="A single neuron", group=NEURONS,
            summary="A sigmoid neuron learns to answer 1: forward, loss, gradient, update.",
            spec=_expression(NEURON, NEURON_VALUES, optimizer=SGD_HALF),
        ),
        Example(
            id="neuron-square", title="The same neuron without the ½", group=NEURONS,
            summary="Loss (a − y)² instead of ½(a − y)²: every gradient is twice as large.",
            spec=_expression("z = w*x + b\na = sigmoid(z)\nL = (a - y)**2", NEURON_VALUES, optimizer=SGD_HALF),
        ),
        Example(
            id="square", title="(w·x + b)²", group=FIRST,
            summary="Three operations, three slopes: the smallest chain rule worth walking.",
            spec=_expression("y = (w*x + b)**2", {"w": 3, "x": 2, "b": 1}),
        ),
        Example(
            id="polynomial", title="x³ + 5x", group=FIRST,
            summary="One x, two paths to the result: their gradients add up to 17.",
            spec=_expression("y = x**3 + 5*x", {"x": 2}),
        ),
        Example(
            id="reuse", title="3·x·x", group=FIRST,
            summary="The same number enters one product twice; it gets a gradient through each entrance.",
            spec=_expression("z = 3*x*x", {"x": 2}),
        ),
        Example(
            id="chain", title="sin(x²)²", group=FIRST,
            summary="A chain of three functions: their slopes multiply.",
            spec=_expression("L = sin(x**2)**2", {"x": 1.3}),
        ),
        Example(
            id="linear-layer", title="A linear layer, x·W + b", group=LAYERS,
            summary="Four samples at once: dW = xᵀ·g, db sums over the batch, dx = g·Wᵀ.",
            spec=_expression(
                "z = x @ W + b\nL = sum(z * g)",
                {
                    "x": [[1, 2, 3], [0, -1, 2], [2, 0, 1], [-1, 1, 0]],
                    "W": [[0.5, -0.2], [0.1, 0.4], [-0.3, 0.8]],
                    "b": [0.1, -0.1],
                    "g": [[1, 0], [0.5, -1], [-1, 2], [0.25, 0.5]],
                },
                roles={"g": "constant"},
            ),
        ),
        Example(
            id="softmax-ce", title="Softmax and cross-entropy, fused and not", group=LAYERS,
            summary="Left in two steps, right in one: both send probability minus target back to the scores.",
            spec=_expression(
                "p = softmax(z1)\ntwo_steps = cross_entropy(p, y)\none_step = softmax_cross_entropy(z2, y)\n"
                "L = two_steps + one_step",
                {"z1": SCORES, "z2": SCORES, "y": CLASSES},
                roles={"y": "target"},
            ),
        ),
        Example(
            id="digits8", title="Reading a handwritten digit", group=NETWORKS,
            summary="A real 8×8 digit through 64-16-10, and its mistake back through every weight.",
            spec=_network([_dense(16), RELU, _dense(10)], {"name": "digits8", "sample": 0}, 0.1),
        ),
        Example(
            id="spiral", title="The spiral", group=NETWORKS,
            summary="300 points in three arms, 100 hidden units: 1,000 steps to tell them apart.",
            spec=_network([_dense(100), RELU, _dense(3)], SPIRAL, 1.0, backward={"inputs": False}),
        ),
        Example(
            id="modular", title="The spiral with two hidden layers", group=NETWORKS,
            summary="Layers as building blocks: 2 → 64 → 32 → 3.",
            spec=_network([_dense(64), RELU, _dense(32), RELU, _dense(3)], SPIRAL, 0.5, backward={"inputs": False}),
        ),
        Example(
            id="vanishing", title="Vanishing gradients", group=DEPTH,
            summary="20 sigmoid layers: what comes back to the first is a billionth of what left the last.",
            spec=_deep("xavier_normal", "sigmoid"),
        ),
        Example(
            id="exploding", title="Exploding gradients", group=DEPTH,
            summary="20 linear layers with weights too large: the gradient grows with every layer it passes.",
            spec=_deep("too_large", None),
        ),
        Example(
            id="dying-relu", title="Dying ReLU", group=DEPTH,
            summary="Five pre-activations, four below zero: nothing comes back through them, exactly nothing.",
            spec=_expression(
                "a = relu(z)\nL = sum(a * g)",
                {"z": [-1, -0.5, 0.1, -2, -0.3], "g": [1, 1, 1, 1, 1]},
                roles={"g": "constant"},
            ),
        ),
        Example(
            id="checkpointing", title="Activation checkpointing", group=DEPTH,
            summary="20 ReLU layers, every fifth kept: the others are computed again on the way back.",
            spec=_deep("he_normal", "relu", backward={"checkpoint": ["relu5", "relu10", "relu15"]}),
        ),
        Example(
            id="instability", title="Scores too large for exp", group=DEPTH,
            summary="e¹⁰⁰⁰ is infinite and infinity over infinity no number; shifted scores give the answer beside it.",
            spec=_expression(
                "e = exp(z)\np = e / sum(e)\nnaive = sum(t * p)\nstable = softmax_cross_entropy(z, t)\n"
                "L = naive + stable",
                {"z": [1000, 0, -1000], "t": [1, 0, 0]},
                roles={"t": "target"},
            ),
        ),
        Example(
            id="optimizers", title="Down a valley with momentum", group=TRAINING,
            summary="0.1·x² + 2·y² from (−4, 2): a velocity that remembers carries on along the floor.",
            spec=_valley(name="sgd", learning_rate=0.05, momentum=0.9),
        ),
        Example(
            id="optimizers-adam", title="Down a valley with Adam", group=TRAINING,
            summary="The same valley: two running means per parameter, and each line of the update is a step.",
            spec=_valley(name="adam", learning_rate=0.3),
        ),
        Example(
            id="training-loop", title="The training loop", group=TRAINING,
            summary="Batches of 32, epochs, clearing, forward, loss, backward, clipping, update: one after the other.",
            spec=_network(
                [_dense(64), RELU, _dense(32), RELU, _dense(3)], {**SPIRAL, "batch": 32}, 0.5,
                optimizer={"name": "sgd", "learning_rate": 0.5, "clip": {"norm": 1.0}}, backward={"inputs": False},
            ),
        ),
        Example(
            id="gradient-check", title="Is the gradient right?", group=TRAINING,
            summary="2 → 4 → 3 on five points: small enough to compare every entry with a difference quotient.",
            spec=_network(
                [_dense(4), {"type": "tanh"}, _dense(3)],
                {"arrays": {"x": [[0.5, -1], [1, 0.3], [-0.7, 0.8], [0.2, 0.1], [-1.2, -0.4]], "y": [0, 1, 2, 1, 0]}},
                0.5,
            ),
        ),
        Example(
            id="regularisation", title="Dropout and weight decay", group=TRAINING,
            summary="20 noisy points, too many weights: a mask drawn anew each step, the same one both ways.",
            spec=_network(
                [_dense(32), RELU, {"type": "dropout", "p": 0.3}, _dense(32), RELU, _dense(1)],
                {"name": "curve", "samples": 20, "seed": 3}, 0.05,
                optimizer={"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.1}, loss="mse",
            ),
        ),
        Example(
            id="cnn", title="A small convolutional network", group=PICTURES,
            summary="Two and three filters on an 8×8 digit: what a filter sees, where a maximum sends its gradient.",
            spec=_network(
                [
                    {"type": "conv2d", "filters": 2, "kernel": 3}, RELU, {"type": "max_pool2d", "kernel": 2},
                    {"type": "conv2d", "filters": 3, "kernel": 2}, RELU, {"type": "flatten"}, _dense(10),
                ],
                {"name": "digits8", "flat": False, "sample": 0}, 0.1,
            ),
        ),
        Example(
            id="rnn", title="A simple recurrent network", group=TIME,
            summary="Six time steps, one set of weights: six contributions to it, and their sum.",
            spec=_sequence("rnn"),
        ),
        Example(
            id="lstm", title="An LSTM", group=TIME,
            summary="Gates decide what the cell forgets and takes in; the gradient runs back along the cell.",
            spec=_sequence("lstm"),
        ),
        Example(
            id="gru", title="A GRU", group=TIME,
            summary="Two gates instead of three, and no separate cell.",
            spec=_sequence("gru"),
        ),
        Example(
            id="truncated-bptt", title="Truncated backpropagation through time", group=TIME,
            summary="The LSTM again, cut every two steps: what lies further back gets nothing.",
            spec=_sequence("lstm", backward={"truncate": 2}),
        ),
    )
}  # fmt: skip
