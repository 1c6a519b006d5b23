"""Moving through a training run: where a step of some grain ends. Training steps may differ in their events."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from app.requests import Grain
from engine import Schedule

Place = tuple[int, int]  # iteration, cursor
Schedules = Callable[[int], Schedule]  # of an iteration


def boundaries(schedule: Schedule, grain: Grain) -> list[int]:
    """The cursors where a step of this grain may end: 0, …, length."""
    if grain in (Grain.ITERATION, Grain.EPOCH):
        return [0, schedule.length]
    name = "index" if grain is Grain.EVENT else grain.value
    keys = [getattr(event, name) for event in schedule.events]
    changes = [i for i in range(1, len(keys)) if keys[i] != keys[i - 1]]
    return [0, *changes, schedule.length]


def epochs(schedules: Schedules, epoch: int, count: int, place: Place) -> Place:
    """The position `count` epochs of `epoch` iterations away: forward on an end, back on a beginning."""
    iteration, cursor = place
    if count > 0:
        done = iteration + (cursor == schedules(iteration).length)
        last = (done // epoch + count) * epoch - 1
        return last, schedules(last).length
    begun = iteration + (cursor > 0)
    return max(-(-begun // epoch) + count, 0) * epoch, 0


def target(schedules: Schedules, grain: Grain, count: int, place: Place, *, endless: bool) -> Place:
    """The position `count` steps of `grain` away from `place` = (iteration, cursor).

    A step that is under way counts as one. The end of one iteration and the beginning of the next are one place:
    going forward lands on the end, going back on the beginning. Never before the very first event, and, unless
    `endless`, never beyond the first iteration.
    """
    if count == 0:
        return place
    stops = _Stops(schedules, grain)
    return _forward(stops, count, place, endless) if count > 0 else _back(stops, -count, place)


class _Stops:
    """The boundaries of any iteration, made once for all that share a schedule."""

    def __init__(self, schedules: Schedules, grain: Grain) -> None:
        self.schedules, self.grain = schedules, grain
        self._made: dict[int, list[int]] = {}

    def __getitem__(self, iteration: int) -> list[int]:
        schedule = self.schedules(iteration)
        return self._made.get(id(schedule)) or self._made.setdefault(id(schedule), boundaries(schedule, self.grain))


def _forward(stops: _Stops, count: int, place: Place, endless: bool) -> Place:
    iteration, cursor = place
    done = bisect_right(stops[iteration], cursor) - 1
    while done + count >= len(stops[iteration]):
        if not endless:
            return iteration, stops[iteration][-1]
        count -= len(stops[iteration]) - 1 - done
        iteration, done = iteration + 1, 0
    return iteration, stops[iteration][done + count]


def _back(stops: _Stops, count: int, place: Place) -> Place:
    iteration, cursor = place
    done = bisect_left(stops[iteration], cursor)
    while count > done:
        if iteration == 0:
            return 0, 0
        count -= done
        iteration -= 1
        done = len(stops[iteration]) - 1
    return iteration, stops[iteration][done - count]


def events_between(schedules: Schedules, a: Place, b: Place) -> list[Place]:
    """The events passed on the way from a to b, as (iteration, index), in the order they are passed."""
    (first, low), (last, high) = sorted((a, b))
    passed = [
        (iteration, index)
        for iteration in range(first, last + 1)
        for index in range(low if iteration == first else 0, high if iteration == last else schedules(iteration).length)
    ]
    return passed if a <= b else passed[::-1]


def count_between(schedules: Schedules, a: Place, b: Place) -> int:
    """How many events lie between two positions."""
    (first, low), (last, high) = sorted((a, b))
    return sum(schedules(iteration).length for iteration in range(first, last)) + high - low
