"""The loss over a plane through the parameters, asked of a session, with the path that training took, seen from there.

The plane goes through where the iteration begins, which is one of the points: there the loss is the recorded one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import floor, isqrt, log10
from threading import Lock
from time import monotonic

import numpy as np
from typing_extensions import TypedDict

from app.directions import direction, label, named
from app.errors import BusyError, OutsideError, TooLargeError
from app.session import Session
from app.settings import Settings
from app.terrain import Terrain, terrain
from engine import Array, orthonormal

MOST, LEAST = 41, 9  # points along a side; and where there is little time
QUICK = 1.5  # seconds that a surface is to take where nobody says how fine it is to be
FORESIGHT = 0.1  # of the time allowed: before that nobody knows how long the rest takes
ROOM = 1.25  # around the path
LEVELS = 11
_one = Lock()  # one surface at a time: several would share the processor all the same, and keep threads from requests


class Axis(TypedDict):
    """A direction of length 1. `points`: where losses were computed, as distances from the iteration's own place; or as
    the entry's values, where `own`. `kept`: what was left of the direction when what lay along x was taken away.
    """

    direction: str
    label: str
    own: bool
    kept: float
    points: list[float]


class PathPoint(TypedDict):
    """Where an iteration began, seen in the plane. `loss` was recorded there, on its own batch; `under`: the surface's
    loss where it is seen; `away`: its distance from the plane.
    """

    iteration: int
    x: float
    y: float
    loss: float
    under: float
    away: float


class SurfaceAnswer(TypedDict):
    """Rows of `losses` run along y, columns along x. All are on the batch of the iteration: `samples` of the `of` it
    trains on.

    `span`: half of a side. `levels`: losses to draw contours at, with about as much of the plane between any two.
    `slopes`: the gradient along x and y. `share`: how much of the path's squared distances from here lies in the
    plane; null where there are none. `complete`: no point of the path is missing for want of time.
    """

    iteration: int
    loss: float
    x: Axis
    y: Axis
    span: float
    losses: list[list[float]]
    levels: list[float]
    slopes: list[float]
    path: list[PathPoint]
    share: float | None
    complete: bool
    samples: int
    of: int
    parameters: int
    evaluations: int


@np.errstate(all="ignore")  # numbers that overflow are results here
def surface(
    session: Session, iteration: int | None, x: str | None, y: str | None, size: int | None, span: float | None
) -> SurfaceAnswer:
    """Raises `OutsideError` where the model has no such plane, `TooLargeError` where it takes too much."""
    settings = session.settings
    with _turn(settings.step_seconds):
        around = terrain(session, session.iteration if iteration is None else iteration)
        names = named(around, x, y)
        directions = [direction(around, name) for name in names]
        try:
            across, up, kept = orthonormal(*directions)
        except ValueError as error:
            raise OutsideError(f"no plane along {names[0]} and {names[1]}: {error}") from None
        return _Plane(around, names, (across, up), kept).answer(size, span, settings)


@contextmanager
def _turn(seconds: float) -> Iterator[None]:
    if not _one.acquire(timeout=seconds):
        raise BusyError(f"1 surface is being computed, and this service computes 1 at a time; {seconds:g} s waited")
    try:
        yield
    finally:
        _one.release()


class _Plane:
    """Through where an iteration begins, along two directions of length 1 that are perpendicular."""

    def __init__(self, around: Terrain, names: tuple[str, str], along: tuple[Array, Array], kept: float) -> None:
        self.around, self.names, self.along, self.kept = around, names, np.stack(along), (1.0, kept)
        self.land, self.away = around.land, around.places - around.land.here
        # The path, in the plane: point by point, so that no point's rounding depends on how many others there are.
        self.seen: Array = np.array([[point @ way for way in self.along] for point in self.away])

    def answer(self, size: int | None, span: float | None, settings: Settings) -> SurfaceAnswer:
        around, land = self.around, self.land
        half, points, losses = self.drawn(self.side(size, settings), size is None, span, settings.check_seconds)
        whole = float(np.sum(self.away**2))
        return SurfaceAnswer(
            iteration=around.iteration, loss=around.loss, x=self.axis(0, points[0]), y=self.axis(1, points[1]),
            span=half, losses=losses.tolist(), levels=levels(losses), slopes=(self.along @ land.gradient()).tolist(),
            path=self.path(), share=min(float(np.sum(self.seen**2)) / whole, 1.0) if whole else None,
            complete=around.complete, samples=around.samples, of=around.of, parameters=land.here.size,
            evaluations=land.evaluations,
        )  # fmt: skip

    def drawn(self, side: int, may_be_coarser: bool, span: float | None, seconds: float) -> tuple[float, Array, Array]:
        """Half of a side, the points along x and y, and the losses. Raises `TooLargeError` where they take too long."""
        half, points = self.window(side, span)
        coarser = may_be_coarser and side > LEAST
        try:
            return half, points, self.losses(points, min(seconds, 2 * QUICK) if coarser else seconds)
        except TooLargeError:
            if not coarser:
                raise
        return self.drawn(max(LEAST, side // 2), may_be_coarser, span, seconds)

    def at(self, x: float, y: float) -> float:
        """The loss at a point of the plane."""
        return self.land.loss(self.land.here + x * self.along[0] + y * self.along[1])

    def path(self) -> list[PathPoint]:
        off = np.linalg.norm(self.away - self.seen @ self.along, axis=1)
        return [
            PathPoint(
                iteration=step.iteration, x=self.told(0, x, step.place), y=self.told(1, y, step.place), loss=step.loss,
                under=self.at(x, y), away=float(away),
            )
            for step, (x, y), away in zip(self.around.path, self.seen.tolist(), off, strict=True)
        ]  # fmt: skip

    def told(self, axis: int, distance: float, place: Array) -> float:
        own = self.own(axis)
        return distance if own is None else float(place[own])

    def own(self, axis: int) -> int | None:
        """The one number that the axis changes, by as much as it says; None where there is none."""
        (moved,) = np.nonzero(self.along[axis])
        return int(moved[0]) if len(moved) == 1 and self.along[axis][moved[0]] == 1 else None

    def axis(self, axis: int, points: Array) -> Axis:
        name, own = self.names[axis], self.own(axis)
        return Axis(
            direction=name, label=label(name), own=own is not None, kept=self.kept[axis],
            points=(points if own is None else self.land.here[own] + points).tolist(),
        )  # fmt: skip

    def side(self, size: int | None, settings: Settings) -> int:
        """As asked; else as many points along a side as are computed quickly. Raises `TooLargeError`."""
        more = len(self.seen)  # the path's own
        visits, most = self.land.nodes * ((size or LEAST) ** 2 + more), settings.surface_visits
        if visits > most:
            raise TooLargeError(f"{visits} visits of nodes (nodes times points) asked for; a surface has {most}")
        if size:
            return size
        affordable = min(QUICK / self.seconds(), most / self.land.nodes - more)
        return min(MOST, max(LEAST, isqrt(int(affordable))))

    def seconds(self) -> float:
        """About so many a loss takes while nothing else is at work."""
        times = []
        for _ in range(3):
            began = monotonic()
            self.at(0.0, 0.0)
            times.append(monotonic() - began)
        return max(min(times), 1e-9)

    def window(self, side: int, span: float | None) -> tuple[float, Array]:
        """Half of a side, and the distances of the points along x and y: 0 is one of them, and the path is inside.

        A side is no shorter than a tenth of the parameters' own length; where there is no path yet, than half of it.
        """
        low, high = self.seen.min(axis=0), self.seen.max(axis=0)
        fits = ROOM * float((high - low).max()) / 2
        alone = len(self.seen) == 1
        least = float(np.linalg.norm(self.land.here)) / (2 if alone else 10) or 1.0
        half = span or max(fits, least)
        middle = (low + high) / 2 if half >= fits else np.zeros(2)
        step = 2 * half / (side - 1)
        before = np.clip(np.round((half - middle) / step), 0, side - 1)
        return half, (np.arange(side) - before[:, None]) * step

    def losses(self, points: Array, seconds: float) -> Array:
        """Row by row. Raises `TooLargeError` when it is foreseen to take longer."""
        began, rows, more = monotonic(), [], len(self.seen) / len(points[1])
        for y in points[1].tolist():
            rows.append([self.at(x, y) for x in points[0].tolist()])
            passed = monotonic() - began
            needed = passed * (len(points[1]) + more) / len(rows)
            if needed > seconds and passed > seconds * FORESIGHT:
                asked, fit = f"{len(points[1])} × {len(points[0])}", int(len(points[1]) * (seconds / needed) ** 0.5)
                raise TooLargeError(
                    f"{asked} points take about {needed:.0f} s; this service allows {seconds:g} s, "
                    f"which is enough for {fit} × {fit}"
                )
        return np.array(rows)


def levels(losses: Array) -> list[float]:
    """Losses, in order, that part the points into equally many; each rounded as its distance to the next one allows."""
    known = losses[np.isfinite(losses)]
    if not known.size or known.min() == known.max():
        return []
    found = np.quantile(known, np.linspace(0, 1, LEVELS + 2))
    apart = np.diff(found)
    rounded = [
        round(float(level), 1 - floor(log10(min(before, after))))
        for level, before, after in zip(found[1:-1], apart, apart[1:], strict=False)
        if before > 0 and after > 0
    ]
    return sorted(set(rounded))
