"""Differences: the loss again with one entry moved, for each entry of each leaf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import numpy as np

from engine.bind import rule_calls
from engine.directions import entries, entry_of, gradients, leaves
from engine.events import AnyEvent, Forward, Probe, Quotient
from engine.graph import Node
from engine.op import Index
from engine.recording import ArrayRef, Recording
from engine.scope import Scope
from engine.tape import Array, Call
from engine.walk import Walk, layer_of


def difference(walk: Walk) -> Iterator[AnyEvent]:
    """Probes and quotients, leaf by leaf and entry by entry."""
    places = gradients(walk, walk.graph.loss.id)
    for leaf in leaves(walk.graph):
        every = entries(walk, leaf)
        for entry in every:
            yield from _entry(walk, leaf, entry, places[leaf.id], entry == every[-1])
        walk.total[leaf.id] = places[leaf.id]


def _entry(walk: Walk, leaf: Node, entry: Index, whole: ArrayRef, last: bool) -> Iterator[AnyEvent]:
    """One entry from both sides, or from above and from where it stands."""
    epsilon, both = walk.how.step, walk.how.sides == "central"
    losses = [walk.now[walk.graph.loss.id]]
    for shift in (-epsilon, epsilon) if both else (epsilon,):
        losses.append(walk.place(()))
        head = walk.head("backward", (leaf.id, entry, shift), layer_of(leaf))
        yield Probe(**head, node=leaf.id, entry=entry, shift=shift, value=losses[-1])
    below, above = losses[-2:]
    total = whole if last else None
    yield Quotient(
        **walk.head("backward", (leaf.id, entry, "quotient"), layer_of(leaf)),
        into=leaf.id, entry=entry, above=above, below=below, step=2 * epsilon if both else epsilon,
        difference=walk.place(()), value=entry_of(whole, entry), total=total,
    )  # fmt: skip


class Differences:
    """The calls of differences. Probes run in a recording of their own, laid out as the forward pass is."""

    def __init__(self, scope: Scope, events: Sequence[AnyEvent]) -> None:
        self.scope, self.events = scope, events
        self.probed: Recording | None = None
        self.passed: list[Call] = []

    def probe(self, event: Probe) -> list[Call]:
        calls: list[Call] = []
        if self.probed is None:
            self.probed = self._beside()
            calls = [(np.copyto, pair) for pair in self._leaves(self.probed)]
        loss, moved = self.scope.graph.loss.id, entry_of(self.scope.place[event.node], event.entry)
        numbers = (self.probed.view(moved), self.scope.view(moved), event.shift)
        losses = (self.probed.view(self.scope.place[loss]), self.scope.view(event.value))
        return [*calls, (probe, (*numbers, self.passed, *losses))]

    def _beside(self) -> Recording:
        """A second forward pass, at the same places of another recording."""
        passed = [e for e in takewhile(lambda e: not isinstance(e, Probe), self.events) if isinstance(e, Forward)]
        places = [*self.scope.place.values(), *(ref for e in passed for ref in e.saved.values())]
        other = Recording(max(ref.offset + ref.size for ref in places), self.scope.recording.buffer.dtype)
        for event in passed:
            node = self.scope.graph.nodes[event.node]
            ins = [other.view(self.scope.place[i]) for i in node.inputs]
            outs = [other.view(event.value), *map(other.view, event.saved.values())]
            self.passed += rule_calls(node.row.forward, ins, outs, self.scope.scratch, node.settings)
        return other

    def _leaves(self, other: Recording) -> list[tuple[Array, Array]]:
        refs = (self.scope.place[leaf.id] for leaf in self.scope.graph.leaves)
        return [(other.view(ref), self.scope.view(ref)) for ref in refs]

    def quotient(self, event: Quotient) -> list[Call]:
        if event.total is not None:
            self.scope.gradient[event.into] = event.total
        refs = (event.above, event.below, event.difference, event.value)
        above, below, difference, value = map(self.scope.view, refs)
        return [(np.subtract, (above, below, difference)), (np.divide, (difference, event.step, value))]


def probe(moved: Array, here: Array, shift: float, passed: Sequence[Call], loss: Array, value: Array) -> None:
    """A forward pass with one number moved, which then stands where it stood."""
    moved[...] = here + shift
    for function, arguments in passed:
        function(*arguments)
    value[...] = loss
    moved[...] = here
