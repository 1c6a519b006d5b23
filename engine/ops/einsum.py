"""Any sum of products, its subscripts an option."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from engine.contract import Contract, adjoint_subscripts
from engine.contraction import adjoint_entry, adjoint_line, axis_sizes, products, sigma
from engine.notation import Text
from engine.op import Each, Entry, Index, Line, Op, Pick, ShapeError
from engine.tape import Array, Call, Options, Shape

contract = lru_cache(maxsize=256)(Contract)


def letters(subscripts: str) -> tuple[list[str], str]:
    """The terms and the result of "ij,jk->ik". Raises `ShapeError` for anything else."""
    inputs, arrow, out = subscripts.partition("->")
    terms = inputs.split(",")
    if not arrow or any(not (t.isascii() and t.isalpha()) for t in (*terms, out) if t):
        raise ShapeError(f"einsum: {subscripts[:64]!r} is not of the form 'ij,jk->ik'")
    strange = set(out) - set("".join(terms))
    if strange or len(set(out)) < len(out):
        raise ShapeError(f"einsum: each letter of the result {out!r} stands there once, and in an operand")
    return terms, out


def _shape(*shapes: Shape, subscripts: str) -> Shape:
    terms, out = letters(subscripts)
    if len(terms) != len(shapes):
        raise ShapeError(f"einsum: {subscripts!r} names {len(terms)} operands; there are {len(shapes)}")
    sizes = axis_sizes("einsum", terms, shapes)
    return tuple(sizes[axis] for axis in out)


def _flops(*shapes: Shape, subscripts: str) -> int:
    terms, _ = letters(subscripts)
    return len(terms) * int(np.prod([*axis_sizes("einsum", terms, shapes).values()], dtype=int))


class _Forward:
    def __call__(self, *xs: Array, subscripts: str) -> Any:
        return contract(subscripts)(*xs)

    def calls(self, xs: Sequence[Array], out: Array, subscripts: str) -> list[Call]:
        return contract(subscripts).calls(xs, out)


class _Backward:
    def __init__(self, slot: int) -> None:
        self.slot = slot

    def __call__(self, g: Array, y: Array, *xs: Array, subscripts: str) -> Any:
        return contract(subscripts).adjoint(self.slot)(g, y, *xs)

    def calls(self, operands: Sequence[Array], out: Array, subscripts: str) -> list[Call]:
        return contract(subscripts).adjoint(self.slot).calls(operands, out)


def _jvp(dxs: Sequence[Any], y: Array, *xs: Array, subscripts: str) -> Array:
    rule = contract(subscripts)
    moved = [rule(*xs[:k], dx, *xs[k + 1 :]) for k, dx in enumerate(dxs) if dx is not None]
    return np.asarray(sum(moved) + np.zeros(np.shape(y)))


def _sigma(names: Sequence[Text], options: Options) -> str:
    terms, out = letters(dict(options)["subscripts"])
    return sigma(terms, out, [n.text for n in names])


def _sigma_sent(slot: int) -> Line:
    return lambda names, options=(): adjoint_line(*letters(dict(options)["subscripts"]), slot)(names, options)


def _line(names: Sequence[Text], options: Options) -> str:
    return f"np.einsum({dict(options)['subscripts']!r}, {', '.join(n.text for n in names)})"


def _sent_line(slot: int) -> Line:
    def line(names: Sequence[Text], options: Options) -> str:
        terms, out = letters(dict(options)["subscripts"])
        g, _, *xs = (n.text for n in names)
        subscripts = adjoint_subscripts(terms, out, slot)
        operands = [g, *(x for i, x in enumerate(xs) if i != slot)]
        inputs, result = subscripts.split("->")
        for term in inputs.split(",")[len(operands) :]:
            ones = term == terms[slot] and len(operands) == len(terms)
            more = f"np.ones_like({xs[slot]})" if ones else f"np.eye({xs[slot]}.shape[{result.index(term[1])}])"
            operands.append(more)
        return f"np.einsum({subscripts!r}, {', '.join(operands)})"

    return line


def _entry(pick: Pick, index: Index) -> str:
    return products(pick, *letters(pick.options["subscripts"]), index)


def _sent(slot: int) -> Entry:
    return lambda pick, index: adjoint_entry(*letters(pick.options["subscripts"]), slot)(pick, index)


def _latex(names: Sequence[Text], options: Options) -> str:
    return rf"\mathrm{{einsum}}({', '.join(n.text for n in names)})"


ROWS = (
    Op(
        name="einsum",
        family="contraction",
        symbol="Σ∏",
        title="sum of products",
        inputs=("A", "B"),
        variadic=True,
        does="Multiply the entries of {all} and add up, as {subscripts} says",
        sends=Each(lambda slot: "multiplies the gradient by the other operands and adds up"),
        forward=_Forward(),
        vjps=Each(_Backward),
        jvp=_jvp,
        shape=_shape,
        flops=_flops,
        latex=_latex,
        local=Each(_sigma_sent),
        sigma=_sigma,
        sigma_vjp=Each(_sigma_sent),
        numpy=_line,
        numpy_vjp=Each(_sent_line),
        entry=_entry,
        entry_vjp=Each(_sent),
        options=(("subscripts", "ij,kj->ik"),),
        example=([[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]),
        doc="Einstein's notation: one letter for each axis of each operand; letters that the result lacks are summed "
        "over. Any number of operands; a letter twice in one operand takes its diagonal.",
    ),
)
