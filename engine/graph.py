"""The structure of a model: nodes in topological order, fixed while it is being stepped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, NamedTuple

from engine.frozen import frozen
from engine.op import Op
from engine.ops import OPS
from engine.tape import Options, Shape

Role = Literal["input", "target", "parameter", "constant", "intermediate", "loss"]


@frozen
class Node:
    """One value of the model: a leaf (`op` is None) or the result of an op on other nodes.

    `inputs` are node ids in slot order; one id may stand there twice. `wanted`: the backward pass brings it a
    gradient.
    """

    id: int
    op: str | None
    inputs: tuple[int, ...]
    shape: Shape
    role: Role
    label: str
    group: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    wanted: bool = False

    @property
    def named(self) -> bool:
        """It has a name of its own (z1, lstm1.h3); else its label is what it computes, or v and its number."""
        return self.label != f"v{self.id}" and self.label.isascii() and self.label.replace(".", "_").isidentifier()

    @property
    def row(self) -> Op:
        """The op table's row of this node. Raises KeyError for a leaf."""
        return OPS[self.op or ""]

    @property
    def sources(self) -> tuple[int, ...]:
        """The inputs that can get a gradient from this node: all but conditions and indices."""
        slopes = self.row.vjps if self.op else ()
        if None not in slopes:
            return self.inputs
        return tuple(i for slot, i in enumerate(self.inputs) if slopes[slot] is not None)

    @property
    def settings(self) -> Options:
        """The options as pairs, the form rules and lines of text take."""
        return tuple(self.options.items()) if self.options else ()


@frozen
class Group:
    """A named set of nodes drawn together; `path` names the groups around it, outermost first."""

    path: tuple[str, ...]
    title: str


@frozen
class LayerShapes:
    """A layer as a whole: the shape it takes, the one it gives, and how many numbers of it are trained."""

    name: str
    input: Shape
    output: Shape
    parameters: int


class Carry(NamedTuple):
    """An edge that brings the state of step `time` - 1 into step `time` of a recurrent layer; steps count from 1."""

    layer: str
    time: int
    node: int
    slot: int


class Running(NamedTuple):
    """Leaf `target` moves towards what `node` saves as `saved` in every training step, by the share `momentum`."""

    node: int
    target: int
    saved: str
    momentum: float


@frozen
class Graph:
    """A model's nodes, in an order in which each comes after its inputs. Backward begins at `outputs[0]`."""

    nodes: tuple[Node, ...]
    groups: tuple[Group, ...]
    outputs: tuple[int, ...]
    carries: tuple[Carry, ...] = ()
    running: tuple[Running, ...] = ()

    @property
    def loss(self) -> Node:
        """The result, where the backward pass begins."""
        return self.nodes[self.outputs[0]]

    @property
    def leaves(self) -> tuple[Node, ...]:
        """The nodes that are given: parameters, inputs, targets, constants."""
        return tuple(n for n in self.nodes if n.op is None)

    @property
    def parameters(self) -> tuple[Node, ...]:
        """The leaves an optimizer trains."""
        return tuple(n for n in self.nodes if n.role == "parameter")

    def find(self, name: str) -> Node:
        """The node with this id or label. Raises KeyError naming it where there is none."""
        if name.isdecimal() and int(name) < len(self.nodes):
            return self.nodes[int(name)]
        for node in self.nodes:
            if node.label == name:
                return node
        raise KeyError(f"no node is called {name!r}; there are {len(self.nodes)} nodes")

    def loss_function(self) -> frozenset[int]:
        """The nodes of the loss function: those that depend on a target."""
        targets = {node.id for node in self.nodes if node.role == "target"}
        found = set(targets)
        for node in self.nodes if targets else ():
            if not found.isdisjoint(node.inputs):
                found.add(node.id)
        return frozenset(found - targets)
