"""Reverse mode as events: from the loss back, each node sends to its inputs what its gradient means for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import prod

from engine.elementwise import constant
from engine.events import AnyEvent, Contribution, Recompute, Seed
from engine.graph import Node
from engine.keeping import Sender, crowded, derives
from engine.op import arranged, handed_on
from engine.recording import ArrayRef
from engine.tape import Ref, UntraceableError, trace
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


class _Reverse:
    def __init__(self, walk: Walk, output: int, stop: frozenset[int]) -> None:
        self.walk, self.graph, self.how = walk, walk.graph, walk.how
        self.output, self.stop = output, stop
        self.recomputed: set[int] = set()  # stretches between checkpoints
        self.awaited: Counter[int] = Counter()  # contributions still to come
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
        total = self.walk.total
        upstream = total[node.id]
        for slot, into in enumerate(node.inputs):
            if not self.sends(node, slot):
                continue
            local = self.local(node, slot)
            before, shape = total.get(into), self.graph.nodes[into].shape
            self.awaited[into] -= 1
            last = self.final.get(into) if not self.awaited[into] else None
            place = self.walk.later if into in self.derived else self.walk.place
            if last and before is None:
                value = last
            elif (local == 1.0 or node.row.vjps[slot] in SAME) and prod(shape) == prod(node.shape):
                value = ArrayRef(upstream.offset, shape)
            else:
                value = place(shape)
            total[into] = value if before is None else last or place(shape)
            yield Contribution(
                **self.walk.head("backward", (self.output, node.id), layer_of(node)),
                node=node.id, slot=slot, into=into, upstream=upstream, local=local, value=value, total=total[into],
            )  # fmt: skip

    def sends(self, node: Node, slot: int) -> bool:
        into = self.graph.nodes[node.inputs[slot]]
        return into.wanted and node.row.vjps[slot] is not None and (node.id, slot) not in self.how.cut

    def expect(self) -> None:
        """Count the contributions to come; what the parameters end up with shall lie side by side, for the update."""
        self.awaited[self.output] = 1
        for node in reversed(self.graph.nodes):
            if node.op and self.awaited[node.id] and node.id not in self.stop:
                self.awaited.update(into for slot, into in enumerate(node.inputs) if self.sends(node, slot))
        self.derived = self.not_kept()
        trained = self.graph.parameters if self.walk.optimizer else ()
        ends = dict.fromkeys((*(n.id for n in trained if self.awaited[n.id]), *sorted(self.derived)))
        self.final = {id: self.walk.place(self.graph.nodes[id].shape) for id in ends}
        self.final |= dict(self.forerunners())

    def forerunners(self) -> Iterator[tuple[int, ArrayRef]]:
        """Nodes whose gradient is that of a parameter too, as before a bias at batch 1: it is computed in its place."""
        single = {id for id in self.final if self.awaited[id] == 1}
        for node in self.graph.nodes if single else ():
            if node.op and self.awaited[node.id] and node.id not in (self.output, *self.stop):
                for slot, i in enumerate(node.inputs):
                    if i in single and self.sends(node, slot) and node.id not in self.derived and self.same(node, slot):
                        yield node.id, ArrayRef(self.final[i].offset, node.shape)

    def same(self, node: Node, slot: int) -> bool:
        """Whether a contribution is upstream's numbers, entry by entry."""
        row, into = node.row, self.graph.nodes[node.inputs[slot]]
        if prod(into.shape) != prod(node.shape):
            return False
        if row.partials and (partial := row.partials[slot]):
            try:
                return constant(partial, 1 + len(node.inputs), node.settings) == 1.0
            except UntraceableError:
                return False
        return row.vjps[slot] in SAME

    def not_kept(self) -> set[int]:
        """The nodes whose contributions are derived when they are read, by honest rules; none in several passes."""
        nodes, several = self.graph.nodes, len(self.graph.outputs) > 1
        into = set() if several or self.how.fault else crowded(nodes, self.awaited)
        senders: dict[int, list[Sender]] = {id: [] for id in into}
        for node in nodes if into else ():
            if node.op and self.awaited[node.id] and node.id not in self.stop:
                for slot, i in enumerate(node.inputs):
                    if i in into and self.sends(node, slot):
                        senders[i].append((node, slot))
        return {id for id in into if derives(nodes[id], senders[id])}

    def local(self, node: Node, slot: int) -> ArrayRef | float | None:
        """A number where the partial is constant, the operand's place where it is one, else a place of its own."""
        if not node.row.partials:
            return None
        operands = (node.id, *node.inputs)
        shapes = tuple(self.graph.nodes[i].shape for i in operands)
        try:
            tape = trace(node.row.partials[slot], shapes, node.settings)
        except UntraceableError:
            return self.walk.place(node.shape)
        result = tape.results[0]
        if not isinstance(result, Ref):
            return float(result)
        if result < tape.inputs:
            return self.walk.now[operands[result]]
        return self.walk.place(tape.lines[result - tape.inputs].shape)
