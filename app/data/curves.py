"""Curves to be found again from a few noisy points: one number in, one number out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.data.dataset import Dataset, Floats
from app.data.source import DataOption, Source, noise, samples

FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "sine": lambda x: np.sin(np.pi * x),
    "cubic": lambda x: 4.0 * x**3 - 3.0 * x,
    "absolute": lambda x: 2.0 * np.abs(x) - 1.0,
    "step": lambda x: np.where(x < 0.0, -1.0, 1.0),
    "bump": lambda x: 2.0 * np.exp(-20.0 * x**2) - 1.0,
    "line": lambda x: x,
}


def curve(function: str, samples: int, noise: float, seed: int) -> Dataset:
    """x evenly over −1…1, (samples, 1), and the function's value there with `noise` added, (samples, 1)."""
    x = np.linspace(-1.0, 1.0, samples)[:, None]
    return Dataset(x=x, values=FUNCTIONS[function](x) + noise * np.random.default_rng(seed).standard_normal(x.shape))


ROWS = (
    Source(
        name="curve", family="curve", load=curve,
        doc="A curve over −1…1 from a few noisy points: numbers are to be predicted, not classes.",
        options=(
            DataOption(
                name="function", kind="choice", default="sine", choices=tuple(FUNCTIONS),
                doc="sin πx, 4x³ − 3x, 2|x| − 1, the sign of x, a bump at 0, or x itself",
            ),
            samples(20),
            noise(0.2, "standard deviation of what is added to each value"),
        ),
    ),
)  # fmt: skip
