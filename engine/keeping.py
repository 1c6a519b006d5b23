"""What a recording keeps of what nodes receive, and what it derives when it is read: the rule, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from engine.graph import Node
from engine.taking import part_of

LARGE = 64  # numbers: what a smaller node receives is kept
MANY = 8  # contributions: what a leaf receives in fewer is kept

Sender = tuple[Node, int]  # a node, and the slot over which it sends


def crowded(nodes: Sequence[Node], awaited: Sequence[int]) -> set[int]:
    """The nodes that may be derived: large ones that await several contributions."""
    several = (id for id, count in enumerate(awaited) if count > 1)
    return {id for id in several if prod(nodes[id].shape) >= LARGE}


def derives(into: Node, senders: Sequence[Sender]) -> bool:
    """Whether contributions and running totals are derived: of a shared leaf, and where gradients of parts meet."""
    return (into.op is None and len(senders) >= MANY) or apart(into, senders)


def apart(into: Node, senders: Sequence[Sender]) -> bool:
    """Whether each contribution fills a part of its own and is 0 elsewhere."""
    taken = np.zeros(into.shape, bool)
    for node, _ in senders:
        if node.row.part is None:
            return False
        part = part_of(taken, node.row.part(into.shape, **node.options))
        if part.any():
            return False
        part[...] = True
    return True
