"""What every part of a schedule is made with: places in the recording, ordinals, and what has arrived where."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from engine.backward import Backward
from engine.events import AnyEvent, Contribution, Phase
from engine.graph import Graph, Node
from engine.optim import OptimizerSpec
from engine.recording import ArrayRef
from engine.tape import Shape, trace

FAR = 2**62


class Walk:
    """One way through a training step: gives out places and heads of events, and knows what lies where.

    `values` are the places of the nodes' values; `now` is where the backward phase finds them: after a recompute, at
    a new place. `total` is what has arrived of each node's gradient.
    """

    def __init__(self, graph: Graph, optimizer: OptimizerSpec | None, how: Backward) -> None:
        self.graph, self.optimizer, self.how = graph, optimizer, how
        self.size = 0  # of the numbers that are kept
        self.beyond = 0  # of those that are derived when they are read
        self.indices = count()
        self.operation, self.layer = -1, -1  # ordinals, which runs of equal keys share: 0, 0, 1, 1, 1, 2, …
        self.keys: tuple[Any, Any] = (None, None)
        self.values: dict[int, ArrayRef] = {n.id: self.place(n.shape) for n in graph.leaves}
        self.now = dict(self.values)
        self.total: dict[int, ArrayRef] = {}
        self.carried: list[tuple[ArrayRef, ArrayRef]] = []  # see `Schedule`
        self.slots: list[tuple[int, str, ArrayRef, float]] = []

    def place(self, shape: Shape) -> ArrayRef:
        ref = ArrayRef(self.size, shape)
        self.size += ref.size if shape else 1
        return ref

    def later(self, shape: Shape) -> ArrayRef:
        """A place beyond all kept numbers: far off until it is known how many those are, then `settled`."""
        ref = ArrayRef(FAR + self.beyond, shape)
        self.beyond += ref.size
        return ref

    def settled(self, event: AnyEvent) -> AnyEvent:
        """The event with the places of derived arrays behind the kept ones."""
        if not isinstance(event, Contribution) or max(event.value.offset, event.total.offset) < FAR:
            return event
        return replace(event, value=self._settled(event.value), total=self._settled(event.total))

    def _settled(self, ref: ArrayRef) -> ArrayRef:
        return ref if ref.offset < FAR else ArrayRef(ref.offset - FAR + self.size, ref.shape)

    def head(self, phase: Phase, operation: Any, layer: Any) -> dict[str, Any]:
        before, self.keys = self.keys, ((phase, operation), (phase, layer))
        self.operation += before[0] != self.keys[0]
        self.layer += before[1] != self.keys[1]
        return {"index": next(self.indices), "phase": phase, "operation": self.operation, "layer": self.layer}

    def saved(self, node: Node) -> dict[str, ArrayRef]:
        """Places for what `forward` returns beside y; their shapes are on its tape."""
        row = node.row
        if not row.saved:
            return {}
        tape = trace(row.forward, tuple(self.graph.nodes[i].shape for i in node.inputs), node.settings)
        return {
            name: self.place(tape.lines[r - tape.inputs].shape)
            for name, r in zip(row.saved, tape.results[1:], strict=True)
        }


def layer_of(node: Node) -> Any:
    """Nodes of one outermost group are one layer; a node outside all groups is its own."""
    return node.group[:1] or node.id
