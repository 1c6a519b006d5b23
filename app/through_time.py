"""Backpropagation through time, asked of a session: the triangle, and what cutting it would lose."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from typing_extensions import TypedDict

from app.errors import OutsideError
from app.session import Session
from engine import Lost, Model, Trace, Triangle, kept_cells, triangles, truncated


class TimeLayer(TypedDict):
    """A recurrent layer: see the engine's `Triangle`. `kept`: the cells a truncation leaves, if one is asked for."""

    layer: str
    state: str
    steps: int
    rows: list[int]
    sizes: list[list[float | None]]
    totals: list[float]
    kept: list[list[bool | None]] | None


class TimeAnswer(TypedDict):
    """`truncate`: borders every so many steps, or None. `lost`: by leaf, what the cuts leave out of its gradient."""

    iteration: int
    truncate: int | None
    layers: list[TimeLayer]
    lost: list[Lost]


def through_time(session: Session, iteration: int, every: int | None) -> TimeAnswer:
    """Hold the session's lock. Raises `OutsideError` where nothing is recurrent."""
    trace, model = session.trace(iteration), session.run.model
    whole = model.uncut or model.graph
    if not whole.carries:
        raise OutsideError("no layer of this model is recurrent: 0 time steps")
    layers = [_told(found, every) for found in triangles(trace, whole)]
    return TimeAnswer(iteration=iteration, truncate=every, layers=layers, lost=_lost(trace, model, every))


def _told(found: Triangle, every: int | None) -> Any:
    cells = None if every is None else kept_cells(found.rows, found.steps, every)
    return asdict(found) | {"kept": cells}


def _lost(trace: Trace, model: Model, every: int | None) -> list[Lost]:
    return [] if every is None else list(truncated(trace, model.uncut or model.graph, every).leaves)
