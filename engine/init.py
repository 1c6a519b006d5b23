"""Initialisers: first weights for a layer with so many inputs and outputs, from a seeded generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.random import Generator

from engine.tape import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Initializer:
    """`draw(rng, fan_in, fan_out)` gives weights of shape (fan_in, fan_out)."""

    name: str
    draw: Callable[[Generator, int, int], Array]
    doc: str
    source: str


def _normal(deviation: Callable[[int, int], float]) -> Callable[[Generator, int, int], Array]:
    return lambda rng, fan_in, fan_out: rng.standard_normal((fan_in, fan_out)) * deviation(fan_in, fan_out)


def _uniform(bound: Callable[[int, int], float]) -> Callable[[Generator, int, int], Array]:
    return lambda rng, fan_in, fan_out: rng.uniform(-1.0, 1.0, (fan_in, fan_out)) * bound(fan_in, fan_out)


HE = "He et al. 2015, eq. 10"
GLOROT = "Glorot & Bengio 2010, eq. 12 and 16"

INITIALIZERS = {
    row.name: row
    for row in (
        Initializer(
            name="he_normal",
            draw=_normal(lambda n, m: sqrt(2 / n)),
            source=HE,
            doc="Normal with variance 2/fan_in: keeps the variance through ReLU layers, which drop half of it.",
        ),
        Initializer(
            name="he_uniform",
            draw=_uniform(lambda n, m: sqrt(6 / n)),
            source=HE,
            doc="Uniform in ±√(6/fan_in): the same variance as he_normal.",
        ),
        Initializer(
            name="xavier_normal",
            draw=_normal(lambda n, m: sqrt(2 / (n + m))),
            source=GLOROT,
            doc="Normal with variance 2/(fan_in + fan_out): signals keep their size both ways through linear and tanh.",
        ),
        Initializer(
            name="xavier_uniform",
            draw=_uniform(lambda n, m: sqrt(6 / (n + m))),
            source=GLOROT,
            doc="Uniform in ±√(6/(fan_in + fan_out)): the same variance as xavier_normal.",
        ),
        Initializer(
            name="zeros",
            draw=lambda rng, n, m: np.zeros((n, m)),
            source="by definition",
            doc="All zero: every unit of a layer computes the same and learns the same.",
        ),
    )
}
