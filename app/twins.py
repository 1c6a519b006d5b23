"""A second session beside a first: the same spec, seed, batches and edits, and some edits more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.edits import TOGETHER
from app.errors import OutsideError
from app.requests import SessionRequest
from app.session import Session
from app.thinning import portions


def twin_of(session: Session, edits: Sequence[dict[str, Any]], iteration: int | None) -> SessionRequest:
    """What the twin is made from. It stands at the iteration where the two part.

    Raises `OutsideError` for an iteration the session has not reached.
    """
    here = session.standing
    start = here.iteration if iteration is None else iteration
    if start > here.frontier:
        raise OutsideError(f"iteration {start} asked for; the furthest so far is {here.frontier}")
    batches = list(portions(tuple(b for b in here.timeline.line if b.iteration <= start), TOGETHER))
    batches += [{"iteration": start, "edits": list(edits)}] if edits else []
    exported = {
        "format": "backprop-session", "version": 1, "example": session.example.id if session.example else None,
        "spec": session.shown_spec(), "edits": batches, "iteration": start, "cursor": 0, "frontier": start,
    }  # fmt: skip
    return SessionRequest.model_validate({"import": exported})
