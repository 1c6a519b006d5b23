"""Networks that learn."""

from __future__ import annotations

from app.lessons.parts import RELU, SPIRAL, Example, dense, network

NETWORKS = "Networks that learn"


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
)  # fmt: skip
