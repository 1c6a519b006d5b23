"""Layers and losses, one at a time."""

from __future__ import annotations

import numpy as np

from app.lessons.parts import RELU, SPIRAL, Example, dense, expression, network

LAYERS = "Layers and losses"
SCORES = [[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]]
CLASSES = [[1, 0, 0], [0, 0, 1]]


START = """z1 = x @ W1 + b1
a1 = tanh(z1)
z2 = a1 @ W2 + b2
e = exp(z2)
p = e / sum(e, axis=1, keepdims=True)
L = -sum(y*log(p)) / m"""
RNG = np.random.default_rng(42)
START_VALUES = {
    "x": [[1, 2], [-1, 0.5], [0.3, -1.2], [2, 0]], "y": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "W1": (0.01 * RNG.standard_normal((2, 4))).tolist(), "b1": [0.0] * 4,
    "W2": (0.01 * RNG.standard_normal((4, 3))).tolist(), "b2": [0.0] * 3,
}  # fmt: skip
START_ROLES = {"m": "constant"}
RATE = {"name": "sgd", "learning_rate": 0.5}

ROWS = (
    Example(
        id="linear-layer", title="A linear layer, x·W + b", group=LAYERS,
        summary="Four samples at once: dW = xᵀ·g, db sums over the batch, dx = g·Wᵀ.",
        spec=expression(
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
        spec=expression(
            "p = softmax(z1)\ntwo_steps = cross_entropy(p, y)\none_step = softmax_cross_entropy(z2, y)\n"
            "L = two_steps + one_step",
            {"z1": SCORES, "z2": SCORES, "y": CLASSES},
            roles={"y": "target"},
        ),
    ),
    Example(
        id="batch-norm", title="Batch normalisation", group=LAYERS,
        summary="Four samples to mean 0 and variance 1, feature by feature; the running statistics move a tenth.",
        spec=network(
            [dense(3), {"type": "batch_norm"}, RELU, dense(2)],
            {"arrays": {"x": [[1, 2], [0, 1], [2, -1], [1, 1]], "y": [[1, 0], [0, 1], [1, 1], [0, 0]]}}, 0.1, "mse",
        ),
    ),
    Example(
        id="single-layer-start", title="A first network, by hand", group=LAYERS,
        summary="2 → 4 → 3 from weights of 0.01: softmax without its shift, and a loss that is a plain sum.",
        spec=expression(START, {**START_VALUES, "m": 1}, roles=START_ROLES, optimizer=RATE),
    ),
    Example(
        id="single-layer-start-mean", title="The same, divided by m at the loss", group=LAYERS,
        summary="Divided at the loss or at the parameters: every gradient is the same number over m = 4.",
        spec=expression(START, {**START_VALUES, "m": 4}, roles=START_ROLES, optimizer=RATE),
    ),
    Example(
        id="frameworks", title="detach: a number taken as given", group=LAYERS,
        summary="One way back is detached and carries nothing; the other one goes on as before.",
        spec=expression(
            "h = tanh(w*x)\nfast = (v*detach(h) - y)**2\nslow = 0.1*(h - y)**2\nL = fast + slow",
            {"w": 0.7, "x": 1.5, "v": 2, "y": 0.3}, optimizer={"name": "sgd", "learning_rate": 0.1},
        ),
    ),
    Example(
        id="frameworks-freeze", title="Freezing layers", group=LAYERS,
        summary="requires_grad=False on the first two layers: nothing is sent to them, and only the head learns.",
        spec=network(
            [dense(6), RELU, dense(6), RELU, dense(3)], {**SPIRAL, "points": 20, "batch": 12}, 0.5,
            freeze=["dense1", "dense2"], backward={"inputs": False},
        ),
    ),
)  # fmt: skip
