"""What charts of training are drawn from: measured while iterations are computed, thinned out, kept with the session.

The rule: iterations are measured that the stride divides: the smallest power of two with which there are at most
`history_points` up to the furthest measured. When it doubles, every second point goes. What is missing after an edit,
or in a session that was brought along, is measured again when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isfinite
from threading import Lock
from typing import Any

import orjson

from app.settings import Settings
from app.store import Point
from app.timeline import Line, owner
from app.wire import encode
from engine import Progress

Key = tuple[int, int]  # the revision whose edits hold in an iteration, and the iteration
COLUMNS = ("loss", "accuracy", "test_loss", "test_accuracy", "learning_rate")
BY_LAYER = ("gradients", "updates")


class History:
    """The points of one session. `read` fetches those in the store, when they are first needed.

    Requests and a training run may use it at the same time.
    """

    def __init__(self, read: Callable[[], Iterable[Point]], settings: Settings) -> None:
        self.read, self.most = read, settings.history_points
        self._known: dict[Key, bytes] | None = None
        self._changed: dict[Key, bytes] = {}  # not in the store yet; empty where it is to be forgotten
        self._line: Line = ()
        self._here: dict[int, bytes] = {}  # in force, by iteration
        self._reach = 0
        self._stride = 1  # that of `_reach`
        self.revision = 1  # what an edit brings that is not committed is not measured
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """About so many; the points of a session are about equally long."""
        known = self._known or {}
        return len(known) * len(next(iter(known.values()), b""))

    def reload(self) -> None:
        """What the store has may have changed."""
        with self._lock:
            self._known = None

    def wants(self, line: Line, iteration: int) -> bool:
        """Whether an iteration is to be measured."""
        if iteration % self._stride or decided(line, iteration) > self.revision:
            return False  # most iterations; a longer stride is a multiple of this one
        with self._lock:
            self._look(line)
            return iteration % stride(max(iteration, self._reach), self.most) == 0 and iteration not in self._here

    def met(self, line: Line, measured: Progress) -> None:
        with self._lock:
            self._look(line)
            self._put(line, measured.iteration, _packed(measured))
            if measured.iteration > self._reach:
                self._extend(line, measured.iteration)

    def missing(self, line: Line, first: int, last: int, reach: int) -> list[int]:
        """The iterations of a range that should be there and are not, where `reach` is the furthest."""
        with self._lock:
            self._look(line)
            step = stride(max(reach, self._reach), self.most)
            return [i for i in range(-(-first // step) * step, last + 1, step) if i not in self._here]

    def rows(self, line: Line, first: int, last: int) -> tuple[int, list[tuple[int, list[Any]]]]:
        """The stride, and the points of a range in order: each an iteration and what was measured."""
        with self._lock:
            self._look(line)
            found = sorted((i, body) for i, body in self._here.items() if first <= i <= last)
            return stride(self._reach, self.most), [(i, orjson.loads(body)) for i, body in found]

    def changes(self) -> list[Point]:
        """What the next commit is to tell the store."""
        with self._lock:
            return [Point(*key, body) for key, body in sorted(self._changed.items())]

    def committed(self, points: Iterable[Point]) -> None:
        """The store has these now."""
        with self._lock:
            for version, iteration, body in points:
                if self._changed.get((version, iteration)) == body:
                    del self._changed[version, iteration]

    def _look(self, line: Line) -> None:
        """Look at the points in force under these edits."""
        if self._known is not None and line is self._line:
            return
        if self._known is None:
            kept = {(p.version, p.iteration): p.body for p in self.read()} | self._changed
            self._known = {key: body for key, body in kept.items() if body}
        self._line = line
        self._here = {i: body for (version, i), body in self._known.items() if decided(line, i) == version}
        self._reach = max(self._here, default=0)
        self._stride = stride(self._reach, self.most)

    def _put(self, line: Line, iteration: int, body: bytes) -> None:
        """Keep a point, or forget it where `body` is empty."""
        assert self._known is not None, "points are looked at first"
        key = decided(line, iteration), iteration
        self._changed[key] = self._known[key] = self._here[iteration] = body
        if not body:
            del self._known[key], self._here[iteration]

    def _extend(self, line: Line, reach: int) -> None:
        before, self._reach, self._stride = self._stride, reach, stride(reach, self.most)
        if self._stride != before:
            for iteration in [i for i in self._here if i % self._stride]:
                self._put(line, iteration, b"")
        assert self._known is not None, "points are looked at first"
        if len(self._known) > 2 * self.most:  # those that an edit put out of force
            for key in [k for k in self._known if decided(line, k[1]) != k[0]]:
                del self._known[key]
                self._changed[key] = b""


def _packed(measured: Progress) -> bytes:
    """A row of JSON. Of finite numbers, which most are, in a tenth of the time."""
    row = [getattr(measured, name) for name in (*COLUMNS, *BY_LAYER)]
    numbers = (x for x in (measured.loss, measured.test_loss, *measured.gradients, *measured.updates) if x is not None)
    return orjson.dumps(row) if all(map(isfinite, numbers)) else encode(row)


def decided(line: Line, iteration: int) -> int:
    """The revision that decided what happens in an iteration: the edits that are made at it count."""
    return owner(line, iteration + 1)


def stride(reach: int, most: int) -> int:
    """The smallest power of two of which at most so many multiples lie from 0 to `reach`."""
    step = 1
    while reach // step >= most:
        step *= 2
    return step
