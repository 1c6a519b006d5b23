"""Entry by entry: the directions in which ways that take one pass for each entry of a leaf move."""

from __future__ import annotations

from itertools import islice

import numpy as np

from engine.graph import Graph, Node
from engine.op import Index
from engine.recording import ArrayRef
from engine.walk import Walk


def leaves(graph: Graph) -> list[Node]:
    """The leaves that get a gradient, parameters first: their gradients lie side by side, for the update."""
    return sorted((n for n in graph.leaves if n.wanted), key=lambda n: n.role != "parameter")


def entries(walk: Walk, leaf: Node) -> list[Index]:
    """The entries a pass is taken for: all of them, or the first where the schedule is a sample to count by."""
    every = np.ndindex(leaf.shape)
    return list(islice(every, 1)) if walk.how.sampled else list(every)


def moving(graph: Graph, leaf: Node) -> list[Node]:
    """The nodes between a leaf and an output, in order."""
    found = {leaf.id}
    for node in graph.nodes:
        if node.op and node.wanted and not found.isdisjoint(node.sources):
            found.add(node.id)
    return [graph.nodes[i] for i in sorted(found - {leaf.id})]


def entry_of(whole: ArrayRef, entry: Index) -> ArrayRef:
    """The place of one entry of an array."""
    return ArrayRef(whole.offset + (int(np.ravel_multi_index(entry, whole.shape)) if entry else 0), ())


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
