"""Two sessions side by side at a training step: every node's numbers, their ratio, and where they part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import copysign, inf, isfinite, isnan, nan
from typing import Literal

import numpy as np

from app.differing import Difference, differing
from app.errors import OutsideError
from app.matching import By, Matching
from app.session import Session
from engine import AnyEvent, Array, ArrayRef, Node, Run, Trace, concerned, places, rms

Order = Literal["layer", "difference"]
Both = tuple[int | None, int | None]
Places = tuple[list[ArrayRef | None], list[ArrayRef | None]]  # of values and of gradients, by node


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A number of both: itself where it is one, else the root mean square of a tensor; null where there is none yet.

    `ratio` is b/a; null where one of them is not there, or both are 0. `apart`: the norm of the difference over the
    larger norm, from 0 to 2; null where shapes differ.
    """

    a: float | None
    b: float | None
    ratio: float | None
    apart: float | None
    identical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A node of both, by its number in each; null where one has none such.

    `parts`: the first cursor of `a` at which its numbers differ; null where none does.
    """

    a: int | None
    b: int | None
    label: str
    other: str
    shape: tuple[int, ...]
    role: str
    value: Beside
    gradient: Beside
    parts: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sessions at one training step. `cursors`: where each stands; `lengths`: how many events each has.

    `by`: how places correspond: event by event, or, where the two do not have the same events, by what these do to
    nodes of the same name. `parts`: the first cursor of the first session at which a number differs; null where none
    does. `identical`: all numbers of all events have the same bits, and neither has others. `nodes`: how many rows
    there are in all.
    """

    iteration: int
    cursors: tuple[int, int]
    lengths: tuple[int, int]
    by: By
    parts: int | None
    identical: bool
    differences: list[Difference]
    nodes: int
    rows: list[Row]


def compared(
    a: Session, b: Session, iteration: int, cursor: int | None, order: Order, first: int, count: int
) -> Comparison:
    """Compare two sessions, at the end of the step where no cursor is named. Hold both locks.

    Raises `OutsideError` for an iteration that one of them cannot be asked for, or a cursor that the first lacks.
    """
    for name, session in (("this session", a), ("the other session", b)):
        _check(name, session, iteration)
    pair = Pair(Matching(a.reach(iteration), b.reach(iteration)))
    length = pair.a.schedule.length
    cursor = length if cursor is None else cursor
    if cursor > length:
        raise OutsideError(f"cursor {cursor} asked for; a training step has {length} events")
    return Comparison(
        iteration=iteration, cursors=(cursor, pair.matching.cursor(cursor)), lengths=(length, pair.b.schedule.length),
        by=pair.matching.by, parts=pair.parts, identical=pair.identical, differences=differing(a, b, iteration),
        nodes=len(pair.shown), rows=pair.rows(cursor, order, first, count),
    )  # fmt: skip


def _check(name: str, session: Session, iteration: int) -> None:
    """Says which of the two has not come so far."""
    reached, most = session.standing.frontier, session.settings.step_iterations
    if iteration > reached + most:
        raise OutsideError(
            f"iteration {iteration} asked for; {name} has reached {reached}, and one request goes {most} beyond"
        )


