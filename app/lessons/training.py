"""Optimizers and the training loop."""

from __future__ import annotations

from typing import Any

from app.lessons.parts import RELU, SPIRAL, Example, dense, expression, network

TRAINING = "Optimizers and training"
VALLEY = "L = 0.1*x**2 + 2*y**2"


def _valley(**optimizer: Any) -> dict[str, Any]:
    roles = {"x": "parameter", "y": "parameter"}
    return expression(VALLEY, {"x": -4, "y": 2}, roles=roles, optimizer=optimizer)


ROWS = (
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
        spec=network(
            [dense(64), RELU, dense(32), RELU, dense(3)], {**SPIRAL, "batch": 32}, 0.5,
            optimizer={"name": "sgd", "learning_rate": 0.5, "clip": {"norm": 1.0}}, backward={"inputs": False},
        ),
    ),
    Example(
        id="gradient-check", title="Is the gradient right?", group=TRAINING,
        summary="2 → 4 → 3 on five points: small enough to compare every entry with a difference quotient.",
        spec=network(
            [dense(4), {"type": "tanh"}, dense(3)],
            {"arrays": {"x": [[0.5, -1], [1, 0.3], [-0.7, 0.8], [0.2, 0.1], [-1.2, -0.4]], "y": [0, 1, 2, 1, 0]}},
            0.5,
        ),
    ),
    Example(
        id="regularisation", title="Dropout and weight decay", group=TRAINING,
        summary="20 noisy points, too many weights: a mask drawn anew each step, the same one both ways.",
        spec=network(
            [dense(32), RELU, {"type": "dropout", "p": 0.3}, dense(32), RELU, dense(1)],
            {"name": "curve", "samples": 20, "seed": 3}, 0.05,
            optimizer={"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.1}, loss="mse",
        ),
    ),
)  # fmt: skip
