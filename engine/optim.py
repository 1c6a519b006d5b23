"""Optimizers as ordered assignments, so that each intermediate is recorded and each line is a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimizer:
    """`steps` run in order for every parameter: (target, rule); the last one is the new parameter.

    A rule takes `operands` by name: p (the parameter), g (its gradient), learning_rate, and earlier targets.
    """

    name: str
    steps: tuple[tuple[str, Callable[..., Any], tuple[str, ...]], ...]
    symbols: Mapping[str, str]
    settings: Mapping[str, float]
    doc: str
    source: str


OPTIMIZERS = {
    row.name: row
    for row in (
        Optimizer(
            name="sgd",
            steps=(("parameter", lambda p, learning_rate, g: p - learning_rate * g, ("p", "learning_rate", "g")),),
            symbols={"learning_rate": r"\eta"},
            settings={"learning_rate": 0.01},
            doc="Gradient descent: against the gradient, by the learning rate.",
            source="Cauchy 1847; stochastic: Robbins & Monro 1951.",
        ),
    )
}
