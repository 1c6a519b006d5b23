"""Pictures and convolutions."""

from __future__ import annotations

from app.lessons.parts import RELU, Example, dense, network

PICTURES = "Pictures"


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
)  # fmt: skip
