"""The ill networks of the chapter before, each with one thing changed: the same seed, the same sample."""

from __future__ import annotations

from typing import Any

from app.lessons.depth import corners, deep
from app.lessons.parts import Example, network

REMEDIES = "What helps"
SAMPLES = [[round(0.9 * ((7 * i + 3 * j * j) % 11 - 5) / 5, 3) for j in range(10)] for i in range(8)]


def _normalised() -> dict[str, Any]:
    """Over one sample there is nothing to normalise: eight of them."""
    block: list[dict[str, Any]] = [
        {"type": "dense", "units": 10, "initializer": "xavier_normal"}, {"type": "batch_norm"}, {"type": "sigmoid"},
    ]  # fmt: skip
    return network(
        block * 20, {"arrays": {"x": SAMPLES, "y": [[int(k == i) for k in range(10)] for i in range(8)]}}, 0.1
    )


def _around() -> dict[str, Any]:
    block: list[dict[str, Any]] = [
        {"type": "residual", "units": 10, "activation": "sigmoid", "initializer": "xavier_normal"}
    ]
    return network(block * 10, deep("xavier_normal", "sigmoid")["data"], 0.1)


def _clipped(**clip: float) -> dict[str, Any]:
    return deep("too_large", None, optimizer={"name": "sgd", "learning_rate": 0.1, "clip": clip})


def _row(id: str, title: str, summary: str, spec: dict[str, Any]) -> Example:
    return Example(id=f"remedies-{id}", title=title, group=REMEDIES, summary=summary, spec=spec)


ROWS = (
    _row("relu", "Vanishing, with ReLU and He", "Where it is open its slope is 1: nothing is lost on the way back.",
         deep("he_normal", "relu")),
    _row("leaky-relu", "Vanishing, with Leaky ReLU", "Slope 1 or a hundredth, never 0.",
         deep("he_normal", "leaky_relu")),
    _row("elu", "Vanishing, with ELU", "Slope 1 above 0, a smooth bend below.", deep("he_normal", "elu")),
    _row("selu", "Vanishing, with SELU and LeCun",
         "Scaled so that layer after layer keeps mean 0 and variance 1.", deep("lecun_normal", "selu")),
    _row("batch-norm", "Vanishing, with batch normalisation",
         "The sigmoid stays, but each layer's input is brought to one size before it.", _normalised()),
    _row("residual", "Vanishing, with residual connections",
         "The sigmoid stays, but every block has a way around it, with slope 1.", _around()),
    _row("xavier", "Exploding, with Xavier", "Weights of the size that keeps signals in size both ways.",
         deep("xavier_normal", None)),
    _row("lecun", "Exploding, with LeCun", "Variance one over the number of inputs.", deep("lecun_normal", None)),
    _row("he", "Exploding, with He", "Made for ReLU, which halves the signal; linear layers grow by √2 each.",
         deep("he_normal", None)),
    _row("clip-norm", "Exploding, clipped to norm 1",
         "The gradients explode as before; what the update gets has norm 1 in all.", _clipped(norm=1.0)),
    _row("clip-value", "Exploding, clipped to values of 1",
         "No entry of a gradient is larger than 1, whichever way it then points.", _clipped(value=1.0)),
    _row("dying", "Dead units, with Leaky ReLU", "Below 0 a hundredth comes back: enough to be found again.",
         corners("leaky_relu")),
)  # fmt: skip
