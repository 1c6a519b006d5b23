"""Columns for charts of training, from the points a session has kept."""

from __future__ import annotations

from time import monotonic
from typing import Any, cast

from app.answers import HistoryAnswer
from app.errors import TooLargeError
from app.history import BY_LAYER, COLUMNS
from app.session import Session


def history(session: Session, first: int, last: int | None) -> HistoryAnswer:
    """The points of a range of iterations, as far as they have been reached; what is missing is measured again."""
    reach = session.standing.frontier
    last = reach if last is None else min(last, reach)
    complete = _filled(session, first, last, reach)
    with session.lock:
        step, rows = session.history.rows(session.journey.line, first, last)
        layers = session.part.meter.layers
    said: dict[str, Any] = {name: [row[k] for _, row in rows] for k, name in enumerate(COLUMNS)}
    for k, name in enumerate(BY_LAYER, len(COLUMNS)):
        said[name] = {layer: [row[k][place] for _, row in rows] for place, layer in enumerate(layers)}
    iterations = [i for i, _ in rows]
    said |= {"from": first, "to": last, "stride": step, "complete": complete, "iterations": iterations}
    return cast("HistoryAnswer", said)


def _filled(session: Session, first: int, last: int, reach: int) -> bool:
    """Go where points are missing, for as long as a request may; whether none is missing in the end.

    The lock is let go between two of them.
    """
    deadline = monotonic() + session.settings.step_seconds
    for iteration in session.history.missing(session.journey.line, first, last, reach):
        left = deadline - monotonic()
        try:
            with session.lock:
                session.journey.go(iteration, max(left, 0.0))
        except TooLargeError:
            return False
    return True
