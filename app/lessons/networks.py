"""Networks that learn."""

from __future__ import annotations

from typing import Any

from app.lessons.parts import RELU, SPIRAL, Example, dense, network

NETWORKS = "Networks that learn"
SIGMOID = {"type": "sigmoid"}
HELD_OUT = {"name": "digits28", "split": 1 / 6, "seed": 42}
ADAM = {"name": "adam", "learning_rate": 0.001}


def _sixteen(rate: float, iterations: int, sample: int, *last: dict[str, Any], **more: Any) -> dict[str, Any]:
    """784-16-16-10 with sigmoids, 13,002 parameters, trained before; then one digit that training did not see."""
    layers = [part for n in (16, 16) for part in (_xavier(n), SIGMOID)] + [_xavier(10), *last]
    spec = network(layers, {**HELD_OUT, "sample": sample}, rate, **more)
    return {**spec, "trained": {"iterations": iterations, "batch": 64}}


def _xavier(units: int) -> dict[str, Any]:
    return {"type": "dense", "units": units, "initializer": "xavier_normal"}


def _squared(spec: dict[str, Any]) -> dict[str, Any]:
    """The cost summed over the outputs, averaged over the samples."""
    return {**spec, "model": {**spec["model"], "loss": {"name": "mse", "reduction": "batch"}}}


ROWS = (
    Example(
        id="digits8", title="Reading a handwritten digit", group=NETWORKS,
        summary="A real 8×8 digit through 64-16-10, and its mistake back through every weight.",
        spec=network([dense(16), RELU, dense(10)], {"name": "digits8", "sample": 0}, 0.1),
    ),
    Example(
        id="spiral", title="The spiral", group=NETWORKS,
        summary="300 points in three arms, 100 hidden units: 1,000 steps to tell them apart.",
        spec=network([dense(100), RELU, dense(3)], SPIRAL, 1.0, backward={"inputs": False}),
    ),
    Example(
        id="modular", title="The spiral with two hidden layers", group=NETWORKS,
        summary="Layers as building blocks: 2 → 64 → 32 → 3.",
        spec=network([dense(64), RELU, dense(32), RELU, dense(3)], SPIRAL, 0.5, backward={"inputs": False}),
    ),
    Example(
        id="deep-digits", title="784-128-64-10 learns to read", group=NETWORKS,
        summary="64 of 5,000 handwritten digits a step, Adam: after 500 steps more than 9 of 10 unseen ones are read.",
        spec=network(
            [dense(128), RELU, dense(64), RELU, dense(10)], {**HELD_OUT, "batch": 64}, 0.1,
            optimizer=ADAM, backward={"inputs": False},
        ),
    ),
    Example(
        id="digits", title="A 7 that is read as a 3", group=NETWORKS,
        summary="784-16-16-10 after 1,500 steps: of 1,000 unseen digits, in order, the first 7 it calls a 3.",
        spec=_sixteen(0.5, 1_500, 1_927),
    ),
    Example(
        id="digits-square", title="The same with squared cost", group=NETWORKS,
        summary="Ten sigmoid outputs, cost Σ(a − y)², 1,000 steps: again the first unseen 7 it calls a 3.",
        spec=_squared(_sixteen(2.0, 1_000, 2_087, SIGMOID, loss="mse")),
    ),
)  # fmt: skip
