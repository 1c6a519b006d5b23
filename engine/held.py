"""The most numbers a training step holds at one time, by the first and the last event that needs each array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from engine.contract import Adjoint
from engine.elementwise import constant
from engine.events import AnyEvent, Contribution, Credit, Forward, Influence, Probe, Quotient, Recompute, Seed, Tangent
from engine.graph import Graph, Node
from engine.op import Op
from engine.recording import ArrayRef
from engine.rtrl import States, states_of
from engine.schedule import Schedule
from engine.tape import Options, Ref, Shape, UntraceableError, trace

Needs = tuple[AnyEvent, list[ArrayRef], list[ArrayRef]]  # an event, what it reads, what it makes


def peak(graph: Graph, schedule: Schedule) -> int:
    """The most numbers held between two events."""
    last: dict[int, int] = {}  # by place: arrays of the same numbers share one, whatever their shapes
    made: dict[int, tuple[int, int]] = {}
    for event, reads, writes in walked(graph, schedule):
        last.update((ref.offset, event.index) for ref in reads)
        for ref in writes:
            made.setdefault(ref.offset, (event.index, ref.size))
            last.setdefault(ref.offset, event.index)
    change = [0] * (schedule.length + 1)
    for place, (first, size) in made.items():
        change[first] += size
        change[last[place] + 1] -= size
    held = most = 0
    for step in change:
        held += step
        most = max(most, held)
    return most


def walked(graph: Graph, schedule: Schedule) -> Iterator[Needs]:
    """Every event with the arrays it needs and the arrays it makes."""
    return _Walk(graph, schedule).all()


class _Walk:
    def __init__(self, graph: Graph, schedule: Schedule) -> None:
        self.graph, self.events = graph, schedule.events
        self.place = dict(enumerate(schedule.values))
        self.saved: dict[int, list[ArrayRef]] = {}
        self.total: dict[int, ArrayRef] = {}
        self.tangents: dict[int, ArrayRef] = {}
        self.influence: dict[tuple[int, int], ArrayRef] = {}
        self.states: States | None = None
        self.stepped: set[int] = set()  # states whose time step has been differentiated

    def all(self) -> Iterator[Needs]:
        for event in self.events:
            yield event, *self.needs(event)

    def needs(self, event: AnyEvent) -> tuple[list[ArrayRef], list[ArrayRef]]:
        match event:
            case Forward() | Recompute():
                reads = [self.place[i] for i in self.graph.nodes[event.node].inputs]
                self.place[event.node], self.saved[event.node] = event.value, list(event.saved.values())
                return reads, [event.value, *self.saved[event.node]]
            case Seed():
                self.total[event.node] = event.value
                return [], [event.value]
            case Contribution():
                return self.contribution(event)
            case Tangent():
                return self.tangent(event)
            case Probe():  # what its own forward pass holds, the step's has held too
                return [], [event.value]
            case Quotient():
                return [event.above, event.below], [event.difference]
            case Influence():
                return self.carried(event)
            case Credit():
                return [event.upstream, event.influence], []
        return [], []

    def known(self, node: Node) -> list[ArrayRef]:
        """y, what was saved, and the inputs."""
        return [self.place[node.id], *self.saved[node.id], *(self.place[i] for i in node.inputs)]

    def contribution(self, event: Contribution) -> tuple[list[ArrayRef], list[ArrayRef]]:
        node = self.graph.nodes[event.node]
        before = [self.total[event.into]] if event.into in self.total else []
        self.total[event.into] = event.total
        own = self.known(node)
        reads = [event.upstream, *before, *(own[k] for k in needed(self.graph, node, event.slot))]
        sent = [event.value, event.total] if self.graph.nodes[event.into].op else []
        made = [*sent, *([event.local] if isinstance(event.local, ArrayRef) else [])]
        return reads, [ref for ref in made if ref not in own and ref.offset != event.upstream.offset]

    def tangent(self, event: Tangent) -> tuple[list[ArrayRef], list[ArrayRef]]:
        node = self.graph.nodes[event.node]
        if node.id == event.leaf:
            self.tangents = {node.id: event.value}
            return [], [event.value]
        slots = [slot for slot, i in enumerate(node.inputs) if i in self.tangents]
        own = self.known(node)
        reads = [self.tangents[node.inputs[slot]] for slot in slots]
        reads += [own[k] for slot in slots for k in needed(self.graph, node, slot)]
        self.tangents[node.id] = event.value
        return reads, [] if node.id in self.graph.outputs else [event.value]

    def carried(self, event: Influence) -> tuple[list[ArrayRef], list[ArrayRef]]:
        before = self.influence.get((event.node, event.param))
        self.influence[event.node, event.param] = event.total
        reads = [ref for ref in (event.jacobian, event.before, before) if ref is not None]
        made = [ref for ref in (event.jacobian, event.value, event.total) if ref is not None]
        return reads + self.time_step(event.node), made

    def time_step(self, state: int) -> list[ArrayRef]:
        """What the Jacobians of a time step are made from, asked the first time."""
        if state in self.stepped:
            return []
        self.stepped.add(state)
        self.states = self.states or states_of(self.graph)
        return [ref for i in self.states.between[state] for ref in self.known(self.graph.nodes[i])]


def slope(graph: Graph, node: Node, slot: int) -> float | None:
    """The local derivative where it is one number, whatever the operands are."""
    return _slope(node.row, slot, len(node.inputs), node.settings) if node.row.partials else None


@lru_cache(maxsize=4096)
def _slope(row: Op, slot: int, operands: int, settings: Options) -> float | None:
    partial = row.partials[slot]
    try:
        return None if partial is None else constant(partial, 1 + operands, settings)
    except UntraceableError:
        return None


def needed(graph: Graph, node: Node, slot: int) -> Sequence[int]:
    """Which of y, saved results and operands a derivative over this slot is computed from, by number."""
    shapes = (node.shape, *[graph.nodes[i].shape for i in node.inputs])
    return () if slope(graph, node, slot) is not None else _needed(node.row, slot, shapes, node.settings)


@lru_cache(maxsize=4096)
def _needed(row: Op, slot: int, shapes: tuple[Shape, ...], settings: Options) -> Sequence[int]:
    extra, inputs = len(row.saved), len(shapes) - 1
    if not row.partials and isinstance(row.vjps[slot], Adjoint):
        return [1 + extra + k for k in range(inputs) if k != slot]
    everything = range(1 + extra + inputs)
    if not row.partials:
        return everything
    try:
        tape = trace(row.partials[slot], shapes, settings)
    except UntraceableError:
        return everything
    used = {int(a) for line in tape.lines for a in line.args if isinstance(a, Ref)}
    return sorted(used.union(int(r) for r in tape.results if isinstance(r, Ref)).intersection(range(tape.inputs)))
