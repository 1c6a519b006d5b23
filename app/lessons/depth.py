"""What goes wrong in depth, and what helps."""

from __future__ import annotations

from typing import Any

from app.lessons.parts import Example, dense, expression, network

DEPTH = "What goes wrong in depth"
ONE_SAMPLE = {"arrays": {"x": [[0.5, -1.2, 0.3, 0.8, -0.4, 1.1, -0.7, 0.2, 0.9, -0.1]], "y": [3]}}


def deep(initializer: str, activation: str | None, **more: Any) -> dict[str, Any]:
    """20 layers of width 10 and a loss: one sample, one of ten classes."""
    layer = {"type": "dense", "units": 10, "initializer": initializer}
    layers: list[dict[str, Any]] = [layer, {"type": activation}] * 20 if activation else [layer] * 20
    data = {"arrays": {"x": ONE_SAMPLE["arrays"]["x"], "y": [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]]}}
    return network(layers, data, 0.1, **more)


CORNERS = [[1, 1], [-1, -1], [1, -1], [-1, 1], [0.8, 1.1], [-0.9, -1.2], [1.2, -0.7], [-1.1, 0.9]]


def corners(activation: str) -> dict[str, Any]:
    """2 → 16 → 1 on eight points of an exclusive or, its hidden biases at −5."""
    layers: list[dict[str, Any]] = [dense(16), {"type": activation}, dense(1)]
    spec = network(layers, {"arrays": {"x": CORNERS, "y": [[0], [0], [1], [1]] * 2}}, 0.1, "bce_logits")
    spec["model"]["parameters"] = {"dense1.bias": [-5] * 16}
    return spec


def _unbroken() -> dict[str, Any]:
    """2 → 4 → 1 on seven of those points, every weight and bias 0: four units that nothing ever tells apart."""
    layers = [{**dense(4), "initializer": "zeros"}, {"type": "sigmoid"}, {**dense(1), "initializer": "zeros"}]
    return network(layers, {"arrays": {"x": CORNERS[:7], "y": [[0], [0], [1], [1], [0], [0], [1]]}}, 0.5, "bce_logits")


CHAIN = "\n".join(f"a{k} = sigmoid({'x' if k == 1 else f'a{k - 1}'})" for k in range(1, 21))

ROWS = (
    Example(
        id="vanishing", title="Vanishing gradients", group=DEPTH,
        summary="20 sigmoid layers: what comes back to the first is a billionth of what left the last.",
        spec=deep("xavier_normal", "sigmoid"),
    ),
    Example(
        id="vanishing-slopes", title="Twenty slopes, multiplied", group=DEPTH,
        summary="No weights at all: a sigmoid's slope is ¼ at most, and twenty of them leave 10⁻¹³ of the gradient.",
        spec=expression(CHAIN, {"x": 0.5}),
    ),
    Example(
        id="exploding", title="Exploding gradients", group=DEPTH,
        summary="20 linear layers with weights too large: the gradient grows with every layer it passes.",
        spec=deep("too_large", None),
    ),
    Example(
        id="dying-relu", title="Dying ReLU", group=DEPTH,
        summary="Five pre-activations, four below zero: nothing comes back through them, exactly nothing.",
        spec=expression(
            "a = relu(z)\nL = sum(a * g)",
            {"z": [-1, -0.5, 0.1, -2, -0.3], "g": [1, 1, 1, 1, 1]},
            roles={"g": "constant"},
        ),
    ),
    Example(
        id="dying-relu-units", title="Sixteen dead units", group=DEPTH,
        summary="2 → 16 → 1 with biases at −5: no sample opens a single unit, so nothing in front of them can learn.",
        spec=corners("relu"),
    ),
    Example(
        id="symmetry", title="All weights begin as zero", group=DEPTH,
        summary="2 → 4 → 1 from zeros: all four units get the same gradient in every step, and stay one unit.",
        spec=_unbroken(),
    ),
    Example(
        id="checkpointing", title="Activation checkpointing", group=DEPTH,
        summary="20 ReLU layers, every fifth kept: the others are computed again on the way back.",
        spec=deep("he_normal", "relu", backward={"checkpoint": ["relu5", "relu10", "relu15"]}),
    ),
    Example(
        id="instability", title="Scores too large for exp", group=DEPTH,
        summary="e¹⁰⁰⁰ is infinite and infinity over infinity no number; shifted scores give the answer beside it.",
        spec=expression(
            "e = exp(z)\np = e / sum(e)\nnaive = sum(t * p)\nstable = softmax_cross_entropy(z, t)\n"
            "L = naive + stable",
            {"z": [1000, 0, -1000], "t": [1, 0, 0]},
            roles={"t": "target"},
        ),
    ),
)  # fmt: skip
