"""How the learning rate changes from training step to training step: a row for each schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.frozen import frozen

Settings = Mapping[str, float | bool]
BELOW_ONE = frozenset(("beta1", "beta2"))  # a mean that never moves would be divided by 0
ABOVE_ZERO = frozenset(("every", "period", "iterations"))


def completed(what: str, known: Settings, said: Settings) -> dict[str, float | bool]:
    """All settings, those not said at their defaults.

    Raises `ValueError` for a setting there is not, or one outside of its bounds, which are PyTorch's.
    """
    for name, value in said.items():
        if name not in known:
            raise ValueError(f"{what} has no setting {name!r}; it has {', '.join(known) or 'none'}")
        if name in BELOW_ONE and not 0 <= value < 1:
            raise ValueError(f"{what}: {name} is {value:g}; it must be at least 0 and below 1")
        if name in ABOVE_ZERO and not value > 0:
            raise ValueError(f"{what}: {name} is {value:g}; it must be above 0")
    return {**known, **said}


@frozen
class RateSchedule:
    """How the learning rate changes: `factor(iteration, …)` times the one asked for."""

    name: str
    factor: Callable[..., float]
    settings: Settings
    doc: str


def _cosine(iteration: int, period: float, lowest: float) -> float:
    return float(lowest + (1 - lowest) * (1 + np.cos(np.pi * iteration / period)) / 2)


SCHEDULES = {
    row.name: row
    for row in (
        RateSchedule(name="constant", factor=lambda iteration: 1.0, settings={}, doc="The same throughout."),
        RateSchedule(
            name="step", factor=lambda iteration, every, gamma: gamma ** (iteration // every),
            settings={"every": 100, "gamma": 0.1}, doc="Times gamma after every so many iterations.",
        ),
        RateSchedule(
            name="cosine", factor=_cosine, settings={"period": 1000, "lowest": 0.0},
            doc="Down a half cosine to `lowest` times the rate after `period` iterations, then up again.",
        ),
        RateSchedule(
            name="warmup", factor=lambda iteration, iterations: min(1.0, (iteration + 1) / iterations),
            settings={"iterations": 100}, doc="Rising in a straight line for so many iterations, then constant.",
        ),
    )
}  # fmt: skip
