"""Proofs: does a trace follow from its leaves, and are its gradients the slopes of its loss?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from engine.events import AnyEvent, Batch, Forward, Stopping
from engine.graph import Graph, Node
from engine.recording import ArrayRef, Recording
from engine.run import Plan
from engine.schedule import Schedule
from engine.tape import Array
from engine.trace import Trace, places

EPSILON = 1e-5  # step of the central difference: near the cube root of the rounding error, where its error is least
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
    for ref in _given(trace):
        again.view(ref)[...] = trace.view(ref)
    Plan(trace.graph, trace.schedule, again).run()
    for event in trace.schedule.events:
        for name, ref in places(event).items():
            if not _same_bits(again.view(ref), trace.view(ref)):
                return _does_not_follow(event, name)
    return Verification(passed=True)


def _given(trace: Trace) -> Iterator[ArrayRef]:
    """What nothing in the step computes: leaves, samples, learning rate, what was kept, and the test loss."""
    yield from (trace.schedule.values[n.id] for n in trace.graph.leaves)
    for event in trace.schedule.events:
        if isinstance(event, Batch):
            yield from (event.samples, event.learning_rate, event.step)
        if isinstance(event, Stopping):
            yield event.value
    yield from (ref for _, _, ref, _ in trace.schedule.slots)


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

    `checked` of `entries` were compared; `kinks` are flat indices where the two sides' slopes differ, so that no
    difference quotient speaks of the gradient there.
    """

    node: int
    label: str
    relative_error: float
    forward_error: float
    checked: int
    entries: int
    kinks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientCheck:
    """Reverse mode held to central differences of step `epsilon`, parameter by parameter.

    `passed`: every relative error is below `tolerance`. `complete`: there was time for every entry.
    """

    passed: bool
    epsilon: float
    tolerance: float
    complete: bool
    parameters: tuple[ParameterCheck, ...]


def check(trace: Trace, *, epsilon: float = EPSILON, seconds: float = 10.0, seed: int = 0) -> GradientCheck:
    """Compare reverse mode with central differences and forward mode, entry by entry in seeded random order.

    Stops when `seconds` are over, which the leaves share, and says how many entries were compared. A relative error
    is ‖a − b‖ / (‖a‖ + ‖b‖) over the compared entries, 0 where both are 0; a difference that the rounding of the
    loss explains is none. The losses are computed in float64, whatever precision the gradients were.
    """
    start = monotonic()
    leaves = [n for n in trace.graph.leaves if n.wanted]
    copy = Recording(trace.schedule.stored)
    copy.buffer[:] = trace.recording.buffer
    plan = Plan(*_held(trace.graph, trace.schedule), copy)
    tolerance = TOLERANCE[trace.schedule.dtype]
    rng = np.random.default_rng(seed)
    rows = tuple(
        _check_leaf(trace, plan, leaf, epsilon, rng, start + seconds * k / len(leaves))
        for k, leaf in enumerate(leaves, start=1)
    )
    passed = all(max(row.relative_error, row.forward_error) <= tolerance for row in rows)
    complete = all(row.checked == row.entries for row in rows)
    return GradientCheck(
        passed=passed and all(r.checked for r in rows),
        epsilon=epsilon,
        tolerance=tolerance,
        complete=complete,
        parameters=rows,
    )


def _check_leaf(
    trace: Trace, plan: Plan, leaf: Node, epsilon: float, rng: np.random.Generator, deadline: float
) -> ParameterCheck:
    reverse = trace.gradient(leaf.id, trace.backward_end)
    assert reverse is not None, "a wanted leaf has a gradient at the end"
    order = rng.permutation(reverse.size)
    pairs: list[tuple[float, float, float]] = []
    kinks: list[int] = []
    for checked, flat in enumerate(map(int, order)):
        if checked and monotonic() > deadline:
            break
        exact = float(reverse.reshape(-1)[flat])
        slope = _slope(plan, leaf, flat, epsilon, exact)
        if slope is None:
            kinks.append(flat)
        pairs.append((slope or 0.0, exact, tangent(trace, leaf, flat)))
    kept = [p for flat, p in zip(order, pairs, strict=False) if int(flat) not in kinks] or [(0.0, 0.0, 0.0)]
    difference, backward, forward = (np.array([p[i] for p in kept]) for i in range(3))
    return ParameterCheck(
        node=leaf.id, label=leaf.label, relative_error=_relative(difference, backward),
        forward_error=_relative(forward, backward), checked=len(pairs), entries=reverse.size, kinks=tuple(kinks),
    )  # fmt: skip


def _held(graph: Graph, schedule: Schedule) -> tuple[Graph, Schedule]:
    """With what is detached as leaves: it counts as given, so it stays where it is when other numbers move."""
    given = {n.id: replace(n, op=None, inputs=(), wanted=False) for n in graph.nodes if n.op == "detach"}
    events = tuple(e for e in schedule.events if not (isinstance(e, Forward) and e.node in given))
    nodes = tuple(given.get(n.id, n) for n in graph.nodes)
    return replace(graph, nodes=nodes), replace(schedule, events=events)


def _slope(plan: Plan, leaf: Node, flat: int, epsilon: float, exact: float) -> float | None:
    """The central difference quotient of the loss for one entry of a leaf; None where the loss has a kink there.

    Where the step straddles a kink nearby, a shorter one is tried. What rounding cannot tell from `exact` is `exact`.
    """
    for step in (epsilon, epsilon / 16, epsilon / 256):
        left, right = _slopes(plan, leaf, flat, step)
        if all(_closes_up(plan, leaf, flat, step / part, (right - left) / part) for part in (2, 4)):
            slope = (left + right) / 2
            return exact if abs(slope - exact) <= _noise(plan, step) else slope
    return None


def _closes_up(plan: Plan, leaf: Node, flat: int, step: float, expected: float) -> bool:
    """Whether left and right slope come together in proportion to the step, as they do on a curve.

    A kink at one certain distance looks like a curve for one shorter step, but for no second one.
    """
    left, right = _slopes(plan, leaf, flat, step)
    return abs(right - left - expected) <= abs(expected) / 4 + 16 * _noise(plan, step)


def _noise(plan: Plan, step: float) -> float:
    """How far rounding of the loss alone may move a slope."""
    loss = abs(float(plan.view(plan.schedule.values[plan.graph.loss.id])))
    return 4 * float(np.finfo(float).eps) * max(loss, 1.0) / step


def _slopes(plan: Plan, leaf: Node, flat: int, epsilon: float) -> tuple[float, float]:
    """One-sided difference quotients of the loss for one entry of a leaf, from the left and from the right."""
    entry = plan.view(plan.schedule.values[leaf.id]).reshape(-1)
    loss = plan.view(plan.schedule.values[plan.graph.loss.id])
    here = float(entry[flat])
    step = epsilon * max(1.0, abs(here))
    found = []
    for value in (here - step, here, here + step):
        entry[flat] = value
        plan.forward()
        found.append(float(loss))
    entry[flat] = here
    return (found[1] - found[0]) / step, (found[2] - found[1]) / step


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
