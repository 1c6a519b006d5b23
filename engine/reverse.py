"""Reverse mode as events: from the loss back, each node sends to its inputs what its gradient means for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import prod
from typing import NamedTuple

from engine.events import AnyEvent, Contribution, Recompute, Seed
from engine.graph import Node
from engine.keeping import Sender, crowded, derives
from engine.op import Op, arranged, handed_on
from engine.recording import ArrayRef
from engine.tape import Options, Ref, Shape, UntraceableError, trace
from engine.walk import Walk, layer_of

SAME = (handed_on, arranged)  # VJPs that leave every number as it is


def reverse(walk: Walk) -> Iterator[AnyEvent]:
    """One pass for each output; each begins with no gradients."""
    for output in walk.graph.outputs:
        walk.total.clear()
        yield from backward_from(walk, output)


def backward_from(walk: Walk, output: int, stop: frozenset[int] = frozenset()) -> Iterator[AnyEvent]:
    """The seed at an output and the contributions it leads to, against the order of the nodes; `stop` send nothing."""
    return _Reverse(walk, output, stop).run()


class Sending(NamedTuple):
    """What a node sends over one slot, as far as its op and the shapes tell: the same for all such nodes.

    `factor`: the slope, where it is a number; `operand`: which of y and the inputs it is; `own`: the shape of a place
    of its own. None of them where the op sends by a rule of its own. `same`: upstream's numbers, entry by entry.
    """

    slot: int
    factor: float | None = None
    operand: int | None = None
    own: Shape | None = None
    same: bool = False


@lru_cache(maxsize=4096)
def sendings(row: Op, shapes: tuple[Shape, ...], settings: Options) -> tuple[Sending, ...]:
    """One for every slot that has a way back. `shapes`: y's and the inputs'."""
    slots = range(len(shapes) - 1)
    return tuple(_sending(row, slot, shapes, settings) for slot in slots if row.vjps[slot] is not None)


def _sending(row: Op, slot: int, shapes: tuple[Shape, ...], settings: Options) -> Sending:
    as_many = prod(shapes[0]) == prod(shapes[1 + slot])
    if not row.partials:
        return Sending(slot, same=as_many and row.vjps[slot] in SAME)
    try:
        tape = trace(row.partials[slot], shapes, settings)
    except UntraceableError:
        return Sending(slot, own=shapes[0])
    result = tape.results[0]
    if not isinstance(result, Ref):
        return Sending(slot, factor=float(result), same=as_many and result == 1.0)
    if result < tape.inputs:
        return Sending(slot, operand=result)
    return Sending(slot, own=tape.lines[result - tape.inputs].shape)


class _Reverse:
    def __init__(self, walk: Walk, output: int, stop: frozenset[int]) -> None:
        self.walk, self.graph, self.how = walk, walk.graph, walk.how
        self.output, self.stop, self.cut = output, stop, frozenset(walk.how.cut)
        self.sent: dict[int, list[Sending]] = {}  # by node
        self.recomputed: set[int] = set()  # stretches between checkpoints
        self.awaited = [0] * len(self.graph.nodes)  # contributions still to come
        self.final: dict[int, ArrayRef] = {}  # places for gradients of parameters, and of what is derived
        self.derived: set[int] = set()  # nodes whose contributions and running totals are not kept

    def run(self) -> Iterator[AnyEvent]:
        walk, total = self.walk, self.walk.total
        self.expect()
        total[self.output] = walk.place(())
        head = walk.head("backward", ("seed", self.output), ("seed", self.output))
        yield Seed(**head, node=self.output, value=total[self.output])
        for node in reversed(self.graph.nodes):
            if node.op and node.id in total and node.id not in self.stop:
                yield from self.recompute(self.how.segment(node.id))
                yield from self.contributions(node)

    def recompute(self, segment: int | None) -> Iterator[AnyEvent]:
        """Compute a stretch between checkpoints again, the first time the backward pass enters it."""
        if segment is None or segment in self.recomputed:
            return
        self.recomputed.add(segment)
        for node in self.graph.nodes:
            if node.op and self.how.segment(node.id) == segment:
                self.walk.now[node.id] = self.walk.place(node.shape)
                head = self.walk.head("backward", ("again", node.id), layer_of(node))
                yield Recompute(**head, node=node.id, value=self.walk.now[node.id], saved=self.walk.saved(node))

    def contributions(self, node: Node) -> Iterator[AnyEvent]:
        """A node sends to its inputs once all its own contributions have arrived: ids fall, so they have."""
        walk, total = self.walk, self.walk.total
        upstream = total[node.id]
        for sending in self.sends(node):
            into = node.inputs[sending.slot]
            local = self.local(node, sending)
            before, shape = total.get(into), self.graph.nodes[into].shape
            self.awaited[into] -= 1
            last = None if self.awaited[into] else self.final.get(into)
            place = walk.later if into in self.derived else walk.place
            if last and before is None:
                value = last
            elif sending.same:
                value = upstream if shape == upstream.shape else ArrayRef(upstream.offset, shape)
            else:
                value = place(shape)
            total[into] = value if before is None else last or place(shape)
            yield Contribution(
                **walk.head("backward", (self.output, node.id), layer_of(node)),
                node=node.id, slot=sending.slot, into=into, upstream=upstream, local=local, value=value,
                total=total[into],
            )  # fmt: skip

    def sends(self, node: Node) -> list[Sending]:
        """Where a contribution goes out: to inputs that want one, over edges that are not cut."""
        if node.id not in self.sent:
            nodes, inputs = self.graph.nodes, node.inputs
            shapes = (node.shape, *[nodes[i].shape for i in inputs])
            self.sent[node.id] = [
                s for s in sendings(node.row, shapes, node.settings)
                if nodes[inputs[s.slot]].wanted and (node.id, s.slot) not in self.cut
            ]  # fmt: skip
        return self.sent[node.id]

    def senders(self) -> Iterator[Node]:
        """The nodes that send, latest first, told while the contributions before them are being counted."""
        for node in reversed(self.graph.nodes):
            if node.op and self.awaited[node.id] and node.id not in self.stop:
                yield node

    def expect(self) -> None:
        """Count the contributions to come; what the parameters end up with shall lie side by side, for the update."""
        self.awaited[self.output] = 1
        for node in self.senders():
            for sending in self.sends(node):
                self.awaited[node.inputs[sending.slot]] += 1
        self.derived = self.not_kept()
        trained = self.graph.parameters if self.walk.optimizer else ()
        ends = dict.fromkeys((*(n.id for n in trained if self.awaited[n.id]), *sorted(self.derived)))
        self.final = {id: self.walk.place(self.graph.nodes[id].shape) for id in ends}
        self.final |= dict(self.forerunners())

    def forerunners(self) -> Iterator[tuple[int, ArrayRef]]:
        """Nodes whose gradient is that of a parameter too, as before a bias at batch 1: it is computed in its place."""
        single = {id for id in self.final if self.awaited[id] == 1}
        for node in self.senders() if single else ():
            if node.id == self.output or node.id in self.derived:
                continue
            for sending in self.sends(node):
                if sending.same and (i := node.inputs[sending.slot]) in single:
                    yield node.id, ArrayRef(self.final[i].offset, node.shape)

    def not_kept(self) -> set[int]:
        """The nodes whose contributions are derived when they are read, by honest rules; none in several passes."""
        nodes, several = self.graph.nodes, len(self.graph.outputs) > 1
        into = set() if several or self.how.fault else crowded(nodes, self.awaited)
        senders: dict[int, list[Sender]] = {id: [] for id in into}
        for node in reversed(list(self.senders())) if into else ():
            for sending in self.sends(node):
                if (i := node.inputs[sending.slot]) in into:
                    senders[i].append((node, sending.slot))
        return {id for id in into if derives(nodes[id], senders[id])}

    def local(self, node: Node, sending: Sending) -> ArrayRef | float | None:
        """A number where the slope is constant, the operand's place where it is one, else a place of its own."""
        if sending.operand is not None:
            return self.walk.now[node.inputs[sending.operand - 1] if sending.operand else node.id]
        return sending.factor if sending.own is None else self.walk.place(sending.own)
