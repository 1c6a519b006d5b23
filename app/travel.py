"""Moving through a training run: where a step of some grain ends, and any iteration made again."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

import numpy as np

from app.errors import TooLargeError
from app.requests import Grain
from engine import Array, Run, Schedule

KEPT = 128  # snapshots at most; then every second one goes and the next ones are twice as far apart


def boundaries(schedule: Schedule, grain: Grain) -> list[int]:
    """The cursors where a step of this grain may end: 0, …, length."""
    if grain in (Grain.ITERATION, Grain.EPOCH):
        return [0, schedule.length]
    keys = [_key(event, grain) for event in schedule.events]
    changes = [i for i in range(1, len(keys)) if keys[i] != keys[i - 1]]
    return [0, *changes, schedule.length]


def _key(event: object, grain: Grain) -> object:
    return getattr(event, {Grain.EVENT: "index"}.get(grain, grain.value))


def epochs(length: int, epoch: int, count: int, place: tuple[int, int]) -> tuple[int, int]:
    """The position `count` epochs of `epoch` iterations away: forward on an end, back on a beginning."""
    events = length * epoch
    here = place[0] * length + place[1]
    if count > 0:
        return (here // events + count) * epoch - 1, length
    return max(-(-here // events) + count, 0) * epoch, 0


def target(schedule: Schedule, grain: Grain, count: int, place: tuple[int, int], *, endless: bool) -> tuple[int, int]:
    """The position `count` steps of `grain` away from `place` = (iteration, cursor).

    A step that is under way counts as one. The end of one iteration and the beginning of the next are one place:
    going forward lands on the end, going back on the beginning. Never before the very first event, and, unless
    `endless`, never beyond the first iteration.
    """
    stops = boundaries(schedule, grain)
    steps = len(stops) - 1
    iteration, cursor = place
    if count == 0:
        return place
    if count > 0:
        done = iteration * steps + int(np.searchsorted(stops, cursor, side="right")) - 1 + count
        done = done if endless else min(done, steps)
        return (done - 1) // steps, stops[(done - 1) % steps + 1]
    done = max(iteration * steps + int(np.searchsorted(stops, cursor, side="left")) + count, 0)
    return done // steps, stops[done % steps]


class Journey:
    """A run that can stand at any iteration up to its frontier, by snapshots and replay.

    Snapshots take `room` bytes at most; the first is kept in any case.
    """

    def __init__(self, run: Run, room: int) -> None:
        self.run = run
        self.frontier = 0
        self.stride = 1
        self.snapshots: dict[int, Sequence[Array]] = {0: run.snapshot()}
        self.each = sum(array.nbytes for array in self.snapshots[0])
        self.most = min(KEPT, max(1, room // max(self.each, 1)))

    @property
    def nbytes(self) -> int:
        return len(self.snapshots) * self.each

    def go(self, iteration: int, seconds: float = float("inf")) -> Run:
        """Stand at `iteration`, computing what has not been computed yet.

        Raises `TooLargeError` if that takes longer than `seconds`; what was computed by then is kept.
        """
        deadline = monotonic() + seconds
        if iteration < self.run.iteration:
            nearest = max(k for k in self.snapshots if k <= iteration)
            self.run.restore(nearest, self.snapshots[nearest])
        elif (ahead := max((k for k in self.snapshots if k <= iteration), default=0)) > self.run.iteration:
            self.run.restore(ahead, self.snapshots[ahead])
        while self.run.iteration < iteration:
            if monotonic() > deadline:
                raise TooLargeError(
                    f"iteration {iteration} asked for; {self.run.iteration} was reached in the {seconds:g} s allowed"
                )
            self._advance()
        return self.run

    def _advance(self) -> None:
        self.run.advance()
        now = self.run.iteration
        self.frontier = max(self.frontier, now)
        if now % self.stride == 0 and now not in self.snapshots:
            self.snapshots[now] = self.run.snapshot()
            self._thin()

    def _thin(self) -> None:
        while len(self.snapshots) > self.most:
            self.stride *= 2
            self.snapshots = {k: s for k, s in self.snapshots.items() if k % self.stride == 0}
