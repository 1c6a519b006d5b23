"""The rule of a sum of products, and those of its adjoints: by BLAS where the axes allow it, by einsum else."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from string import ascii_letters
from typing import Any

import numpy as np

from engine.tape import Array, Call


class Contract:
    """``Contract("ij,jk->ik")(a, b)`` is the einsum; `calls` computes it into a given array."""

    __slots__ = ("out", "subscripts", "terms")

    def __init__(self, subscripts: str) -> None:
        inputs, self.out = subscripts.split("->")
        self.subscripts, self.terms = subscripts, inputs.split(",")

    def __call__(self, *xs: Array) -> Any:
        return np.einsum(self.subscripts, *xs)

    def adjoint(self, k: int) -> Adjoint:
        """The VJP for input k: swap its subscripts with the output's."""
        return Adjoint(adjoint_subscripts(self.terms, self.out, k), k, ones=_lost(self.terms, self.out, k))

    def calls(self, xs: Sequence[Array], out: Array) -> list[Call]:
        fast = self._blas(xs[0], xs[1], out) if len(xs) == 2 else None
        return [fast or (_einsum, (self.subscripts, tuple(xs), out))]

    def _blas(self, a: Array, b: Array, out: Array) -> Call | None:
        return _dot(self.subscripts, a, b, out) or _matmul(self.subscripts, a, b, out)


def adjoint_subscripts(terms: Sequence[str], out: str, k: int) -> str:
    """The einsum from upstream and the other operands to operand k.

    Where a letter of operand k stands nowhere else, its entries were summed: ones of its shape, as a further operand,
    repeat the sum's gradient. Where a letter stands twice in it, only its diagonal was used: a unit matrix puts the
    gradient there.
    """
    others = [t for i, t in enumerate(terms) if i != k]
    ones = [terms[k]] if _lost(terms, out, k) else []
    term, units = _unrepeated(terms[k], "".join([*terms, out]))
    return f"{','.join([out, *others, *ones, *units])}->{term}"


def _lost(terms: Sequence[str], out: str, k: int) -> bool:
    """Whether operand k has a letter that stands nowhere else."""
    return not set(terms[k]) <= set(out).union(*(t for i, t in enumerate(terms) if i != k))


def _unrepeated(term: str, taken: str) -> tuple[str, list[str]]:
    """The term with new letters in place of repeated ones, and the pairs that must be equal."""
    new = iter(c for c in ascii_letters if c not in taken)
    pairs: list[str] = []
    for i, c in enumerate(term):
        if c in term[:i]:
            pairs.append(c + next(new))
    seconds = iter(pair[1] for pair in pairs)
    return "".join(next(seconds) if c in term[:i] else c for i, c in enumerate(term)), pairs


class Adjoint:
    """The VJP (g, y, *xs) -> contribution of a contraction to its input k."""

    __slots__ = ("k", "ones", "rule")

    def __init__(self, subscripts: str, k: int, *, ones: bool = False) -> None:
        self.rule, self.k, self.ones = Contract(subscripts), k, ones

    def __call__(self, g: Array, y: Array, *xs: Array) -> Any:
        return self.rule(*self._operands(g, xs))

    def calls(self, operands: Sequence[Array], out: Array) -> list[Call]:
        g, _, *xs = operands
        return self.rule.calls(self._operands(g, xs), out)

    def _operands(self, g: Array, xs: Sequence[Array]) -> list[Array]:
        """Upstream, the other operands, and the ones and unit matrices the subscripts name after them."""
        mine = xs[self.k]
        known = [g, *(x for i, x in enumerate(xs) if i != self.k), *([np.ones(mine.shape)] if self.ones else [])]
        sizes = dict(zip(self.rule.out, mine.shape, strict=True))
        return [*known, *(np.eye(sizes[pair[1]]) for pair in self.rule.terms[len(known) :])]


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


def _matmul(subscripts: str, a: Array, b: Array, out: Array) -> Call | None:
    """One np.matmul on transposed views: a row of matrix products, whose letters lead in all three."""
    (x, y), z = subscripts.split("->")[0].split(","), subscripts.split("->")[1]
    rows, both, columns = set(x) - set(y), set(x) & set(y) & set(z), set(y) - set(x)
    summed = (set(x) & set(y)) - set(z)
    if not both or any(len(letters) != 1 for letters in (rows, columns, summed)) or (rows | columns) - set(z):
        return None
    if any(len(set(term)) < len(term) for term in (x, y, z)):
        return None
    order = "".join(c for c in z if c in both)
    (row,), (column,), (inner,) = rows, columns, summed

    def view(v: Array, term: str, last: str) -> Array:
        return v.transpose([term.index(c) for c in order + last])

    return _products_into, (view(a, x, row + inner), view(b, y, inner + column), view(out, z, row + column))


def _products_into(a: Array, b: Array, out: Array) -> None:
    np.matmul(a, b, out=out)


def _merged(v: Array, k: int) -> Array | None:
    """`v` with its first k axes and its remaining axes merged, without a copy; None if that needs one."""
    shape = ([prod(v.shape[:k])] if k else []) + ([prod(v.shape[k:])] if k < v.ndim else [])
    merged = v.reshape(shape)
    return merged if np.shares_memory(merged, v) else None
