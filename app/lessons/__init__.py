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


def _network(layers: list[dict[str, Any]], data: dict[str, Any], rate: float, **more: Any) -> dict[str, Any]:
    return {
        "model": {"kind": "network", "layers": layers, "loss": {"name": "softmax_cross_entropy", "reduction": "mean"}},
        "data": data,
        "optimizer": {"name": "sgd", "learning_rate": rate},
        "seed": 42,
        **more,
    }


def _dense(units: int) -> dict[str, Any]:
    return {"type": "dense", "units": units, "initializer": "he_normal"}


RELU = {"type": "relu"}
FIRST, NEURONS, LAYERS, NETWORKS = "First steps", "One neuron", "Layers and losses", "Networks that learn"

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
    )
}  # fmt: skip
