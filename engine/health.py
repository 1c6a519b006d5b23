"""How the layers of a model are at one training step: gradients, zeros, saturation, dead units, updates, symmetry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from engine.events import Assign
from engine.frozen import frozen
from engine.graph import Graph, Node
from engine.recording import ArrayRef
from engine.tape import Array
from engine.trace import Trace
from engine.words import Words

FLAT = 0.05  # a sigmoid or tanh is saturated where its slope is below this share of the steepest one
# That is a sigmoid beyond 0.0127 and 0.9873, a tanh beyond ±0.9747.
SQUASHERS = {"sigmoid": lambda y: 4 * y * (1 - y), "tanh": lambda y: 1 - y * y}  # slope as a share of the steepest


@frozen
class Layer:
    """One outermost group.

    `node`: what the layer hands on. `gradient`: norm of the loss's gradient there; `zeros`: the share of its entries
    that are exactly 0. `parameters`: norm of its parameters' gradients; `weighted`: one of them has two axes or more,
    as a weight has. `saturated`: the share of sigmoid and tanh outputs near their ends. `dead`: ReLU units that are 0
    for every sample, of `units`. `update`: norm of the update over norm of the weights, the largest in the layer.
    `symmetric`: all its units compute the same and get the same gradient. `hidden`: a later layer has parameters.
    None where there is nothing of the kind.
    """

    name: str
    node: int | None
    gradient: float | None
    parameters: float | None
    weighted: bool
    zeros: float | None
    saturated: float | None
    dead: tuple[str, ...]
    units: int
    samples: int
    update: float | None
    symmetric: bool
    hidden: bool


class Health:
    """Reads the layers off a trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.graph = trace, trace.graph
        self.gradients = Words(trace.graph, trace.schedule).gradient
        self.updated = {
            e.param: e.value for e in trace.schedule.events if isinstance(e, Assign) and e.target == "parameter"
        }
        uses = [n.id for n in self.graph.nodes if any(self.graph.nodes[i].role == "parameter" for i in n.inputs)]
        self.last_use = max(uses, default=-1)

    def layers(self) -> tuple[Layer, ...]:
        """Layers in forward order; an operation outside all groups is a layer of its own."""
        with np.errstate(all="ignore"):
            return tuple(self._layer(name, nodes) for name, nodes in grouped(self.graph).items())

    def _layer(self, name: str, nodes: Sequence[Node]) -> Layer:
        ops = [n for n in nodes if n.op]
        parameters = used(self.graph, nodes)
        sent = [g for n in ops[-1:] if (g := self.gradient(n)) is not None]
        relus = [n for n in ops if n.op == "relu"]
        return Layer(
            name=name,
            node=ops[-1].id if ops else None,
            gradient=_norm(sent),
            parameters=_norm([g for p in parameters if (g := self.gradient(p)) is not None]),
            weighted=any(len(p.shape) > 1 for p in parameters),
            zeros=float(np.mean(sent[0] == 0)) if sent else None,
            saturated=self._saturated(ops),
            dead=tuple(f"{name} unit {k}" for n in relus for k in self._dead(n)),
            units=sum(unit_axes(n)[0] for n in relus),
            samples=min((unit_axes(n)[1] for n in relus), default=0),
            update=max(self._updates(parameters), default=None),
            symmetric=any(self._symmetric(p) for p in parameters),
            hidden=bool(ops) and ops[-1].id < self.last_use,
        )

    def value(self, node: Node) -> Array:
        return self.trace.view(self.trace.schedule.values[node.id])

    def gradient(self, node: Node) -> Array | None:
        ref: ArrayRef | None = self.gradients.get(node.id)
        return None if ref is None else self.trace.view(ref)

    def _saturated(self, ops: Sequence[Node]) -> float | None:
        slopes = [SQUASHERS[n.op](self.value(n)) for n in ops if n.op in SQUASHERS]
        return float(np.mean(np.concatenate([np.ravel(s) for s in slopes]) < FLAT)) if slopes else None

    def _dead(self, relu: Node) -> list[int]:
        units, samples = unit_axes(relu)
        y = self.value(relu)
        rows = np.moveaxis(y, 1, -1) if y.ndim == 4 else y
        return [int(k) for k in np.flatnonzero((rows.reshape(samples, units) == 0).all(axis=0))]

    def _updates(self, parameters: Sequence[Node]) -> Iterator[float]:
        for p in parameters:
            if p.id in self.updated and len(p.shape) > 1 and (size := _length(self.value(p))):
                yield _length(self.trace.view(self.updated[p.id]) - self.value(p)) / size

    def _symmetric(self, p: Node) -> bool:
        """All columns of a weight (in, units) are equal, and so are those of its gradient."""
        g = self.gradient(p)
        if g is None or len(p.shape) != 2 or p.shape[1] < 2:
            return False
        return all(bool((x == x[:, :1]).all()) for x in (self.value(p), g))


def grouped(graph: Graph) -> dict[str, list[Node]]:
    """Nodes by outermost group, in forward order; an operation outside all groups is alone."""
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.group or node.op:
            groups.setdefault(node.group[0] if node.group else node.label, []).append(node)
    return groups


def used(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """The parameters among these nodes and among what they are computed from."""
    ids = {n.id for n in nodes} | {i for n in nodes if n.op for i in n.inputs}
    return [n for n in graph.parameters if n.id in ids]


def unit_axes(node: Node) -> tuple[int, int]:
    """Units and samples of an activation: units lie along the last axis, in pictures (4 axes) along axis 1."""
    shape = node.shape
    units = shape[1] if len(shape) == 4 else shape[-1] if shape else 1
    return units, prod(shape) // units


def _length(x: Array) -> float:
    return float(np.linalg.norm(x.reshape(-1)))


def _norm(arrays: Sequence[Array]) -> float | None:
    return float(np.sqrt(sum(_length(a) ** 2 for a in arrays))) if arrays else None
