"""The family `contraction`: sums of products, written as one einsum string."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from engine.contract import Contract
from engine.frozen import frozen
from engine.notation import Text
from engine.op import Entry, Index, Line, Op, Pick, ShapeError, series, template
from engine.tape import Array, Options, Shape

WHOLE = 10  # products that are all written out: what ten classes wish of a hidden unit


def contraction(
    name: str,
    subscripts: str,
    *,
    symbol: str,
    title: str,
    does: str,
    sends: tuple[str, ...],
    latex: str,
    latex_vjp: tuple[str, ...],
    numpy: str,
    numpy_vjp: tuple[str, ...],
    example: tuple[Any, ...],
    doc: str,
) -> Op:
    """A sum of products such as "ij,jk->ik": rules, shapes, cost, Σ-formula and terms follow from the subscripts.

    `latex` and `latex_vjp` say the same without indices; in the latter {0} is upstream.
    """
    inputs, out = subscripts.split("->")
    terms = inputs.split(",")
    rule = Contract(subscripts)

    def jvp(dxs: Sequence[Any], y: Array, *xs: Array) -> Array:
        moved = [np.einsum(subscripts, *xs[:k], dx, *xs[k + 1 :]) for k, dx in enumerate(dxs) if dx is not None]
        return np.asarray(sum(moved) + np.zeros(np.shape(y)))

    return Op(
        name=name,
        family="contraction",
        symbol=symbol,
        title=title,
        inputs=tuple("ABCD"[: len(terms)]),
        does=does,
        sends=sends,
        forward=rule,
        vjps=tuple(map(rule.adjoint, range(len(terms)))),
        jvp=jvp,
        shape=lambda *shapes: tuple(map(axis_sizes(name, terms, shapes).__getitem__, out)),
        flops=lambda *shapes: len(terms) * prod(axis_sizes(name, terms, shapes).values()),
        latex=template(latex),
        local=tuple(map(template, latex_vjp)),
        sigma=lambda names, options=(): sigma(terms, out, [n.text for n in names]),
        sigma_vjp=tuple(adjoint_line(terms, out, k) for k in range(len(terms))),
        numpy=lambda names, options=(): numpy.format(*(n.text for n in names)),
        numpy_vjp=tuple(template(t) for t in numpy_vjp),
        subscripts=subscripts,
        entry=lambda pick, index: products(pick, terms, out, index),
        entry_vjp=tuple(adjoint_entry(terms, out, k) for k in range(len(terms))),
        example=example,
        doc=doc,
    )


def axis_sizes(name: str, terms: Sequence[str], shapes: Sequence[Shape]) -> dict[str, int]:
    """The size of every axis letter. Raises `ShapeError` naming the axis that disagrees and both sizes."""
    found: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if len(term) != len(shape):
            raise ShapeError(f"{name}: expected {len(term)} axes ({term}), got shape {shape}")
        for axis, n in zip(term, shape, strict=True):
            if found.setdefault(axis, n) != n:
                raise ShapeError(f"{name}: axis {axis} is {found[axis]} in one input and {n} in another")
    return found


def sigma(terms: Sequence[str], out: str, names: Sequence[str]) -> str:
    """Σ over the axes that do not survive, of one factor per term."""
    summed = sorted(set("".join(terms)) - set(out))
    factors = [indexed(name, term) for name, term in zip(names, terms, strict=True)]
    return (rf"\sum_{{{''.join(summed)}}} " if summed else "") + r"\,".join(factors)


def indexed(name: str, axes: str) -> str:
    """An entry of `name`; a name of more than one sign goes into parentheses, so that indices do not pile up."""
    held = name if len(name) == 1 else rf"\left({name}\right)"
    return f"{held}_{{{axes}}}" if axes else name


def products(pick: Pick, terms: Sequence[str], out: str, index: Index) -> str:
    """The products that were summed into entry `index`."""
    sizes = axis_sizes("", terms, [pick.shape(k) for k in range(len(terms))])
    fixed = dict(zip(out, index, strict=True))
    if any(fixed[axis] != i for axis, i in zip(out, index, strict=True)):
        return "0"  # off the diagonal that a repeated letter takes
    summed = [axis for axis in sizes if axis not in fixed]

    def product(*at: int) -> str:
        place = fixed | dict(zip(summed, at, strict=True))
        return r" \cdot ".join(pick.x(k, *(place[a] for a in t)) for k, t in enumerate(terms))

    return series(tuple(sizes[a] for a in summed), product, whole=WHOLE)


def adjoint_entry(terms: Sequence[str], out: str, k: int) -> Entry:
    others = [i for i in range(len(terms)) if i != k]

    def entry(pick: Pick, index: Index) -> str:
        return products(_Swapped(pick, others), [out, *(terms[i] for i in others)], terms[k], index)

    return entry


@frozen(kw_only=False)
class _Swapped:
    """A pick whose first operand is upstream and whose rest are the operands named."""

    pick: Pick
    others: list[int]

    @property
    def options(self) -> dict[str, Any]:
        return self.pick.options

    def x(self, slot: int, *index: int) -> str:
        return self.pick.x(self.others[slot - 1], *index) if slot else self.pick.g(*index)

    def shape(self, slot: int) -> Shape:
        return self.pick.shape(self.others[slot - 1]) if slot else self.pick.shape(-1)

    def y(self, *index: int) -> str:
        return self.pick.y(*index)

    def g(self, *index: int) -> str:
        return self.pick.g(*index)

    def saved(self, number: int, *index: int) -> str:
        return self.pick.saved(number, *index)


def adjoint_line(terms: Sequence[str], out: str, k: int) -> Line:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        """Upstream (the first name) and the other operands, summed to the axes of operand k."""
        g, *xs = (n.text for n in names)
        rest = [x for i, x in enumerate(xs) if i != k]
        return sigma([out, *(t for i, t in enumerate(terms) if i != k)], terms[k], [g, *rest])

    return line
