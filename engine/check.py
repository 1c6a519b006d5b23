"""Proofs: does a trace follow from its leaves, and are its gradients the slopes of its loss?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from engine.events import AnyEvent, Batch, Forward, Stopping
from engine.faults import begun, honest
from engine.graph import Graph, Node
from engine.probing import Kink, Probing
from engine.recording import ArrayRef, Recording
from engine.run import Plan
from engine.schedule import Schedule
from engine.tape import Array
from engine.trace import Trace, places

EPSILON = 1e-5  # step of the central difference: near the cube root of the rounding error, where its error is least
NAMED = 12  # kinks that are looked into
TOLERANCE = {"float64": 1e-6, "float32": 1e-4}  # relative difference below which two ways to a gradient agree


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """`passed`, or the first event whose numbers do not follow from the events before it, and its field."""

    passed: bool
    event: int | None = None
    kind: str | None = None
    field: str | None = None
    detail: str = "every event follows from the leaves and the events before it"


def verify(trace: Trace) -> Verification:
    """Compute every event again from the leaves and compare bits; name the first event that does not follow."""
    again = Recording(trace.schedule.stored, trace.recording.buffer.dtype)
    schedule = honest(trace.schedule)
    for ref in _given(trace.graph, schedule):
        again.view(ref)[...] = trace.view(ref)
    for ref, first in begun(trace.schedule):
        again.view(ref)[...] = first
    Plan(trace.graph, schedule, again).run()
    if trace.schedule.size == trace.schedule.stored and _same_bits(again.buffer, trace.recording.buffer):
        return Verification(passed=True)
    for event in trace.schedule.events:
        for name, ref in places(event).items():
            if not _same_bits(again.view(ref), trace.view(ref)):
                return _does_not_follow(event, name)
    return Verification(passed=True)


def _given(graph: Graph, schedule: Schedule) -> Iterator[ArrayRef]:
    """What nothing in the step computes: leaves, samples, learning rate, what was kept, and the test loss."""
    yield from (schedule.values[n.id] for n in graph.leaves)
    for event in schedule.events:
        if isinstance(event, Batch):
            yield from (event.samples, event.learning_rate, event.step)
        if isinstance(event, Stopping):
            yield event.value
    yield from (ref for _, _, ref, _ in schedule.slots)


def _same_bits(a: Array, b: Array) -> bool:
    return a.tobytes() == b.tobytes()


def _does_not_follow(event: AnyEvent, field: str) -> Verification:
    return Verification(
        passed=False, event=event.index, kind=event.kind, field=field,
        detail=f"event {event.index} ({event.kind}): its {field} does not follow from the events before it",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterCheck:
    """One leaf's gradient, three ways: reverse against central difference and against forward mode.

    `checked` of `entries` were compared. `kinks` are flat indices where the two sides' slopes differ, so that no
    difference quotient speaks of the gradient there; `named` says of the first dozen at which node. `rounding` counts
    entries that all ways find smaller than the floor of the check, though not equal: they cannot be told from 0.
    """

    node: int
    label: str
    relative_error: float
    forward_error: float
    checked: int
    entries: int
    kinks: tuple[int, ...] = ()
    named: tuple[Kink, ...] = ()
    rounding: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientCheck:
    """Reverse mode held to central differences of step `epsilon`, parameter by parameter.

    `passed`: every relative error is below `tolerance`. `complete`: there was time for every entry. `floor`: how far
    the rounding of the loss alone may move a slope, ε_machine · |L| / ε times a few; gradients that all ways find
    below it count as equal.
    """

    passed: bool
    epsilon: float
    tolerance: float
    floor: float
    complete: bool
    parameters: tuple[ParameterCheck, ...]


def check(trace: Trace, *, epsilon: float = EPSILON, seconds: float = 10.0, seed: int = 0) -> GradientCheck:
    """Compare reverse mode with central differences and forward mode, entry by entry in seeded random order.

    Stops when `seconds` are over, which the leaves share, and says how many entries were compared. A relative error
    is ‖a − b‖ / (‖a‖ + ‖b‖) over the compared entries, 0 where both are 0; a difference that the rounding of the
    loss explains is none. The losses are computed in float64, whatever precision the gradients were.
    """
    start = monotonic()
    loss = trace.graph.loss.id
    found = {n.id: trace.jacobian(loss, n.id) for n in trace.graph.leaves if n.wanted}
    exact = {id: gradient for id, gradient in found.items() if gradient is not None}
    copy = Recording(trace.schedule.stored)
    copy.buffer[:] = trace.recording.buffer
    probing = Probing(Plan(*_held(trace.graph, honest(trace.schedule)), copy), epsilon)
    tolerance, rng = TOLERANCE[trace.schedule.dtype], np.random.default_rng(seed)
    rows = tuple(
        _check_leaf(trace, probing, trace.graph.nodes[id], exact[id], rng, start + seconds * k / len(exact))
        for k, id in enumerate(exact, start=1)
    )
    passed = all(max(row.relative_error, row.forward_error) <= tolerance for row in rows)
    return GradientCheck(
        passed=passed and all(r.checked for r in rows), epsilon=epsilon, tolerance=tolerance,
        floor=_floor(trace, probing), complete=all(row.checked == row.entries for row in rows), parameters=rows,
    )  # fmt: skip


def _floor(trace: Trace, probing: Probing) -> float:
    """What rounding explains: of the loss, over the step; or of the gradients, in the precision they have."""
    own = 64 * float(np.finfo(trace.recording.buffer.dtype).eps) * max(abs(float(probing.loss)), 1.0)
    return max(probing.floor(), own)


def _check_leaf(
    trace: Trace, probing: Probing, leaf: Node, reverse: Array, rng: np.random.Generator, deadline: float
) -> ParameterCheck:
    order = rng.permutation(reverse.size)
    rows: list[tuple[float, float, float]] = []
    kinks: list[int] = []
    checked = rounding = 0
    for flat in map(int, order):
        if checked and monotonic() > deadline:
            break
        checked += 1
        exact, forward = float(reverse.reshape(-1)[flat]), tangent(trace, leaf, flat)
        slope = probing.slope(leaf, flat, exact)
        if slope is None:
            kinks.append(flat)
        elif exact != forward and max(abs(slope), abs(exact), abs(forward)) <= _floor(trace, probing):
            rounding += 1
        else:
            rows.append((slope, exact, forward))
    difference, backward, ahead = (np.array([row[i] for row in rows]) for i in range(3))
    return ParameterCheck(
        node=leaf.id, label=leaf.label, relative_error=_relative(difference, backward),
        forward_error=_relative(ahead, backward), checked=checked, entries=reverse.size, kinks=tuple(kinks),
        named=tuple(probing.kink(leaf, flat) for flat in kinks[:NAMED]), rounding=rounding,
    )  # fmt: skip


def _held(graph: Graph, schedule: Schedule) -> tuple[Graph, Schedule]:
    """With what is detached as leaves: it counts as given, so it stays where it is when other numbers move."""
    given = {n.id: replace(n, op=None, inputs=(), wanted=False) for n in graph.nodes if n.op == "detach"}
    events = tuple(e for e in schedule.events if not (isinstance(e, Forward) and e.node in given))
    nodes = tuple(given.get(n.id, n) for n in graph.nodes)
    return replace(graph, nodes=nodes), replace(schedule, events=events)


def _relative(a: Array, b: Array) -> float:
    scale = float(np.linalg.norm(a) + np.linalg.norm(b))
    return float(np.linalg.norm(a - b)) / scale if scale else 0.0


def tangent(trace: Trace, leaf: Node, flat: int) -> float:
    """Forward mode: how fast the loss moves when entry `flat` of `leaf` does."""
    graph = trace.graph
    direction = np.zeros(leaf.shape)
    direction.reshape(-1)[flat] = 1.0
    moving: dict[int, Array] = {leaf.id: direction}
    saved = {e.node: e.saved.values() for e in trace.schedule.events if isinstance(e, Forward)}
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            if node.op and any(i in moving for i in node.inputs):
                moving[node.id] = _tangent(trace, node, saved[node.id], moving)
    return float(moving[graph.loss.id])


def _tangent(trace: Trace, node: Node, saved: Iterable[ArrayRef], moving: dict[int, Array]) -> Array:
    refs = (trace.schedule.values[node.id], *saved, *(trace.schedule.values[i] for i in node.inputs))
    moved = [moving.get(i) for i in node.inputs]
    return np.asarray(node.row.jvp(moved, *map(trace.view, refs), **dict(node.options)))
