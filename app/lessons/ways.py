"""Ways to the same gradients: back, forward, by differences."""

from __future__ import annotations

from typing import Any

from app.lessons.parts import Example, dense, expression, network

WAYS = "Ways to a gradient"
TWO = "u = x*y + sin(z)\nv = x*exp(y) - z**2"


def _two(mode: str) -> dict[str, Any]:
    """Three inputs, two outputs: a Jacobian of six numbers."""
    model = expression(TWO, {"x": 1, "y": 0.5, "z": 2}, backward={"mode": mode})
    model["model"]["outputs"] = ["u", "v"]
    return model


def small(**more: Any) -> dict[str, Any]:
    """2 → 4 → 3 on five points: 27 parameters."""
    points = {"x": [[0.5, -1], [1, 0.3], [-0.7, 0.8], [0.2, 0.1], [-1.2, -0.4]], "y": [0, 1, 2, 1, 0]}
    return network([dense(4), {"type": "tanh"}, dense(3)], {"arrays": points}, 0.5, **more)


ROWS = (
    Example(
        id="forward-reverse", title="Forward mode: one pass for each input", group=WAYS,
        summary="Three inputs, two outputs: three passes ask how everything moves when one input does.",
        spec=_two("forward"),
    ),
    Example(
        id="forward-reverse-back", title="Reverse mode: one pass for each output", group=WAYS,
        summary="The same six slopes in two passes: each begins at one output and reaches all three inputs.",
        spec=_two("reverse"),
    ),
    Example(
        id="gradient-difference", title="Differences: two passes for each parameter", group=WAYS,
        summary="The network of the gradient check: 27 parameters moved to both sides, 54 losses, 27 quotients.",
        spec=small(backward={"mode": "difference", "inputs": False}),
    ),
)  # fmt: skip
