"""How a change spreads: the backward pass's edges, and the local derivatives along them, for arrays and entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.directions import ancestors
from engine.events import Forward
from engine.graph import Node
from engine.tape import Array
from engine.trace import Trace

MOST_LINKS = 20_000  # between single entries; a larger graph is walked array by array
MOST_NUMBERS = 3_000_000  # computed to find them

Entry = tuple[int, int]  # a node and the flat index of one of its entries


class Link(NamedTuple):
    """The way from an entry into input `slot` of a node, to entry `to` of its result; `factor` is the slope."""

    to: Entry
    slot: int
    factor: float


class Spread:
    """Pushes changes forward over the edges that the backward pass uses."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.graph = trace, trace.graph
        self.users: dict[int, list[tuple[int, int]]] = {}  # by node: (who uses it, at which slot)
        self.saved: dict[int, list[Array]] = {}
        for e in trace.schedule.events:
            if isinstance(e, Forward):
                self.saved[e.node] = [trace.view(ref) for ref in e.saved.values()]
        leading = ancestors(self.graph, self.graph.loss.id)
        for node in (n for n in self.graph.nodes if n.op and n.wanted and n.id in leading):
            for slot, into in enumerate(node.inputs):
                if self.passes(node, slot):
                    self.users.setdefault(into, []).append((node.id, slot))

    def passes(self, node: Node, slot: int) -> bool:
        """A gradient goes over this edge."""
        into, cut = self.graph.nodes[node.inputs[slot]], self.trace.schedule.backward.cut
        return into.wanted and node.row.vjps[slot] is not None and (node.id, slot) not in cut

    def value(self, id: int) -> Array:
        return self.trace.view(self.trace.schedule.values[id])

    def push(self, node: Node, slot: int, change: Array) -> Array:
        """How the result of `node` moves where input `slot` alone moves by `change`."""
        y, *xs = (self.value(i) for i in (node.id, *node.inputs))
        return self._jvp(node, slot, change, [y, *self.saved[node.id], *xs])

    def _jvp(self, node: Node, slot: int, change: Array, operands: Sequence[Any]) -> Array:
        changes = [change if k == slot else None for k in range(len(node.inputs))]
        with np.errstate(all="ignore"):
            return np.asarray(node.row.jvp(changes, *operands, **dict(node.options)))

    def order(self, start: int) -> list[int]:
        """The nodes that `start` reaches, itself first; each comes after those that lead to it."""
        found = {start}
        for node in self.graph.nodes[start:]:
            if node.id in found:
                found.update(user for user, _ in self.users.get(node.id, ()))
        return sorted(found)

    def links(self, start: Entry) -> dict[Entry, list[Link]] | None:
        """From every entry that `start` reaches, the ways on, in topological order; None where they are too many."""
        reached: dict[int, set[int]] = {start[0]: {start[1]}}
        found: dict[Entry, list[Link]] = {}
        count = numbers = 0
        for id in self.order(start[0]):
            flats = sorted(reached.get(id, ()))
            found |= {(id, flat): [] for flat in flats}
            for user, slot in self.users.get(id, ()):
                node = self.graph.nodes[user]
                numbers += len(flats) * max(self.value(id).size, self.value(user).size)
                if numbers > MOST_NUMBERS and not self._aligned(node, slot):
                    return None
                for flat, link in self.ways(node, slot, flats):
                    found[id, flat].append(link)
                    reached.setdefault(user, set()).add(link.to[1])
                    count += 1
                    if count > MOST_LINKS:
                        return None
        return found

    def _aligned(self, node: Node, slot: int) -> bool:
        return node.row.family == "elementwise" and self.graph.nodes[node.inputs[slot]].shape == node.shape

    def ways(self, node: Node, slot: int, flats: Sequence[int]) -> Iterator[tuple[int, Link]]:
        """From entries of input `slot` the ways to entries of the node's result."""
        if self._aligned(node, slot):
            slopes = self.push(node, slot, np.ones(node.shape)).reshape(-1)
            yield from ((flat, Link((node.id, flat), slot, float(slopes[flat]))) for flat in flats)
            return
        for flat in flats:
            single = np.zeros(self.graph.nodes[node.inputs[slot]].shape)
            single.reshape(-1)[flat] = 1.0
            slopes = self.push(node, slot, single).reshape(-1)
            for to in np.flatnonzero(self._connected(node, slot, single, slopes)):
                yield flat, Link((node.id, int(to)), slot, float(slopes[to]))

    def _connected(self, node: Node, slot: int, single: Array, slopes: Array) -> Array:
        """Where the result depends on the entry. A product by 0 is a way too, with factor 0."""
        if node.row.family == "elementwise":
            return np.asarray(np.broadcast_to(single, node.shape).reshape(-1) != 0)
        if node.row.family == "contraction":
            ones = [np.ones(self.graph.nodes[i].shape) for i in (node.id, *node.inputs)]
            return np.asarray(self._jvp(node, slot, single, ones).reshape(-1) != 0)
        return np.asarray(slopes != 0)
