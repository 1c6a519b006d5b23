"""A training step that was computed: graph, schedule and recording together, and its numbers looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from math import isfinite, sqrt
from typing import Any

import numpy as np

from engine.events import AnyEvent, Assign, Clipped, Forward, Recompute, Seed, Statistics, arrived
from engine.frozen import frozen
from engine.graph import Graph
from engine.recording import ArrayRef, Recording
from engine.schedule import Schedule, of_pass
from engine.tape import Array, Shape

INLINE = 64  # a summary carries the numbers themselves up to this many


@frozen
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
    flat = x.reshape(-1)
    if flat.size == 1 and x.dtype == np.float64 and isfinite(only := float(flat[0])):
        return _of_one(only, x)
    known = np.isfinite(flat)
    finite = flat if known.all() else flat[known]
    size = flat.size
    least, most, mean, std, norm = _statistics(finite) if finite.size else (None,) * 5
    return Summary(
        shape=x.shape, min=least, max=most, mean=mean, std=std, norm=norm,
        zeros=(size - int(np.count_nonzero(flat))) / max(size, 1), nonfinite=size - finite.size,
        data=x.tolist() if size <= INLINE else None,
    )  # fmt: skip


def _of_one(number: float, x: Array) -> Summary:
    """The same for a single finite number, as most arrays of an expression are."""
    return Summary(
        shape=x.shape, min=number, max=number, mean=number, std=0.0, norm=sqrt(number * number),
        zeros=float(number == 0), nonfinite=0, data=x.tolist(),
    )  # fmt: skip


def _statistics(finite: Array) -> tuple[float, ...]:
    """Least, most, mean, standard deviation and norm. NumPy's own functions of these names take five times as long."""
    least, most, mean = np.minimum.reduce(finite), np.maximum.reduce(finite), np.add.reduce(finite) / finite.size
    apart = finite - mean
    std = np.sqrt(np.add.reduce(apart * apart) / finite.size)
    return float(least), float(most), float(mean), float(std), float(np.sqrt(np.add.reduce(finite * finite)))


@frozen(kw_only=False)
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

    def standing(self, cursor: int) -> tuple[list[ArrayRef | None], list[ArrayRef | None]]:
        """The places of every node's value, and of every node's gradient, after `cursor` events, as `value` and
        `gradient` tell them one by one.
        """
        values = [self.schedule.values[n.id] if n.op is None else None for n in self.graph.nodes]
        gradients: list[ArrayRef | None] = [None] * len(values)
        for event in self._before(cursor):
            if isinstance(event, Seed):
                gradients = [None] * len(values)
            for node in concerned(event):
                values[node] = _new_value(event, node) or values[node]
                gradients[node] = _new_gradient(event, node) or gradients[node]
        return values, gradients

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
            None if (ref := getattr(e, "value", None)) is None else rms(self.view(ref)) for e in self.schedule.events
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


def concerned(event: AnyEvent) -> tuple[int, ...]:
    """The nodes whose value, gradient or optimizer state an event brings up to date."""
    match event:
        case Forward() | Recompute():
            return (event.node,)
        case Statistics():
            return (event.target,)
        case Assign():
            return (event.param,)
        case Clipped():
            return event.params
    return tuple(arrived(event))


def rms(x: Array) -> float:
    """The root mean square of an array of any shape; 0 where it is empty."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0


def places(event: AnyEvent) -> dict[str, ArrayRef]:
    """The arrays an event speaks of, by field; saved results as `saved.NAME`."""
    found: dict[str, ArrayRef] = {}
    kind: Any = type(event)
    for name in _fields(kind):
        value = getattr(event, name)
        if isinstance(value, ArrayRef):
            found[name] = value
        elif name == "saved":
            found |= {f"saved.{name}": ref for name, ref in value.items()}
    return found


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))
