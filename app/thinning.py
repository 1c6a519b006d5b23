"""How long a session's log becomes: it keeps what the last revisions did, and of the older ones what is still in force.

The rule, of a limit of 2,000 `revisions`: each time another 1,000 have been made, all but the last 1,000 make room for
one entry, the base: the edits that were in force then. Nothing leads back behind it. Revisions go on being counted, and
as an undo is one, too, at least 500 edits can be undone one after the other. Of the edits in a base, those of one
iteration are one batch, and a number that was set again and again at that iteration is set once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from app.store import Entry
from app.timeline import Batch, Line, Timeline, folded


def floor(revision: int, most: int) -> int:
    """The revision behind which nothing leads back, where this one is the newest; 0 where everything does."""
    half = max(most // 2, 1)
    return max(revision // half - 1, 0) * half


def base_for(
    revision: int, most: int, id: str, log: Callable[[str], Sequence[Entry]], begun: Timeline | None
) -> Entry | None:
    """The entry that older ones make room for, where a new revision is one that thins them out.

    `log` tells what is kept of a session; `begun`: what it was made with.
    """
    at = floor(revision, most)
    if at == floor(revision - 1, most):
        return None
    line = folded([entry for entry in log(id) if entry.revision <= at], begun).line
    return Entry(at, {"base": [[b.revision, b.iteration, list(b.edits)] for b in condensed(line)]})


def condensed(line: Line) -> Line:
    """The same edits: one batch for each iteration, without those that a later one of them overwrites."""
    by_iteration = ((i, list(batches)) for i, batches in groupby(line, key=lambda batch: batch.iteration))
    return tuple(
        Batch(batches[-1].revision, i, tuple(_needed([edit for batch in batches for edit in batch.edits])))
        for i, batches in by_iteration
    )


def in_force(line: Line) -> int:
    """How many edits there are, once those that are overwritten are left out."""
    return sum(len(batch.edits) for batch in condensed(line))


def portions(line: Line, most: int) -> Iterator[dict[str, Any]]:
    """The edits as requests would make them, each of no more than so many."""
    for batch in condensed(line):
        for first in range(0, len(batch.edits), most):
            yield {"iteration": batch.iteration, "edits": batch.edits[first : first + most]}


def _needed(edits: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is set, and set again with nothing but numbers set in between, need not be set the first time."""
    later: set[tuple[Any, ...]] = set()
    kept: list[dict[str, Any]] = []
    for edit in reversed(edits):
        place = edit.get("set"), *(edit.get("index") or ("all",) * (edit.get("index") is None))
        if "set" not in edit:
            later.clear()
        elif place in later:
            continue
        later.add(place)
        kept.append(edit)
    return kept[::-1]
