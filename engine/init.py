"""Initialisers: first weights for a layer with so many inputs and outputs, from a seeded generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from math import prod, sqrt
from typing import Any

import numpy as np

from engine.frozen import frozen
from engine.tape import Array, Shape

LARGEST = 4_194_304  # weights in one array: refused before they take memory
Fill = Callable[..., Array]  # (rng, shape, fan_in, fan_out, settings as keywords) -> weights
Scale = Callable[..., float]  # (fan_in, fan_out, settings as keywords) -> deviation or bound


@frozen
class Initializer:
    """One way to draw first weights; `settings` holds the numbers it takes, with their defaults."""

    name: str
    fill: Fill
    doc: str
    source: str
    settings: Mapping[str, float] = field(default_factory=dict)

    def draw(
        self, rng: np.random.Generator, fan_in: int, fan_out: int, shape: Shape | None = None, **settings: float
    ) -> Array:
        """Weights of shape (fan_in, fan_out), or of `shape` where a layer keeps them in another.

        Raises `ValueError` for a setting it does not have, and for more than `LARGEST` weights.
        """
        unknown = sorted(set(settings) - set(self.settings))
        if unknown:
            raise ValueError(f"{self.name} has no setting {unknown[0]!r}; it has {', '.join(self.settings) or 'none'}")
        wanted = (fan_in, fan_out) if shape is None else shape
        if prod(wanted) > LARGEST:
            raise ValueError(f"{prod(wanted)} weights in one array asked for; at most {LARGEST} are drawn")
        return self.fill(rng, wanted, fan_in, fan_out, **(dict(self.settings) | settings))


def _normal(deviation: Scale) -> Fill:
    return lambda rng, shape, n, m, **settings: rng.standard_normal(shape) * deviation(n, m, **settings)


def _uniform(bound: Scale) -> Fill:
    return lambda rng, shape, n, m, **settings: rng.uniform(-1.0, 1.0, shape) * bound(n, m, **settings)


def _orthogonal(rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int, gain: float) -> Array:
    """Q of a normal matrix, its signs those of R's diagonal, so that every orthogonal matrix is as likely."""
    rows, columns = shape[0], int(np.prod(shape[1:], dtype=int))
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return np.asarray(gain * (q if rows >= columns else q.T)).reshape(shape)


HE = "He et al. 2015, eq. 10"
GLOROT = "Glorot & Bengio 2010, eq. 12 and 16"
LECUN = "LeCun et al. 1998, Efficient BackProp, eq. 16"
DEFINITION = "by definition"

ROWS = (
    Initializer(
        name="he_normal",
        fill=_normal(lambda n, m: sqrt(2 / n)),
        source=HE,
        doc="Normal with variance 2/fan_in: keeps the variance through ReLU layers, which drop half of it.",
    ),
    Initializer(
        name="he_uniform",
        fill=_uniform(lambda n, m: sqrt(6 / n)),
        source=HE,
        doc="Uniform in ±√(6/fan_in): the same variance as he_normal.",
    ),
    Initializer(
        name="xavier_normal",
        fill=_normal(lambda n, m: sqrt(2 / (n + m))),
        source=GLOROT,
        doc="Normal with variance 2/(fan_in + fan_out): signals keep their size both ways through linear and tanh.",
    ),
    Initializer(
        name="xavier_uniform",
        fill=_uniform(lambda n, m: sqrt(6 / (n + m))),
        source=GLOROT,
        doc="Uniform in ±√(6/(fan_in + fan_out)): the same variance as xavier_normal.",
    ),
    Initializer(
        name="lecun_normal",
        fill=_normal(lambda n, m: sqrt(1 / n)),
        source=LECUN,
        doc="Normal with variance 1/fan_in: keeps the variance through linear layers, and through SELU.",
    ),
    Initializer(
        name="lecun_uniform",
        fill=_uniform(lambda n, m: sqrt(3 / n)),
        source=LECUN,
        doc="Uniform in ±√(3/fan_in): the same variance as lecun_normal.",
    ),
    Initializer(
        name="orthogonal",
        fill=_orthogonal,
        source="Saxe et al. 2014, section 3",
        settings={"gain": 1.0},
        doc="An orthogonal matrix times gain: a product of many keeps lengths, so it suits recurrent weights.",
    ),
    Initializer(
        name="normal",
        fill=_normal(lambda n, m, std: std),
        source=DEFINITION,
        settings={"std": 0.01},
        doc="Normal with the standard deviation given, whatever the size of the layer.",
    ),
    Initializer(
        name="uniform",
        fill=_uniform(lambda n, m, bound: bound),
        source=DEFINITION,
        settings={"bound": 0.05},
        doc="Uniform in ±bound, whatever the size of the layer.",
    ),
    Initializer(
        name="constant",
        fill=lambda rng, shape, n, m, value: np.full(shape, float(value)),
        source=DEFINITION,
        settings={"value": 0.1},
        doc="The same number everywhere: every unit of a layer computes the same and learns the same.",
    ),
    Initializer(
        name="zeros",
        fill=lambda rng, shape, n, m: np.zeros(shape),
        source=DEFINITION,
        doc="All zero: every unit of a layer computes the same and learns the same.",
    ),
    Initializer(
        name="too_large",
        fill=_normal(lambda n, m, std: std),
        source="wrong on purpose, to be looked at",
        settings={"std": 2.0},
        doc="Normal with deviation 2: sigmoid and tanh saturate, and the signals of deep linear layers explode.",
    ),
)

INITIALIZERS = {row.name: row for row in ROWS}


def chosen(said: str | Mapping[str, Any]) -> tuple[Initializer, dict[str, Any]]:
    """The row and the settings of what was said: a name, or a name with settings, {"name": "normal", "std": 0.01}."""
    if isinstance(said, str):
        return INITIALIZERS[said], {}
    return INITIALIZERS[said["name"]], {name: value for name, value in said.items() if name != "name"}
