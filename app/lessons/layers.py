"""Layers and losses, one at a time."""

from __future__ import annotations

from app.lessons.parts import Example, expression

LAYERS = "Layers and losses"
SCORES = [[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]]
CLASSES = [[1, 0, 0], [0, 0, 1]]


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
)  # fmt: skip
