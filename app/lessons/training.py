"""Optimizers and the training loop."""

from __future__ import annotations

from typing import Any

from app.lessons.parts import RELU, SPIRAL, Example, dense, expression, network

TRAINING = "Optimizers and training"
VALLEY = "L = 0.1*x**2 + 2*y**2"


def _valley(**optimizer: Any) -> dict[str, Any]:
    roles = {"x": "parameter", "y": "parameter"}
    return expression(VALLEY, {"x": -4, "y": 2}, roles=roles, optimizer=optimizer)


VALLEYS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("sgd", "plain gradient descent", "Steep across, flat along: a rate that is safe for one is slow for the other.",
     {"name": "sgd", "learning_rate": 0.05}),
    ("nesterov", "Nesterov's momentum", "The gradient counts a step ahead, where the velocity is about to lead.",
     {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    ("rmsprop", "RMSProp", "Each direction is divided by the size its gradient has had of late.",
     {"name": "rmsprop", "learning_rate": 0.1}),
    ("adagrad", "Adagrad", "Each direction is divided by the size of all its gradients so far: steps only shrink.",
     {"name": "adagrad", "learning_rate": 0.5}),
    ("adamw", "AdamW", "Adam, with weight decay apart from the gradient: the parameter shrinks first.",
     {"name": "adamw", "learning_rate": 0.3, "weight_decay": 0.01}),
)  # fmt: skip
# Slopes (x + 1)(x + ½)(x − ½)²(x − 2): a local minimum at −1, a saddle at ½, the lowest place at 2.
LANDSCAPE = "L = x**6/6 - 0.3*x**5 - 0.4375*x**4 + 11/24*x**3 + 0.1875*x**2 - 0.25*x"


def _descent(**optimizer: Any) -> dict[str, Any]:
    return expression(
        LANDSCAPE, {"x": -1.6}, roles={"x": "parameter"}, optimizer={"name": "sgd", "learning_rate": 0.02, **optimizer}
    )


def _points(layers: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """20 noisy points to learn from, 20 held out, and far more weights than points."""
    data = {"name": "curve", "samples": 40, "split": 0.5, "noise": 0.3, "seed": 3}
    optimizer = {"name": "adam", "learning_rate": 0.01, **more.pop("optimizer", {})}
    return network(layers, data, 0.01, "mse", optimizer=optimizer, backward={"inputs": False}, **more)


WIDE: list[dict[str, Any]] = [dense(32), RELU, dense(32), RELU, dense(1)]
DROPPED: list[dict[str, Any]] = [dense(32), RELU, {"type": "dropout", "p": 0.2}, dense(32), RELU, dense(1)]

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
    *(
        Example(id=f"optimizers-{id}", title=f"Down a valley with {title}", group=TRAINING, summary=summary,
                spec=_valley(**optimizer))
        for id, title, summary, optimizer in VALLEYS
    ),
    Example(
        id="escape-sgd", title="Caught in a local minimum", group=TRAINING,
        summary="Gradient descent from −1.6 comes to rest at −1, though 2 is far lower.", spec=_descent(),
    ),
    Example(
        id="escape-momentum", title="Out of a local minimum", group=TRAINING,
        summary="The same descent with momentum: over the hill, across the saddle at ½, and down to 2.",
        spec=_descent(momentum=0.9),
    ),
    Example(
        id="training-loop-uncleared", title="zero_grad forgotten", group=TRAINING,
        summary="Nothing clears the gradients: each step goes by the sum of all steps so far, and the loss rises.",
        spec=network(
            [dense(8), RELU, dense(3)], {**SPIRAL, "points": 20, "batch": 12}, 0.5, backward={"inputs": False},
            optimizer={"name": "sgd", "learning_rate": 0.5, "zero_grad": False},
        ),
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
        id="overfitting", title="Learning by heart", group=TRAINING,
        summary="1 → 32 → 32 → 1 on 20 noisy points: the loss of what it sees falls, that of what it does not rises.",
        spec=_points(WIDE),
    ),
    Example(
        id="regularisation", title="Dropout", group=TRAINING,
        summary="A mask drawn anew each step, the same one both ways: no unit can rely on another.",
        spec=_points(DROPPED),
    ),
    Example(
        id="regularisation-l2", title="L2: weights are drawn towards 0", group=TRAINING,
        summary="A share of every weight joins its gradient: large weights must earn their size.",
        spec=_points(WIDE, optimizer={"weight_decay": 0.02}),
    ),
    Example(
        id="regularisation-early-stopping", title="Early stopping", group=TRAINING,
        summary="Training ends when the loss of the points held out has not fallen for 30 steps.",
        spec=_points(WIDE, stop={"patience": 30}),
    ),
)  # fmt: skip
