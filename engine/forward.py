"""Forward mode: one pass for each entry of each leaf says how fast everything moves when that entry does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from engine.directions import entries, entry_of, gradients, leaves, moving
from engine.events import AnyEvent, Slope, Tangent
from engine.graph import Node
from engine.op import Index
from engine.recording import ArrayRef
from engine.scope import Scope
from engine.tape import Array, Call
from engine.walk import Walk, layer_of


def forward(walk: Walk) -> Iterator[AnyEvent]:
    """The passes, leaf by leaf and entry by entry."""
    outputs = {output: gradients(walk, output) for output in walk.graph.outputs}
    direction = 0
    for leaf in leaves(walk.graph):
        every = entries(walk, leaf)
        for entry in every:
            yield from _pass(walk, outputs, leaf, entry, direction, entry == every[-1])
            direction += 1
        walk.total[leaf.id] = next(whole[leaf.id] for whole in outputs.values() if leaf.id in whole)


def _pass(
    walk: Walk,
    outputs: Mapping[int, Mapping[int, ArrayRef]],
    leaf: Node,
    entry: Index,
    direction: int,
    last: bool,
) -> Iterator[AnyEvent]:
    """The tangents of one direction. That of an output is an entry of its gradient, and lies there."""
    ends = {o: entry_of(whole[leaf.id], entry) for o, whole in outputs.items() if leaf.id in whole}
    for node in (leaf, *moving(walk.graph, leaf)):
        value = ends[node.id] if node.id in ends else walk.place(node.shape)
        head = walk.head("backward", (direction, node.id), (direction, layer_of(node)))
        yield Tangent(**head, node=node.id, direction=direction, leaf=leaf.id, entry=entry, value=value)
    for o, value in ends.items():
        head = walk.head("backward", (direction, "slope", o), (direction, layer_of(walk.graph.nodes[o])))
        total = outputs[o][leaf.id] if last else None
        yield Slope(**head, node=o, into=leaf.id, direction=direction, entry=entry, value=value, total=total)


class Tangents:
    """The calls of forward mode."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.moving: dict[int, Array] = {}  # the tangents of the pass that is under way

    def tangent(self, event: Tangent) -> list[Call]:
        value = self.scope.view(event.value)
        if event.node == event.leaf:
            self.moving = {event.leaf: value}
            return [(one_hot, (value, event.entry))]
        node = self.scope.graph.nodes[event.node]
        changes = [self.moving.get(i) for i in node.inputs]
        self.moving[event.node] = value
        return [(jvp, (node, changes, self.scope.known(node), value))]

    def slope(self, event: Slope) -> list[Call]:
        """The number is there already: it is the output's tangent."""
        if event.total is not None:
            self.scope.gradient[event.into] = event.total
        return []


def one_hot(out: Array, entry: Index) -> None:
    out.fill(0.0)
    out[entry] = 1.0


def jvp(node: Node, changes: Sequence[Array | None], known: Sequence[Array], out: Array) -> None:
    """How fast a node moves when its inputs do; an input that stands still has None."""
    np.copyto(out, moved(node, changes, known))


def moved(node: Node, changes: Sequence[Any], known: Sequence[Any]) -> Any:
    return node.row.jvp(changes, *known, **dict(node.options))
