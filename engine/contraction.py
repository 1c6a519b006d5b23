"""Sums of products: the family `contraction`, written as one einsum string, and the rule that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Entry, Index, Line, Op, Pick, ShapeError, series, template
from engine.tape import Array, Call, Options, Rule, Shape


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
        shape=lambda *shapes: tuple(axis_sizes(name, terms, shapes)[axis] for axis in out),
        flops=lambda *shapes: len(terms) * prod(axis_sizes(name, terms, shapes).values()),
        latex=template(latex),
        local=tuple(map(template, latex_vjp)),
        sigma=lambda names, options=(): sigma(terms, out, [n.text for n in names]),
        sigma_vjp=tuple(_adjoint(terms, out, k) for k in range(len(terms))),
        numpy=lambda names, options=(): numpy.format(*(n.text for n in names)),
        numpy_vjp=tuple(template(t) for t in numpy_vjp),
        subscripts=subscripts,
        entry=lambda pick, index: _products(pick, terms, out, index),
        entry_vjp=tuple(_adjoint_entry(terms, out, k) for k in range(len(terms))),
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


def _products(pick: Pick, terms: Sequence[str], out: str, index: Index) -> str:
    """The products that were summed into entry `index`."""
    sizes = axis_sizes("", terms, [pick.shape(k) for k in range(len(terms))])
    fixed = dict(zip(out, index, strict=True))
    summed = [axis for axis in sizes if axis not in fixed]

    def product(*at: int) -> str:
        place = fixed | dict(zip(summed, at, strict=True))
        return r" \cdot ".join(pick.x(k, *(place[a] for a in t)) for k, t in enumerate(terms))

    return series(tuple(sizes[a] for a in summed), product)


def _adjoint_entry(terms: Sequence[str], out: str, k: int) -> Entry:
    others = [i for i in range(len(terms)) if i != k]

    def entry(pick: Pick, index: Index) -> str:
        return _products(_Swapped(pick, others), [out, *(terms[i] for i in others)], terms[k], index)

    return entry


@dataclass(frozen=True, slots=True)
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


def _adjoint(terms: Sequence[str], out: str, k: int) -> Line:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        """Upstream (the first name) and the other operands, summed to the axes of operand k."""
        g, *xs = (n.text for n in names)
        rest = [x for i, x in enumerate(xs) if i != k]
        return sigma([out, *(t for i, t in enumerate(terms) if i != k)], terms[k], [g, *rest])

    return line


# --- the rule ---


class Contract:
    """``Contract("ij,jk->ik")(a, b)`` is the einsum; `calls` computes it into a given array."""

    __slots__ = ("out", "subscripts", "terms")

    def __init__(self, subscripts: str) -> None:
        inputs, self.out = subscripts.split("->")
        self.subscripts, self.terms = subscripts, inputs.split(",")

    def __call__(self, *xs: Array) -> Any:
        return np.einsum(self.subscripts, *xs)

    def adjoint(self, k: int) -> Rule:
        """The VJP for input k: swap its subscripts with the output's."""
        others = [t for i, t in enumerate(self.terms) if i != k]
        return Adjoint(",".join([self.out, *others]) + "->" + self.terms[k], k)

    def calls(self, xs: Sequence[Array], out: Array) -> list[Call]:
        fast = _dot(self.subscripts, xs[0], xs[1], out) if len(xs) == 2 else None
        return [fast or (_einsum, (self.subscripts, tuple(xs), out))]


class Adjoint:
    """The VJP (g, y, *xs) -> contribution of a contraction to its input k."""

    __slots__ = ("k", "rule")

    def __init__(self, subscripts: str, k: int) -> None:
        self.rule, self.k = Contract(subscripts), k

    def __call__(self, g: Array, y: Array, *xs: Array) -> Any:
        return self.rule(g, *self._others(xs))

    def calls(self, operands: Sequence[Array], out: Array) -> list[Call]:
        g, _, *xs = operands
        return self.rule.calls([g, *self._others(xs)], out)

    def _others(self, xs: Sequence[Array]) -> list[Array]:
        return [x for i, x in enumerate(xs) if i != self.k]


def _einsum(subscripts: str, xs: tuple[Array, ...], out: Array) -> None:
    np.einsum(subscripts, *xs, out=out)


def _dot(subscripts: str, a: Array, b: Array, out: Array) -> Call | None:
    """One np.dot on transposed, merged views; None where the axes do not allow it without a copy."""
    (x, y), z = subscripts.split("->")[0].split(","), subscripts.split("->")[1]
    if (
        set(x) & set(y) & set(z)
        or set(x + y) - set(z) - (set(x) & set(y))
        or len(set(x)) < len(x)
        or len(set(y)) < len(y)
    ):
        return None
    for p, s, q, t in ((a, x, b, y), (b, y, a, x)):
        left, right = [c for c in s if c in z], [c for c in t if c in z]
        summed = [c for c in s if c not in z]
        if "".join(left + right) == z and summed:
            p2 = _merged(p.transpose([s.index(c) for c in left + summed]), len(left))
            q2 = _merged(q.transpose([t.index(c) for c in summed + right]), len(summed))
            if p2 is not None and q2 is not None:
                return np.dot, (p2, q2, out.reshape(p2.shape[:-1] + q2.shape[1:]))
    return None


def _merged(v: Array, k: int) -> Array | None:
    """`v` with its first k axes and its remaining axes merged, without a copy; None if that needs one."""
    shape = ([prod(v.shape[:k])] if k else []) + ([prod(v.shape[k:])] if k < v.ndim else [])
    merged = v.reshape(shape)
    return merged if np.shares_memory(merged, v) else None
