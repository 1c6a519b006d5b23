"""The terms of an entry of a matrix product or its like, and of the gradient that goes back through one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """An array that is multiplied, and what it is called."""

    label: str
    array: Array


def products(trace: Trace, node: int, index: Index, most: int = SHOWN) -> Products | None:
    """The terms of one entry of a sum of products, the largest first; None for any other operation."""
    made = trace.graph.nodes[node]
    pairs = _pairs(trace, made, None, index)
    if pairs is None:
        return None
    left, right = (Factor(n.label, _value(trace, n)) for n in (trace.graph.nodes[i] for i in made.inputs))
    return _largest(left, right, pairs, most)


def sent_products(trace: Trace, event: Contribution, index: Index, most: int = SHOWN) -> Products | None:
    """The same of what a sum of products sends back to one entry of an operand: the gradient times the other one."""
    made = trace.graph.nodes[event.node]
    pairs = _pairs(trace, made, event.slot, index)
    if pairs is None:
        return None
    other = trace.graph.nodes[made.inputs[1 - event.slot]]
    upstream, operand = (
        Factor(f"gradient of {made.label}", trace.view(event.upstream)),
        Factor(other.label, _value(trace, other)),
    )
    left, right = (upstream, operand) if event.slot == 0 else (operand, upstream)
    return _largest(left, right, pairs, most)


def _pairs(trace: Trace, made: Node, slot: int | None, index: Index) -> list[tuple[Index, Index]] | None:
    """The two entries multiplied in each term of an entry of the result, or of what goes back to operand `slot`.

    None for what is no sum of products of two operands.
    """
    if made.op is None or made.row.subscripts.count(",") != 1:
        return None
    shapes = [trace.graph.nodes[i].shape for i in made.inputs]
    if made.row.met:
        shape, pair = made.row.met[0 if slot is None else 1 + slot](shapes, dict(made.options), index)
        return [pair(*place) for place in np.ndindex(*shape)]
    operands, out = made.row.subscripts.split("->")
    axes = [*operands.split(","), out]
    sizes = dict(zip("".join(axes), (*shapes[0], *shapes[1], *made.shape), strict=True))
    if slot is not None:  # upstream takes the place of the operand it goes back to
        axes[slot], axes[2] = axes[2], axes[slot]
    return _alike(axes, sizes, index)


def _alike(axes: Sequence[str], sizes: Mapping[str, int], index: Index) -> list[tuple[Index, Index]]:
    """One term for each place on the axes that the result, the last of `axes`, has not."""
    left, right, out = axes
    summed = [axis for axis in sizes if axis not in out]
    fixed = dict(zip(out, index, strict=True))
    places = [fixed | dict(zip(summed, at, strict=True)) for at in np.ndindex(*(sizes[axis] for axis in summed))]
    return [(tuple(int(place[a]) for a in left), tuple(int(place[a]) for a in right)) for place in places]


def _value(trace: Trace, node: Node) -> Array:
    return trace.view(trace.schedule.values[node.id])


def _largest(left: Factor, right: Factor, pairs: Sequence[tuple[Index, Index]], most: int) -> Products | None:
    """The terms, the largest first. None where there is a single one."""
    if len(pairs) < 2:
        return None
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
