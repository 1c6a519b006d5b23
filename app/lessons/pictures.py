"""Pictures and convolutions."""

from __future__ import annotations

from typing import Any

from app.lessons.parts import RELU, Example, dense, network

PICTURES = "Pictures"


def _full(data: str, classes: int) -> dict[str, Any]:
    """The network of the textbooks, on one picture."""
    conv: list[dict[str, Any]] = [
        {"type": "conv2d", "filters": n, "kernel": 3, "initializer": "he_normal"} for n in (32, 64)
    ]
    layers = [conv[0], RELU, {"type": "max_pool2d", "kernel": 2}, conv[1], RELU, {"type": "flatten"}, dense(64), RELU]
    return network([*layers, dense(classes)], {"name": data, "flat": False, "sample": 0}, 0.01)


ROWS = (
    Example(
        id="cnn", title="A small convolutional network", group=PICTURES,
        summary="Two and three filters on an 8×8 digit: what a filter sees, where a maximum sends its gradient.",
        spec=network(
            [
                {"type": "conv2d", "filters": 2, "kernel": 3}, RELU, {"type": "max_pool2d", "kernel": 2},
                {"type": "conv2d", "filters": 3, "kernel": 2}, RELU, {"type": "flatten"}, dense(10),
            ],
            {"name": "digits8", "flat": False, "sample": 0}, 0.1,
        ),
    ),
    Example(
        id="cnn-digits", title="A full convolutional network", group=PICTURES,
        summary="32 and 64 filters on a 28×28 digit, 515,146 parameters: what each filter sees, and its gradient.",
        spec=_full("digits28", 10),
    ),
    Example(
        id="cnn-shapes", title="Shapes in colour", group=PICTURES,
        summary="The same network on a circle, square, triangle or cross of 32×32: filters that look at three colours.",
        spec=_full("shapes", 4),
    ),
)  # fmt: skip
