"""A network asked over a grid of inputs, for decision boundaries, fitted curves and response maps of hidden units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, prod
from time import monotonic
from typing import Any, Literal

import numpy as np

from app.errors import NotFoundError, OutsideError, TooLargeError
from app.session import Session
from app.settings import Settings
from engine import Array, Evaluator, NetworkModel, values_of

AXIS = re.compile(r"([-+.0-9eE]{1,24}):([-+.0-9eE]{1,24}):([0-9]{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What one layer hands on, at each point of the grid: (rows of y,) columns of x, then the shape of its output."""

    layer: str
    shape: tuple[int, ...]
    data: Any


def axis(text: str) -> Array:
    """Evenly spaced numbers from text such as -1:1:50. Raises `OutsideError` for anything else."""
    found = AXIS.fullmatch(text)
    try:
        low, high, count = (float(found[1]), float(found[2]), int(found[3])) if found else (0.0, 0.0, 0)
    except ValueError:
        count = 0
    if not count or not (isfinite(low) and isfinite(high) and low < high):
        raise OutsideError(f"axis {text[:64]!r}: two numbers in order and how many points, such as -1:1:50")
    return np.linspace(low, high, count)


def grid(axes: Sequence[Array], settings: Settings) -> Array:
    """The points (rows × columns, axes): x runs along columns, y along rows. Raises `TooLargeError`."""
    asked = prod(map(len, axes))
    if asked > settings.grid_points:
        raise TooLargeError(f"{asked} points asked for; this service evaluates {settings.grid_points}")
    return np.stack([a.reshape(-1) for a in np.meshgrid(*axes)], axis=1)


def asked_of(
    session: Session, over: Literal["line", "plane"], points: Array, iteration: int | None
) -> tuple[NetworkModel, dict[str, Array], int]:
    """The network, its values in an iteration, and which one that is. Hold the session's lock.

    Raises `OutsideError` where the model takes no such points.
    """
    number = session.iteration if iteration is None else iteration
    run = session.reach(number)
    network, data = run.model.network, run.model.data
    if network is None or data is None or data.x.shape[1:] != points.shape[1:]:
        takes = "has no inputs from outside" if data is None else f"takes inputs of shape {data.x.shape[1:]}"
        raise OutsideError(f"a {over} of inputs of shape {points.shape[1:]} asked for; this model {takes}")
    return network, {name: value.copy() for name, value in values_of(run).items()}, number


def responses(
    network: NetworkModel, values: dict[str, Array], points: Array, layers: Sequence[str], settings: Settings, most: int
) -> dict[str, Array]:
    """What these layers, and the last one, hand on at each point, as in evaluation: nothing is dropped.

    Raises `NotFoundError` for a layer there is not, `TooLargeError` for more than `most` numbers or too much time.
    """
    first = Evaluator(network, points[:1])
    wanted = [*dict.fromkeys((*layers, network.layers[-1].name))]
    for name in wanted:
        if name not in first.layers:
            raise NotFoundError(f"there is no layer {name[:64]!r}; there are {', '.join(first.layers)}")
    shapes = [first.nodes[first.layers[name]].shape[1:] for name in wanted]
    asked = len(points) * sum(map(prod, shapes))
    if asked > most:
        raise TooLargeError(f"{asked} numbers asked for; one answer in this form has {most}")
    entries = sum(prod(n.shape) for n in first.nodes if n.op or n.id == first.input.id)
    rows = max(1, settings.session_bytes // (8 * max(entries, 1)))
    found = _in_parts(network, values, points, rows, wanted, monotonic() + settings.step_seconds)
    return dict(zip(wanted, found, strict=True))


def _in_parts(
    network: NetworkModel, values: dict[str, Array], points: Array, rows: int, layers: Sequence[str], deadline: float
) -> list[Array]:
    """So many rows at a time: as much memory as a session may have."""
    parts = []
    for begin in range(0, len(points), rows):
        if monotonic() > deadline:
            raise TooLargeError(f"{len(points)} points asked for; {begin} were evaluated in the time allowed")
        asked = Evaluator(network, points[begin : begin + rows])
        parts.append(asked.at(values, [asked.layers[name] for name in layers]))
    return [np.concatenate(found) for found in zip(*parts, strict=True)]
