"""From a session's log to the edits that are in force, and to what undo and redo lead to.

The log only grows. Each of its entries is one of

    {"edits": […], "iteration": n, "place": [iteration, cursor, frontier]}
    {"undo": true, "place": …}
    {"redo": true, "place": …}
    {"base": [[revision, iteration, edits], …]}

where `place` is where the session stood until then: undo and redo go back there. An edit at an iteration drops those
of later ones, as it drops everything that was computed beyond it. A base stands for the entries that made room for it
(`app.thinning`): the edits that were in force, and no way back behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from app.store import Entry


class Batch(NamedTuple):
    """Edits that one revision brought, at an iteration; `size`: their bytes as JSON."""

    revision: int
    iteration: int
    edits: tuple[dict[str, Any], ...]
    size: int = 0


Line = tuple[Batch, ...]  # in force, in order of revision and of iteration alike


class Place(NamedTuple):
    iteration: int
    cursor: int
    frontier: int


class Left(NamedTuple):
    """What one can go back to: the edits in force, and where the session stood until a revision left it."""

    line: Line
    place: Place
    revision: int


class Timeline(NamedTuple):
    """`line` is in force; undo leads to the last of `past`, redo to the last of `future`."""

    line: Line = ()
    past: tuple[Left, ...] = ()
    future: tuple[Left, ...] = ()

    def after(self, entry: Entry) -> Timeline:
        """With one more entry of the log. Raises LookupError where there is nothing to undo or to redo."""
        if "base" in entry.body:
            return Timeline(tuple(_batch(*batch) for batch in entry.body["base"]))
        here = Left(self.line, Place(*entry.body["place"]), entry.revision)
        if "undo" in entry.body:
            return Timeline(self.back("undo").line, self.past[:-1], (*self.future, here))
        if "redo" in entry.body:
            return Timeline(self.back("redo").line, (*self.past, here), self.future[:-1])
        batch = _batch(entry.revision, entry.body["iteration"], entry.body["edits"])
        kept = tuple(b for b in self.line if b.iteration <= batch.iteration)
        return Timeline((*kept, batch), (*self.past, here))

    @property
    def size(self) -> int:
        """Bytes of the edits that are in force or can be gone back to, as JSON. Each line ends with one of its own."""
        ends = (left.line[-1] for left in (*self.past, *self.future) if left.line)
        return sum({batch.revision: batch.size for batch in (*self.line, *ends)}.values())

    def back(self, which: str, floor: int = 0) -> Left:
        """What undo or redo leads to. Raises LookupError where there is nothing, or nothing that a revision after
        `floor` left.
        """
        found = self.past if which == "undo" else self.future
        if found and found[-1].revision > floor:
            return found[-1]
        older = f" since revision {floor}: what was done before has been thinned out" if floor else ""
        raise LookupError(f"there is nothing to {which}{older}")

    def since(self, floor: int) -> Timeline:
        """Without the ways back behind a revision."""
        past, future = (tuple(left for left in lefts if left.revision > floor) for lefts in self[1:])
        return Timeline(self.line, past, future)


def _batch(revision: int, iteration: int, edits: Sequence[dict[str, Any]]) -> Batch:
    return Batch(revision, iteration, tuple(edits), len(orjson.dumps(edits)))


def folded(log: Sequence[Entry], timeline: Timeline | None = None) -> Timeline:
    """The timeline after a log, or after the rest of one."""
    timeline = timeline or Timeline()
    for entry in log:
        timeline = timeline.after(entry)
    return timeline


def owner(line: Line, iteration: int) -> int:
    """The revision that decided what an iteration begins with, before the edits that are made at it."""
    if not line:
        return 1
    return next((batch.revision for batch in reversed(line) if batch.iteration < iteration), 1)
