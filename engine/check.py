"""A proof: are the gradients of a trace the slopes of its loss?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from time import monotonic

import numpy as np

from engine.events import Forward
from engine.faults import honest
from engine.frozen import frozen
from engine.graph import Graph, Node
from engine.op import Index
from engine.probing import Kink, Probing
from engine.recording import ArrayRef, Recording
from engine.run import Plan
from engine.schedule import Schedule
from engine.tape import Array
from engine.trace import Trace

EPSILON = 1e-5  # step of the central difference: near the cube root of the rounding error, where its error is least
NAMED = 12  # kinks that are looked into
TOLERANCE = {"float64": 1e-6, "float32": 1e-4}  # relative difference below which two ways to a gradient agree


@frozen
class Compared:
    """One entry of a gradient, found in three ways; the difference as it was computed, with its rounding."""

    index: Index
    reverse: float
    difference: float
    forward: float


@frozen
class ParameterCheck:
    """One node's gradient, three ways: reverse against central difference and against forward mode.

    `checked` of `entries` were compared; `shown` is the one of them with the largest gradient, or, where the ways do
    not agree, the one where they are furthest apart. `kinks` are flat indices where the two sides' slopes differ, so
    that no difference quotient speaks of the gradient there; `named` says of the first dozen at which node. `rounding`
    counts entries that all ways find smaller than the floor of the check, though not equal: they cannot be told from 0.
    """

    node: int
    label: str
    relative_error: float
    forward_error: float
    checked: int
    entries: int
    shown: Compared | None = None
    kinks: tuple[int, ...] = ()
    named: tuple[Kink, ...] = ()
    rounding: int = 0


@frozen
class GradientCheck:
    """Reverse mode held to central differences of step `epsilon`: leaf by leaf, and, where asked for, in `between`.

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
    between: tuple[ParameterCheck, ...] = ()


def check(
    trace: Trace, *, epsilon: float = EPSILON, seconds: float = 10.0, seed: int = 0, between: bool = False
) -> GradientCheck:
    """Compare reverse mode with central differences and forward mode, entry by entry in seeded random order.

    With `between`, the gradients of what operations made are compared too, in the second half of the time.

    Stops when `seconds` are over, which the leaves share, and says how many entries were compared. A relative error
    is ‖a − b‖ / (‖a‖ + ‖b‖) over the compared entries, 0 where both are 0; a difference that the rounding of the
    loss explains is none. The losses are computed in float64, whatever precision the gradients were.
    """
    checking = _Checking(trace, epsilon, seed)
    share, total = (seconds / 2, seconds) if between else (seconds, seconds)
    rows = checking.rows([n for n in trace.graph.leaves if n.wanted], share)
    inner = checking.rows([n for n in trace.graph.nodes if n.op and n.op != "detach"] if between else [], total)
    found = (*rows, *inner)
    return GradientCheck(
        passed=checking.passed(found), epsilon=epsilon, tolerance=checking.tolerance, floor=checking.floor,
        complete=len(found) == checking.wanted and all(row.checked == row.entries for row in found),
        parameters=rows, between=inner,
    )  # fmt: skip


class _Checking:
    """Nodes one after the other. What an operation made is moved in a copy of its own, in which it is given."""

    def __init__(self, trace: Trace, epsilon: float, seed: int) -> None:
        self.trace, self.epsilon, self.start, self.wanted = trace, epsilon, monotonic(), 0
        self.tolerance, self.rng = TOLERANCE[trace.schedule.dtype], np.random.default_rng(seed)
        self.leaves = _probing(trace, epsilon)
        self.floor = _floor(trace, self.leaves)

    def rows(self, nodes: Sequence[Node], seconds: float) -> tuple[ParameterCheck, ...]:
        """Those that a gradient has come to; of what operations made, as many as there is time for."""
        loss = self.trace.graph.loss.id
        exact = {n.id: g for n in nodes if n.id != loss and (g := self.trace.jacobian(loss, n.id)) is not None}
        self.wanted += len(exact)
        begun, found = monotonic() - self.start, []
        for k, (id, reverse) in enumerate(exact.items(), start=1):
            node, deadline = self.trace.graph.nodes[id], self.start + begun + (seconds - begun) * k / len(exact)
            if node.op and monotonic() > self.start + seconds:
                break
            probing = _probing(self.trace, self.epsilon, id) if node.op else self.leaves
            found.append(_check_node(self.trace, probing, node, reverse, self.rng, deadline))
        return tuple(found)

    def passed(self, rows: Sequence[ParameterCheck]) -> bool:
        return all(r.checked and max(r.relative_error, r.forward_error) <= self.tolerance for r in rows)


