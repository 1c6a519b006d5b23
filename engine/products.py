"""The terms of an entry of a matrix product or its like, and of the gradient that goes back through one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.events import Contribution
from engine.frozen import frozen
from engine.graph import Node
from engine.op import Index
from engine.tape import Array
from engine.trace import Trace

SHOWN = 12


@frozen
class Product:
    """One term of an entry of a matrix product: the entries that are multiplied, and what they give."""

    left: Index
    right: Index
    factors: tuple[float, float]
    value: float


@frozen
class Products:
    """The `count` terms of an entry of the matrix product `left` · `right`.

    `shown` are the largest in size; `rest_count` others add up to `rest`.
    """

    left: str
    right: str
    count: int
    shown: tuple[Product, ...]
    rest_count: int
    rest: float


@frozen(kw_only=False)
class Factor:
    """An array that is multiplied, with a letter for each axis."""

    label: str
    axes: str
    array: Array

    def at(self, place: Mapping[str, int]) -> Index:
        return tuple(int(place[axis]) for axis in self.axes)


def products(trace: Trace, node: int, index: Index, most: int = SHOWN) -> Products | None:
    """The terms of one entry of a sum of products, the largest first; None for any other operation."""
    axes = _axes(trace.graph.nodes[node])
    if axes is None:
        return None
    left, right = (trace.graph.nodes[i] for i in trace.graph.nodes[node].inputs)
    factors = (Factor(left.label, axes[0], _value(trace, left)), Factor(right.label, axes[1], _value(trace, right)))
    return _largest(factors, axes[2], index, most)


def sent_products(trace: Trace, event: Contribution, index: Index, most: int = SHOWN) -> Products | None:
    """The same of what a sum of products sends back to one entry of an operand: the gradient times the other one."""
    made = trace.graph.nodes[event.node]
    axes = _axes(made)
    if axes is None:
        return None
    other = trace.graph.nodes[made.inputs[1 - event.slot]]
    upstream = Factor(f"gradient of {made.label}", axes[2], trace.view(event.upstream))
    operand = Factor(other.label, axes[1 - event.slot], _value(trace, other))
    return _largest((upstream, operand) if event.slot == 0 else (operand, upstream), axes[event.slot], index, most)


def _axes(node: Node) -> tuple[str, str, str] | None:
    """A letter for each axis of the two operands and of the result; None for what is no sum of their products."""
    subscripts = node.row.subscripts if node.op else ""
    if not subscripts or subscripts.count(",") != 1:
        return None
    operands, out = subscripts.split("->")
    left, right = operands.split(",")
    return left, right, out


def _value(trace: Trace, node: Node) -> Array:
    return trace.view(trace.schedule.values[node.id])


def _largest(factors: tuple[Factor, Factor], axes: str, index: Index, most: int) -> Products | None:
    """The terms of entry `index` of a result with these axes: one for each place on the axes it has not.

    None where that is a single one.
    """
    sizes = {axis: n for factor in factors for axis, n in zip(factor.axes, factor.array.shape, strict=True)}
    summed = [axis for axis in sizes if axis not in axes]
    fixed = dict(zip(axes, index, strict=True))
    places = [fixed | dict(zip(summed, at, strict=True)) for at in np.ndindex(*(sizes[axis] for axis in summed))]
    if len(places) < 2:
        return None
    pairs = [(factors[0].at(place), factors[1].at(place)) for place in places]
    left, right = factors
    with np.errstate(all="ignore"):
        numbers = np.array([(left.array[p], right.array[q]) for p, q in pairs])
        values = numbers[:, 0] * numbers[:, 1]
        order = np.argsort(-np.where(np.isnan(values), np.inf, np.abs(values)), kind="stable")
        rest = float(np.sum(values[order[most:]]))
    shown = tuple(
        Product(left=pairs[j][0], right=pairs[j][1], factors=(float(numbers[j, 0]), float(numbers[j, 1])),
                value=float(values[j]))
        for j in order[:most].tolist()
    )  # fmt: skip
    return Products(
        left=left.label, right=right.label, count=len(pairs), shown=shown, rest_count=len(pairs) - len(shown), rest=rest
    )
