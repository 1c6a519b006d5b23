"""Builds graphs: operators on `Ref`s add nodes, so a model reads like NumPy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from engine.feeds import Feed
from engine.graph import Carry, Graph, Group, Node, Role, Running
from engine.notation import PLAIN, Text, exact, number, write
from engine.op import ShapeError
from engine.ops import OPS, PRODUCTS
from engine.tape import Array, Shape, UntraceableError, trace

LARGEST = 8_388_608  # numbers in one node's value: more would not fit into a session with its gradient
LONGEST_TEXT = 12  # an unnamed node is labelled with its expression up to this length, else by its number


@dataclass(frozen=True, slots=True)
class Ref:
    """A node under construction. Operators and methods add further nodes."""

    builder: Builder
    id: int

    @property
    def shape(self) -> Shape:
        return self.builder.nodes[self.id].shape

    def __add__(self, other: Ref | float) -> Ref:
        return self.builder.op("add", self, other)

    def __radd__(self, other: float) -> Ref:
        return self.builder.op("add", other, self)

    def __sub__(self, other: Ref | float) -> Ref:
        return self.builder.op("sub", self, other)

    def __rsub__(self, other: float) -> Ref:
        return self.builder.op("sub", other, self)

    def __mul__(self, other: Ref | float) -> Ref:
        return self.builder.op("mul", self, other)

    def __rmul__(self, other: float) -> Ref:
        return self.builder.op("mul", other, self)

    def __truediv__(self, other: Ref | float) -> Ref:
        return self.builder.op("div", self, other)

    def __rtruediv__(self, other: float) -> Ref:
        return self.builder.op("div", other, self)

    def __matmul__(self, other: Ref) -> Ref:
        return self.builder.product(self, other)

    def __neg__(self) -> Ref:
        return self.builder.op("neg", self)

    def __pow__(self, exponent: Ref | float) -> Ref:
        return self.builder.power(self, exponent)

    def named(self, label: str) -> Ref:
        """The same node, with a label."""
        return self.builder.name(self, label)


class Builder:
    """Collects nodes and the leaves' first values; `build` freezes them into a `Graph`."""

    def __init__(self) -> None:
        self.reserved: frozenset[str] = frozenset()  # names the model will give; no unnamed node takes one
        self.nodes: list[Node] = []
        self.values: dict[int, Array] = {}
        self.groups: list[Group] = []
        self.feeds: list[Feed] = []  # what each iteration is given anew
        self.carries: list[Carry] = []
        self.running: list[Running] = []
        self._outside: set[int] = set()
        self._path: tuple[str, ...] = ()
        self._labels: dict[str, int] = {}

    def leaf(self, label: str, value: Any, role: Role, *, outside: bool = False) -> Ref:
        """A node whose value is given; `outside`: drawn outside of all groups.

        Raises `ValueError` for a label that is taken, `ShapeError` for an array without numbers.
        """
        array = np.array(value, dtype=np.float64)
        if not array.size:
            raise ShapeError(f"{label}: an array of shape {array.shape} has no numbers")
        ref = self._add(op=None, inputs=(), shape=array.shape, role=role, label=label, options={})
        self.values[ref.id] = array
        if outside:
            self._outside.add(ref.id)
        return ref

    def constant(self, value: float) -> Ref:
        ref = self.leaf("", value, "constant")
        self._rename(ref.id, exact(value), unique=False)
        return ref

    def op(self, name: str, *operands: Ref | float, **options: Any) -> Ref:
        """A node for op `name`. Raises `ShapeError` where operands do not fit or the result is above `LARGEST`."""
        row = OPS[name]
        refs = [x if isinstance(x, Ref) else self.constant(x) for x in operands]
        chosen = dict(row.options) | options
        shape = row.shape(*(r.shape for r in refs), **chosen)
        if prod(shape) > LARGEST:
            raise ShapeError(f"{name}: a result of shape {shape} has {prod(shape)} numbers; at most {LARGEST} fit")
        inputs = tuple(r.id for r in refs)
        ref = self._add(op=name, inputs=inputs, shape=shape, role="intermediate", label="", options=chosen)
        self._rename(ref.id, self._expression(self.nodes[ref.id]), unique=False)
        return ref

    def withdraw(self, ref: Ref) -> None:
        """Take the newest node back, unless it is not the newest."""
        if ref.id == len(self.nodes) - 1:
            self._labels.pop(self.nodes.pop().label, None)

    def product(self, a: Ref | float, b: Ref | float) -> Ref:
        """a @ b: the row for operands of so many axes. Raises `ShapeError` where there is none."""
        ranks = tuple(len(x.shape) if isinstance(x, Ref) else 0 for x in (a, b))
        if ranks not in PRODUCTS:
            raise ShapeError(f"@: there is no product of operands with {ranks[0]} and {ranks[1]} axes")
        return self.op(PRODUCTS[ranks], a, b)

    def power(self, base: Ref, exponent: Ref | float) -> Ref:
        """x**2 is the op `square`; any other power is `pow`."""
        return self.op("square", base) if exponent == 2 else self.op("pow", base, exponent)

    def name(self, ref: Ref, label: str) -> Ref:
        self._rename(ref.id, label, unique=True)
        return ref

    @contextmanager
    def group(self, name: str, title: str = "") -> Iterator[None]:
        """Nodes added inside belong to the group."""
        before = self._path
        self._path = (*before, name)
        if all(g.path != self._path for g in self.groups):
            self.groups.append(Group(path=self._path, title=title or name))
        try:
            yield
        finally:
            self._path = before

    def build(self, output: Ref, *, wanted_roles: frozenset[Role] = frozenset({"parameter", "input"})) -> Graph:
        """The finished graph; leaves with a role in `wanted_roles`, and what lies between them and `output`, get
        gradients. Raises `ShapeError` where the output is not a single number.
        """
        if output.shape != ():
            raise ShapeError(
                f"the result has shape {output.shape}; backward begins at a single number: use sum(…) or mean(…)"
            )
        wanted = self._wanted(output.id, wanted_roles)
        homes = self._homes()
        nodes = (
            replace(n, wanted=n.id in wanted, group=homes[n.id], role="loss" if n.id == output.id else n.role)
            for n in self.nodes
        )
        return Graph(
            nodes=tuple(nodes), groups=tuple(self.groups), outputs=(output.id,), carries=tuple(self.carries),
            running=tuple(self.running),
        )  # fmt: skip

    def _wanted(self, output: int, roles: frozenset[Role]) -> set[int]:
        """Nodes on a path from a wanted leaf to the output."""
        reached: set[int] = set()
        for n in self.nodes:
            if n.role in roles or any(i in reached for i in n.sources):
                reached.add(n.id)
        leading = {output}
        for n in reversed(self.nodes):
            if n.id in leading:
                leading.update(n.sources)
        return reached & leading

    def _homes(self) -> list[tuple[str, ...]]:
        """Each node's group. A leaf moves in with its consumers; a target, and what was put outside, stays out."""
        consumers: dict[int, list[tuple[str, ...]]] = {}
        for n in self.nodes:
            for i in n.inputs:
                consumers.setdefault(i, []).append(n.group)
        homes = [n.group for n in self.nodes]
        for n in self.nodes:
            if n.op is None and n.id in consumers:
                outside = n.id in self._outside or n.role == "target"
                homes[n.id] = () if outside else _common(consumers[n.id])
        return homes

    def _add(self, **fields: Any) -> Ref:
        label = fields.pop("label")
        node = Node(id=len(self.nodes), group=self._path, label="", **fields)
        self.nodes.append(node)
        if label:
            self._rename(node.id, label, unique=True)
        return Ref(self, node.id)

    def _rename(self, id: int, label: str, *, unique: bool) -> None:
        if self._labels.get(label, id) != id:
            if unique:
                raise ValueError(f"two nodes are called {label!r}")
            label = self._numbered(id) if self.nodes[id].op else label
        old = self.nodes[id].label
        if self._labels.get(old) == id:
            del self._labels[old]
        self._labels.setdefault(label, id)
        self.nodes[id] = replace(self.nodes[id], label=label)

    def _expression(self, node: Node) -> str:
        """A short text such as w·x for a node nobody named."""
        if f"v{node.id}" in self.reserved:
            return self._numbered(node.id)
        row = node.row
        texts = [number(label) if (label := self.nodes[i].label)[0] == "-" else Text(label) for i in node.inputs]
        if row.family != "elementwise" or not all(self.nodes[i].op is None or self.nodes[i].named for i in node.inputs):
            return self._numbered(node.id)
        try:
            tape = trace(row.forward, ((),) * len(texts), node.settings)
        except UntraceableError:
            return self._numbered(node.id)
        text = _raised(write(tape, texts, PLAIN).text)
        return text if len(text) <= LONGEST_TEXT else self._numbered(node.id)

    def _numbered(self, id: int) -> str:
        """v and the node's number, told apart from names of the model's own."""
        label = f"v{id}"
        while label in self.reserved:
            label += "_"
        return label


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _raised(text: str) -> str:
    """x^3 as x³; x^2.5 stays."""
    return re.sub(r"\^(\d+)(?![\d.e])", lambda match: match[1].translate(SUPERSCRIPTS), text)


def _common(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    shared: list[str] = []
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return tuple(shared)
