"""Entry by entry: the directions in which ways that take one pass for each entry of a leaf move."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from engine.graph import Graph, Node
from engine.op import Index
from engine.recording import ArrayRef
from engine.walk import Walk


def leaves(graph: Graph) -> list[Node]:
    """The leaves that get a gradient, parameters first: their gradients lie side by side, for the update."""
    return sorted((n for n in graph.leaves if n.wanted), key=lambda n: n.role != "parameter")


def entries(leaf: Node) -> Iterator[Index]:
    return np.ndindex(leaf.shape)


def moving(graph: Graph, leaf: Node) -> list[Node]:
    """The nodes between a leaf and an output, in order."""
    found = {leaf.id}
    for node in graph.nodes:
        if node.op and node.wanted and not found.isdisjoint(node.sources):
            found.add(node.id)
    return [graph.nodes[i] for i in sorted(found - {leaf.id})]


def tangents(graph: Graph) -> int:
    """How many tangents forward mode takes: entries of leaves times the nodes each of them moves."""
    return sum(prod(leaf.shape) * (1 + len(moving(graph, leaf))) for leaf in leaves(graph))


def passes(graph: Graph) -> int:
    """Entries of leaves: how many passes there are with one for each."""
    return sum(prod(leaf.shape) for leaf in leaves(graph))


def entry_of(whole: ArrayRef, entry: Index) -> ArrayRef:
    """The place of one entry of an array."""
    return ArrayRef(whole.offset + (int(np.ravel_multi_index(entry, whole.shape)) if entry else 0), ())


def last_of(leaf: Node) -> Index:
    return tuple(n - 1 for n in leaf.shape)


def gradients(walk: Walk, output: int) -> dict[int, ArrayRef]:
    """Places for the gradients of `output`: one for each leaf that it depends on."""
    reaching = ancestors(walk.graph, output)
    return {leaf.id: walk.place(leaf.shape) for leaf in leaves(walk.graph) if leaf.id in reaching}


def ancestors(graph: Graph, node: int) -> set[int]:
    """The node and what it depends on."""
    found = {node}
    for n in reversed(graph.nodes[: node + 1]):
        if n.op and n.id in found:
            found.update(n.sources)
    return found