class Pair:
    """Two runs that stand at the same iteration."""

    def __init__(self, matching: Matching) -> None:
        self.matching = matching
        self.a, self.b = (_trace(run) for run in (matching.a, matching.b))
        self._same: dict[tuple[int, int], bool] = {}  # one event's value is another's upstream

    def same(self, a: ArrayRef | None, b: ArrayRef | None) -> bool:
        """Whether two arrays have the same shape and the same bits, or both are not there yet."""
        if a is None or b is None or a.shape != b.shape:
            return a is b
        key = a.offset, b.offset
        if key not in self._same:
            ours, theirs = self.a.view(a), self.b.view(b)
            self._same[key] = ours.dtype == theirs.dtype and ours.tobytes() == theirs.tobytes()
        return self._same[key]

    @property
    def parts(self) -> int | None:
        return min(self._parted.values(), default=None)

    @property
    def identical(self) -> bool:
        alone = any(None in both for both in self.matching.nodes)
        return self.matching.by == "event" and not alone and not self._parted

    @cached_property
    def _parted(self) -> dict[int, int]:
        """Of each node of the first, the first cursor at which its numbers differ; of events without one, under -1."""
        found = {a: 0 for a, ours, theirs in self._leaves() if not self.same(ours, theirs)}
        for event, k in zip(self.a.schedule.events, self.matching.events, strict=True):
            if k is None or not self._agree(event, self.b.schedule.events[k]):
                for node in concerned(event) or (-1,):
                    found.setdefault(node, event.index + 1)
        return found

    def _leaves(self) -> Iterator[tuple[int, ArrayRef, ArrayRef]]:
        for a, b in self.matching.nodes:
            if a is not None and b is not None and self.a.graph.nodes[a].op is None:
                yield a, self.a.schedule.values[a], self.b.schedule.values[b]

    def _agree(self, a: AnyEvent, b: AnyEvent) -> bool:
        """Whether two events brought the same numbers."""
        ours, theirs = places(a), places(b)
        if ours.keys() != theirs.keys() or _constant(a) != _constant(b):
            return False
        return all(self.same(ref, theirs[name]) for name, ref in ours.items())

    @cached_property
    def shown(self) -> list[Both]:
        """Every node of the first, then those that only the second has; constants say nothing."""
        return [both for both in self.matching.nodes if self._node(*both).role != "constant"]

    def rows(self, cursor: int, order: Order, first: int, count: int) -> list[Row]:
        """Some rows, at a cursor of the first: in the order of the graph, or the largest difference first."""
        stands = self.a.standing(cursor), self.b.standing(self.matching.cursor(cursor))
        if order == "layer":
            return [self._row(*both, *stands) for both in self.shown[first : first + count]]
        return sorted((self._row(*both, *stands) for both in self.shown), key=_rank)[first : first + count]

    def _row(self, a: int | None, b: int | None, ours: Places, theirs: Places) -> Row:
        node = self._node(a, b)
        value, gradient = (
            self._beside(None if a is None else mine[a], None if b is None else its[b])
            for mine, its in zip(ours, theirs, strict=True)
        )
        return Row(
            a=a, b=b, label=node.label, other=node.label if b is None else self.b.graph.nodes[b].label,
            shape=node.shape, role=node.role, value=value, gradient=gradient,
            parts=None if a is None else self._parted.get(a),
        )  # fmt: skip

    def _node(self, a: int | None, b: int | None) -> Node:
        if a is not None:
            return self.a.graph.nodes[a]
        assert b is not None, "a row has a node"
        return self.b.graph.nodes[b]

    def _beside(self, a: ArrayRef | None, b: ArrayRef | None) -> Beside:
        x, y = (None if a is None else self.a.view(a)), (None if b is None else self.b.view(b))
        ours, theirs, identical = _size(x), _size(y), self.same(a, b)
        return Beside(
            a=ours, b=theirs, ratio=_ratio(ours, theirs), identical=identical,
            apart=0.0 if identical else _apart(x, y),
        )  # fmt: skip


def _trace(run: Run) -> Trace:
    return Trace(run.graph, run.schedule, run.recording)


def _constant(event: AnyEvent) -> float | None:
    """A slope that is the same whatever the numbers are."""
    local = getattr(event, "local", None)
    return local if isinstance(local, float) else None


def _size(x: Array | None) -> float | None:
    if x is None:
        return None
    return float(x) if x.shape == () else rms(x)


def _ratio(a: float | None, b: float | None) -> float | None:
    if a is None or b is None or (a == 0 and b == 0):
        return None
    if a == 0:
        return nan if isnan(b) else copysign(inf, b)
    return b / a


def _apart(x: Array | None, y: Array | None) -> float | None:
    if x is None or y is None or x.shape != y.shape:
        return None
    with np.errstate(all="ignore"):
        difference, larger = rms(y - x), max(rms(x), rms(y))
    return difference / larger if larger else 0.0


def _rank(row: Row) -> float:
    """The largest difference first; what is no number, or has no partner, before all others."""
    found = (row.value.apart, row.gradient.apart)
    return -max(inf if x is None or not isfinite(x) else x for x in found)
