"""What a training step costs, counted from its schedule: operations, and the most numbers held at one time.

An operation is one addition, multiplication or comparison as the op table's `flops` counts them; a function such as
exp counts as the row says. A contribution costs what the op's forward pass does, plus, where the op works entry by
entry, one product with upstream. Numbers are held from the event that makes them to the last event that needs them;
what is there with any strategy is not counted: leaves and their gradients, and what the update makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from engine.contract import Adjoint
from engine.events import AnyEvent, Contribution, Forward, Recompute, Seed
from engine.graph import Graph, Node
from engine.recording import ArrayRef
from engine.schedule import Schedule
from engine.tape import Ref, UntraceableError, trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Operations of the forward pass, of computing values again, of the backward pass, and the peak of numbers held."""

    forward: int
    again: int
    backward: int
    peak: int

    @property
    def operations(self) -> int:
        """Floating-point operations of both passes together."""
        return self.forward + self.again + self.backward


def cost(graph: Graph, schedule: Schedule) -> Cost:
    """The cost of one training step, the optimizer's lines apart."""
    counts = {Forward: 0, Recompute: 0, Contribution: 0}
    for event in schedule.events:
        if isinstance(event, Forward | Recompute | Contribution):
            counts[type(event)] += _operations(graph, event)
    return Cost(
        forward=counts[Forward], again=counts[Recompute], backward=counts[Contribution], peak=peak(graph, schedule)
    )


def _operations(graph: Graph, event: Forward | Recompute | Contribution) -> int:
    node = graph.nodes[event.node]
    shapes = [graph.nodes[i].shape for i in node.inputs]
    if isinstance(event, Contribution) and event.local is not None:
        if event.local == 1.0:
            return prod(node.shape) - prod(event.value.shape)  # only what un-broadcasting adds up
        own = 0 if isinstance(event.local, float) else int(node.row.flops(*shapes, **node.options))
        return own + prod(node.shape)
    return int(node.row.flops(*shapes, **node.options))


def peak(graph: Graph, schedule: Schedule) -> int:
    """The most numbers held between two events."""
    last: dict[ArrayRef, int] = {}
    made: dict[ArrayRef, int] = {}
    for event, reads, writes in walked(graph, schedule):
        last.update(dict.fromkeys(reads, event.index))
        for ref in writes:
            made.setdefault(ref, event.index)
            last.setdefault(ref, event.index)
    change = [0] * (schedule.length + 1)
    for ref, first in made.items():
        change[first] += ref.size
        change[last[ref] + 1] -= ref.size
    held = most = 0
    for step in change:
        held += step
        most = max(most, held)
    return most


def walked(graph: Graph, schedule: Schedule) -> Iterator[tuple[AnyEvent, list[ArrayRef], list[ArrayRef]]]:
    """Every event with the arrays it needs and the arrays it makes."""
    place = dict(enumerate(schedule.values))
    saved: dict[int, list[ArrayRef]] = {}
    total: dict[int, ArrayRef] = {}
    for event in schedule.events:
        match event:
            case Forward() | Recompute():
                reads = [place[i] for i in graph.nodes[event.node].inputs]
                place[event.node], saved[event.node] = event.value, list(event.saved.values())
                yield event, reads, [event.value, *saved[event.node]]
            case Seed():
                total[event.node] = event.value
                yield event, [], [event.value]
            case Contribution():
                before = [total[event.into]] if event.into in total else []
                total[event.into] = event.total
                needed = _needed(graph.nodes[event.node], graph, event)
                own = [place[event.node], *saved[event.node], *(place[i] for i in graph.nodes[event.node].inputs)]
                reads = [event.upstream, *before, *(own[k] for k in needed)]
                sent = [event.value, event.total] if graph.nodes[event.into].op else []
                made = [*sent, *([event.local] if isinstance(event.local, ArrayRef) else [])]
                yield event, reads, [ref for ref in made if ref not in own and ref != event.upstream]
            case _:
                yield event, [], []


def _needed(node: Node, graph: Graph, event: Contribution) -> list[int]:
    """Which of y, saved results and operands the contribution is computed from, by number."""
    row = node.row
    extra = len(row.saved)
    if isinstance(event.local, float):
        return []
    if event.local is None and isinstance(row.vjps[event.slot], Adjoint):
        return [1 + extra + k for k in range(len(node.inputs)) if k != event.slot]
    everything = list(range(1 + extra + len(node.inputs)))
    if event.local is None:
        return everything
    shapes = tuple(graph.nodes[i].shape for i in (node.id, *node.inputs))
    try:
        tape = trace(row.partials[event.slot], shapes, node.settings)
    except UntraceableError:
        return everything
    used = {int(a) for line in tape.lines for a in line.args if isinstance(a, Ref)}
    return sorted(used.union(int(r) for r in tape.results if isinstance(r, Ref)).intersection(range(tape.inputs)))