def _probing(trace: Trace, epsilon: float, given: int | None = None) -> Probing:
    copy = Recording(trace.schedule.stored)
    copy.buffer[:] = trace.recording.buffer
    return Probing(Plan(*_held(trace.graph, honest(trace.schedule), given), copy), epsilon)


def _floor(trace: Trace, probing: Probing) -> float:
    """What rounding explains: of the loss, over the step; or of the gradients, in the precision they have."""
    own = 64 * float(np.finfo(trace.recording.buffer.dtype).eps) * max(abs(float(probing.loss)), 1.0)
    return max(probing.floor(), own)


def _check_node(
    trace: Trace, probing: Probing, node: Node, reverse: Array, rng: np.random.Generator, deadline: float
) -> ParameterCheck:
    order = rng.permutation(reverse.size)
    rows: list[tuple[int, float, float, float]] = []
    kinks: list[int] = []
    checked = rounding = 0
    for flat in map(int, order):
        if checked and monotonic() > deadline:
            break
        checked += 1
        exact, forward = float(reverse.reshape(-1)[flat]), tangent(trace, node, flat)
        slope = probing.slope(node, flat, exact)
        if slope is None:
            kinks.append(flat)
        elif exact != forward and max(abs(slope), abs(exact), abs(forward)) <= _floor(trace, probing):
            rounding += 1
        else:
            rows.append((flat, slope, exact, forward))
    difference, backward, ahead = (np.array([row[i] for row in rows]) for i in (1, 2, 3))
    return ParameterCheck(
        node=node.id, label=node.label, relative_error=_relative(difference, backward),
        forward_error=_relative(ahead, backward), checked=checked, entries=reverse.size,
        shown=_shown(probing, node, rows, TOLERANCE[trace.schedule.dtype]), kinks=tuple(kinks),
        named=tuple(probing.kink(node, flat) for flat in kinks[:NAMED]), rounding=rounding,
    )  # fmt: skip


def _shown(
    probing: Probing, node: Node, rows: Sequence[tuple[int, float, float, float]], tolerance: float
) -> Compared | None:
    def most(row: tuple[int, float, float, float]) -> tuple[float, float]:
        _, slope, reverse, forward = row
        apart, size = max(abs(slope - reverse), abs(forward - reverse)), abs(slope) + abs(reverse)
        return (apart if apart > tolerance * size else 0.0), abs(reverse)

    if not rows:
        return None
    flat, slope, reverse, forward = max(rows, key=most)
    difference, _ = probing.central(node, flat) or (slope, 0.0)
    index = tuple(int(i) for i in np.unravel_index(flat, node.shape))
    return Compared(index=index, reverse=reverse, difference=difference, forward=forward)


def _held(graph: Graph, schedule: Schedule, also: int | None = None) -> tuple[Graph, Schedule]:
    """The way to the loss with what is detached as leaves: it counts as given, so it stays when other numbers move."""
    held = [n for n in graph.nodes if n.op == "detach" or n.id == also]
    given = {n.id: replace(n, op=None, inputs=(), wanted=False) for n in held}
    events = tuple(e for e in schedule.events if isinstance(e, Forward) and e.node not in given)
    nodes = tuple(given.get(n.id, n) for n in graph.nodes)
    return replace(graph, nodes=nodes), replace(schedule, events=events)


def _relative(a: Array, b: Array) -> float:
    scale = float(np.linalg.norm(a) + np.linalg.norm(b))
    return float(np.linalg.norm(a - b)) / scale if scale else 0.0


def tangent(trace: Trace, moved: Node, flat: int) -> float:
    """Forward mode: how fast the loss moves when entry `flat` of a node does."""
    graph = trace.graph
    direction = np.zeros(moved.shape)
    direction.reshape(-1)[flat] = 1.0
    moving: dict[int, Array] = {moved.id: direction}
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
