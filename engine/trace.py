"""A training step that was computed: graph, schedule and recording together, and its numbers looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from engine.events import AnyEvent, Assign, Clipped, Forward, Recompute, Seed, Statistics, arrived
from engine.graph import Graph
from engine.recording import ArrayRef, Recording
from engine.schedule import Schedule, of_pass
from engine.tape import Array, Shape

INLINE = 64  # a summary carries the numbers themselves up to this many


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one line can say of an array. Statistics are over its finite entries; `zeros` is a share of all entries.

    `data` holds the numbers, nested as the shape is, where there are at most `INLINE`.
    """

    shape: Shape
    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    norm: float | None
    zeros: float
    nonfinite: int
    data: Any


def summary(x: Array) -> Summary:
    """What one line can say of an array of any shape; see `Summary`."""
    finite = x[np.isfinite(x)] if x.ndim else x.reshape(1)[np.isfinite(x.reshape(1))]
    return Summary(
        shape=x.shape,
        **{name: float(f(finite)) if finite.size else None for name, f in STATISTICS.items()},
        zeros=float(np.count_nonzero(x == 0) / max(x.size, 1)),
        nonfinite=int(x.size - finite.size),
        data=x.tolist() if x.size <= INLINE else None,
    )


STATISTICS: dict[str, Callable[[Array], Any]] = {
    "min": np.min,
    "max": np.max,
    "mean": np.mean,
    "std": np.std,
    "norm": lambda x: np.sqrt(np.sum(x * x)),
}


@dataclass(frozen=True, slots=True)
class Trace:
    """`events[k]` of the schedule with its numbers in the recording. A view: the next step overwrites it."""

    graph: Graph
    schedule: Schedule
    recording: Recording

    def view(self, ref: ArrayRef) -> Array:
        """The numbers at a place, shaped as they are; without a copy where they are recorded."""
        return self.recording.view(ref)

    def value(self, node: int, cursor: int) -> Array | None:
        """The node's value after `cursor` events; None while it has none."""
        ref = self.schedule.values[node] if self.graph.nodes[node].op is None else None
        for event in self._before(cursor):
            ref = _new_value(event, node) or ref
        return None if ref is None else self.view(ref)

    def gradient(self, node: int, cursor: int) -> Array | None:
        """dL/d(node) so far, after `cursor` events; None while nothing has arrived.

        With several outputs it is that of the one whose pass is under way.
        """
        ref: ArrayRef | None = None
        for event in self._before(cursor):
            ref = _new_gradient(event, node) or (None if isinstance(event, Seed) else ref)
        return None if ref is None else self.view(ref)

    def jacobian(self, output: int, leaf: int) -> Array | None:
        """d(output)/d(leaf) at the end of the backward phase, before clipping; None where nothing has arrived."""
        ref: ArrayRef | None = None
        for event in of_pass(self.schedule, output):
            ref = arrived(event).get(leaf) or ref
        return None if ref is None else self.view(ref)

    @property
    def backward_end(self) -> int:
        """The cursor at which every contribution has arrived and nothing has been clipped or updated."""
        later = (e.index for e in self.schedule.events if isinstance(e, Clipped | Assign))
        return next(later, self.schedule.length)

    def magnitudes(self) -> list[float | None]:
        """Per event the root mean square of its `value`: how strong the signal is, whatever the array's size."""
        return [
            None if (ref := getattr(e, "value", None)) is None else _rms(self.view(ref)) for e in self.schedule.events
        ]

    def _before(self, cursor: int) -> Iterator[AnyEvent]:
        return iter(self.schedule.events[:cursor])


def _new_value(event: AnyEvent, node: int) -> ArrayRef | None:
    if isinstance(event, Forward | Recompute) and event.node == node:
        return event.value
    if isinstance(event, Statistics) and event.target == node:
        return event.value
    if isinstance(event, Assign) and event.param == node and event.target == "parameter":
        return event.value
    return None


def _new_gradient(event: AnyEvent, node: int) -> ArrayRef | None:
    if isinstance(event, Assign) and event.param == node and event.target == "kept":
        return event.value
    return event.value if isinstance(event, Clipped) and node in event.params else arrived(event).get(node)


def _rms(x: Array) -> float:
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0


def places(event: AnyEvent) -> dict[str, ArrayRef]:
    """The arrays an event speaks of, by field; saved results as `saved.NAME`."""
    found: dict[str, ArrayRef] = {}
    for f in fields(event):
        value = getattr(event, f.name)
        if isinstance(value, ArrayRef):
            found[f.name] = value
        elif f.name == "saved":
            found |= {f"saved.{name}": ref for name, ref in value.items()}
    return found
