"""What makes a revision of a session: edits, undo and redo. Each tells the log's next entry and where it leads.

The session's journey follows the new edits already when these return, so that the answer can be computed; whoever
does not commit them calls `session.follow` with the old ones. What raises has changed nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.errors import EditError, NothingToError, OutsideError, TooLargeError
from app.session import HEAVIER, Session, Standing
from app.store import Entry
from app.terms import Editor
from app.thinning import floor, in_force
from app.timeline import Timeline
from engine import Schedule

Revised = tuple[Entry, Standing]


def edited(session: Session, edits: Sequence[dict[str, Any]], iteration: int | None) -> Revised:
    """Edits at an iteration, or at the present one. Numbers that depend on what is changed have not happened yet.

    Raises `EditError`, or `OutsideError` for an iteration that was not reached.
    """
    here = session.standing
    start = here.iteration if iteration is None else iteration
    if start > here.frontier:
        raise OutsideError(f"iteration {start} asked for; the furthest so far is {here.frontier}")
    entry = Entry(here.revision + 1, {"edits": list(edits), "iteration": start, "place": list(here.place)})
    timeline = here.timeline.after(entry).since(_floor(session))
    count, most = in_force(timeline.line), session.settings.edits
    if count > most:
        raise TooLargeError(f"{count} edits would be in force; a session has at most {most}")
    size, room = HEAVIER * timeline.size, session.settings.session_bytes
    if size > room:
        raise TooLargeError(f"{size} bytes of edits in all; a session has at most {room}")
    _follow(session, timeline, start)
    place = here.iteration, here.cursor
    if here.iteration >= start:
        cleared = min(_first(session.schedule(start), session.editor, edit) for edit in edits)
        place = start, min(here.cursor, cleared) if here.iteration == start else cleared
    return entry, Standing(
        revision=entry.revision, iteration=place[0], cursor=place[1], frontier=start, timeline=timeline
    )


def turned(session: Session, which: str) -> Revised:
    """Undo or redo, back to where the session stood. Raises `NothingToError`."""
    here = session.standing
    entry = Entry(here.revision + 1, {which: True, "place": list(here.place)})
    try:
        place = here.timeline.back(which, _floor(session)).place
        timeline = here.timeline.after(entry).since(_floor(session))
    except LookupError as error:
        raise NothingToError(str(error)) from None
    _follow(session, timeline, place.iteration)
    return entry, Standing(revision=entry.revision, timeline=timeline, **place._asdict())


def _floor(session: Session) -> int:
    """Behind which the next revision does not lead back."""
    return floor(session.revision + 1, session.settings.revisions)


def _follow(session: Session, timeline: Timeline, iteration: int) -> None:
    """Follow, and compute what holds then: an edit that cannot be built is refused before it is kept."""
    try:
        session.follow(timeline)
        session.journey.go(iteration, session.settings.step_seconds)
    except Exception as error:
        session.follow(session.standing.timeline)
        if isinstance(error, ValueError) and not isinstance(error, EditError | OutsideError | TooLargeError):
            raise EditError(str(error)) from None
        raise


def _first(schedule: Schedule, editor: Editor, edit: dict[str, Any]) -> int:
    """The first event that an edit may give another number: a set node is first read by a forward event."""
    name = str(edit.get("set", ""))
    if not name or name.startswith("optimizer."):
        return 0
    node, nodes = editor.find(name).id, editor.graph.nodes
    reads = (e.index for e in schedule.events if e.kind == "forward" and node in nodes[e.node].inputs)
    return next(reads, 0)
