"""A second session beside a first: the same spec, seed, batches and edits, and some edits more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.edits import TOGETHER
from app.errors import OutsideError
from app.requests import SessionRequest
from app.session import Session
from app.specs import SpecRequest
from app.thinning import portions


def twin_of(
    session: Session, edits: Sequence[dict[str, Any]], iteration: int | None, spec: SpecRequest | None = None
) -> SessionRequest:
    """What the twin is made from. It stands at the iteration where the two part.

    With another spec it parts from the beginning, and has every edit of its original. Raises `OutsideError` for an
    iteration the session has not reached.
    """
    here, example = session.standing, session.example.id if session.example else None
    if spec is not None:
        edits = list(portions(here.timeline.line, TOGETHER))
        return _exported(example, spec.model_dump(mode="json", exclude_unset=True), edits)
    start = here.iteration if iteration is None else iteration
    if start > here.frontier:
        raise OutsideError(f"iteration {start} asked for; the furthest so far is {here.frontier}")
    batches = list(portions(tuple(b for b in here.timeline.line if b.iteration <= start), TOGETHER))
    batches += [{"iteration": start, "edits": list(edits)}] if edits else []
    return _exported(example, session.shown_spec(), batches, iteration=start, frontier=start)


def _exported(example: str | None, spec: Any, edits: Iterable[Any], **place: int) -> SessionRequest:
    exported = {"format": "backprop-session", "version": 1, "example": example, "spec": spec, "edits": list(edits)}
    return SessionRequest.model_validate({"import": exported | place})
