"""What a surface is drawn around: an iteration's landscape, and the path that training took."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from time import monotonic

import numpy as np

from app.errors import OutsideError, TooLargeError
from app.session import Session
from app.store import StaleError
from engine import Array, Landscape, Trace, point

STEPS = 60  # of the path, at most


@dataclass(frozen=True, slots=True)
class Step:
    """Where an iteration began, and its loss."""

    iteration: int
    place: Array
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """The landscape around an iteration, and the path of training, from its beginning to the furthest so far.

    `complete`: no point of the path is missing for want of time. The loss is on `samples` of the `of` there are.
    """

    iteration: int
    loss: float
    land: Landscape
    path: list[Step]
    complete: bool
    samples: int
    of: int

    @property
    def places(self) -> Array:
        """Of the path: (points, numbers)."""
        return np.array([step.place for step in self.path])


def terrain(session: Session, iteration: int) -> Terrain:
    """Copies: the session may go on. Its lock is let go between the points of the path.

    Raises `OutsideError` where there is no such iteration or no plane through its parameters, and `StaleError` where
    an edit came in between.
    """
    with session.lock:
        _allow(session, iteration)
        line = session.journey.line
    path: list[Step] = []
    deadline, stops = monotonic() + session.settings.step_seconds, _stops(session, iteration)
    for stop in stops:
        with session.lock:
            if session.journey.line is not line:
                raise StaleError(session.revision)
            if (step := _step(session, stop, deadline - monotonic())) is None:
                break
            path.append(step)
    with session.lock:
        return _around(session, iteration, path, complete=len(path) == len(stops))


def _around(session: Session, iteration: int, path: list[Step], *, complete: bool) -> Terrain:
    trace = session.trace(iteration)
    model, land = session.run.model, Landscape(trace)
    if not np.isfinite(land.here).all():
        raise OutsideError(f"iteration {iteration} begins with parameters that are not finite: there is no plane there")
    known = {step.iteration: step for step in path if _beside(step, land)}
    known[iteration] = Step(iteration, land.here, session.run.loss)
    return Terrain(
        iteration=iteration, loss=session.run.loss, land=land, path=[known[i] for i in sorted(known)],
        complete=complete, samples=len(model.samples(iteration)), of=len(model.data.samples) if model.data else 1,
    )  # fmt: skip


def _beside(step: Step, land: Landscape) -> bool:
    return step.place.size == land.here.size and bool(np.isfinite(step.place).all())


def _allow(session: Session, iteration: int) -> None:
    graph = session.reach(iteration).graph
    learning = sum(prod(n.shape) for n in graph.parameters if n.wanted)
    if learning < 2:
        raise OutsideError(f"a surface is over 2 numbers that learn; this model has {learning}")


def _stops(session: Session, iteration: int) -> list[int]:
    """Evenly, the iterations that a power of two divides, as snapshots are kept, and the furthest."""
    size = sum(prod(n.shape) for n in session.model.graph.parameters)
    most, stride = min(STEPS, max(3, session.settings.session_bytes // (8 * size))) - 2, 1
    furthest = max(iteration, session.standing.frontier)
    while furthest > most * stride:
        stride *= 2
    return [*range(0, furthest, stride), furthest]


def _step(session: Session, iteration: int, seconds: float) -> Step | None:
    """None where there is no time left to go there."""
    try:
        run = session.journey.go(iteration, max(seconds, 0.0))
    except TooLargeError:
        return None
    return Step(iteration, point(Trace(run.graph, run.schedule, run.recording)), run.loss)
