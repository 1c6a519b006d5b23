"""What the calls of an event are bound to: where every number lies when the event comes."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.graph import Graph, Node
from engine.recording import ArrayRef, Recording
from engine.tape import Array, Scratch


@dataclass(slots=True)
class Scope:
    """The places of every node's newest value, of what its op saved, and of its gradient so far."""

    graph: Graph
    recording: Recording
    scratch: Scratch
    place: dict[int, ArrayRef] = field(default_factory=dict)
    saved: dict[int, list[Array]] = field(default_factory=dict)
    gradient: dict[int, ArrayRef] = field(default_factory=dict)

    def view(self, ref: ArrayRef) -> Array:
        return self.recording.view(ref)

    def operands(self, node: Node) -> list[Array]:
        """The inputs' values, in slot order."""
        return [self.view(self.place[i]) for i in node.inputs]

    def known(self, node: Node) -> list[Array]:
        """What derivative rules read: y, what was saved, and the inputs."""
        return [self.view(self.place[node.id]), *self.saved[node.id], *self.operands(node)]
