"""How the learning rate changes from training step to training step: a row for each schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Settings = Mapping[str, float | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
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
