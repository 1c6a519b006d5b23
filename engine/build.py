"""Builds graphs: operators on `Ref`s add nodes, so a model reads like NumPy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from engine.feeds import Feed
from engine.frozen import frozen
from engine.graph import Carry, Graph, Group, LayerShapes, Node, Role, Running
from engine.notation import PLAIN, Text, exact, number, write
from engine.op import Op, ShapeError, SizeError
from engine.ops import OPS, PRODUCTS
from engine.tape import Array, Options, Shape, UntraceableError, trace

LARGEST = 8_388_608  # numbers in one node's value: more would not fit into a session with its gradient
LONGEST_TEXT = 12  # an unnamed node is labelled with its expression up to this length, else by its number


@frozen(kw_only=False)
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
    """Collects nodes and the leaves' first values; `build` freezes them into a `Graph`.

    It takes at most `most` nodes, where that is said: one more raises `SizeError`.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self.reserved: frozenset[str] = frozenset()  # names the model will give; no unnamed node takes one
        self.nodes: list[Node] = []
        self.values: dict[int, Array] = {}
        self.groups: list[Group] = []
        self.layers: list[LayerShapes] = []
        self._grouped: set[tuple[str, ...]] = set()  # their paths
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
        self._refuse_taken(label, len(self.nodes))
        ref = self._given(label, array, role)
        if outside:
            self._outside.add(ref.id)
        return ref

    def constant(self, value: float) -> Ref:
        return self._given(exact(value), np.array(value, dtype=np.float64), "constant")

    def _given(self, label: str, value: Array, role: Role) -> Ref:
        ref = self._add(label, op=None, inputs=(), shape=value.shape, role=role, options={})
        self.values[ref.id] = value
        return ref

    def op(self, name: str, *operands: Ref | float, **options: Any) -> Ref:
        """A node for op `name`. Raises `ShapeError` where operands do not fit or the result is above `LARGEST`."""
        row = OPS[name]
        inputs = tuple([x.id if isinstance(x, Ref) else self.constant(x).id for x in operands])
        chosen = dict(row.options) | options
        shape = row.shape(*[self.nodes[i].shape for i in inputs], **chosen)
        if prod(shape) > LARGEST:
            raise ShapeError(f"{name}: a result of shape {shape} has {prod(shape)} numbers; at most {LARGEST} fit")
        label = self._expression(row, inputs, tuple(chosen.items()))
        return self._add(label, op=name, inputs=inputs, shape=shape, role="intermediate", options=chosen)

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
        self._refuse_taken(label, ref.id)
        old = self.nodes[ref.id].label
        if self._labels.get(old) == ref.id:
            del self._labels[old]
        self._labels[label] = ref.id
        self.nodes[ref.id] = replace(self.nodes[ref.id], label=label)
        return ref

    def _refuse_taken(self, label: str, id: int) -> None:
        if self._labels.get(label, id) != id:
            raise ValueError(f"two nodes are called {label!r}")

    @contextmanager
    def group(self, name: str, title: str = "") -> Iterator[None]:
        """Nodes added inside belong to the group."""
        before = self._path
        self._path = (*before, name)
        if self._path not in self._grouped:
            self._grouped.add(self._path)
            self.groups.append(Group(path=self._path, title=title or name))
        try:
            yield
        finally:
            self._path = before

    def build(self, *outputs: Ref, wanted_roles: frozenset[Role] = frozenset({"parameter", "input"})) -> Graph:
        """The finished graph; leaves with a role in `wanted_roles`, and what lies between them and the outputs, get
        gradients. Raises `ShapeError` where an output is not a single number.
        """
        wrong = next((output.shape for output in outputs if output.shape != ()), None)
        if wrong is not None:
            raise ShapeError(f"the result has shape {wrong}; backward begins at a single number: use sum(…) or mean(…)")
        ends = tuple(output.id for output in outputs)
        wanted = self._wanted(ends, wanted_roles)
        homes = self._homes()
        nodes = (  # `replace` would take twice as long
            Node(
                id=n.id, op=n.op, inputs=n.inputs, shape=n.shape, role="loss" if n.id in ends else n.role,
                label=n.label, group=homes[n.id], options=n.options, wanted=n.id in wanted,
            )
            for n in self.nodes
        )  # fmt: skip
        return Graph(
            nodes=tuple(nodes), groups=tuple(self.groups), outputs=ends, carries=tuple(self.carries),
            running=tuple(self.running),
        )  # fmt: skip

    def _wanted(self, outputs: Sequence[int], roles: frozenset[Role]) -> set[int]:
        """Nodes on a path from a wanted leaf to an output."""
        reached: set[int] = set()
        for n in self.nodes:
            if n.role in roles or not reached.isdisjoint(n.sources):
                reached.add(n.id)
        leading = set(outputs)
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

    def _add(self, label: str, **fields: Any) -> Ref:
        id = len(self.nodes)
        if self.most is not None and id >= self.most:
            raise SizeError(f"more than {self.most} nodes asked for; at most {self.most} fit")
        self._labels.setdefault(label, id)
        self.nodes.append(Node(id=id, group=self._path, label=label, **fields))
        return Ref(self, id)

    def _expression(self, row: Op, inputs: tuple[int, ...], options: Options) -> str:
        """A short text such as w·x for the next node, which nobody named; v and its number where there is none."""
        id = len(self.nodes)
        operands = [self.nodes[i] for i in inputs]
        plain = row.family == "elementwise" and all(n.op is None or n.named for n in operands)
        if not plain or f"v{id}" in self.reserved:
            return self._numbered(id)
        texts = [number(n.label) if n.label[0] == "-" else Text(n.label) for n in operands]
        try:
            tape = trace(row.forward, ((),) * len(texts), options)
        except UntraceableError:
            return self._numbered(id)
        text = _raised(write(tape, texts, PLAIN).text)
        return text if len(text) <= LONGEST_TEXT and text not in self._labels else self._numbered(id)

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
