"""Structural rows that take a part of their operand: the gradient goes back to that part, with zeros around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.op import Op, structural
from engine.tape import Array, Call, Shape

Where = Callable[..., tuple[Any, ...]]  # (shape of the operand, **options) -> the index that takes the part


def taking(name: str, where: Where, **texts: Any) -> Op:
    """The row of y = x[where(x.shape)]; `texts` are what else `structural` wants."""
    row = structural(name, Take(where), lambda g, x, **options: PutBack(where)(g, None, x, **options), **texts)
    return replace(row, vjps=(PutBack(where),), part=where)


def part_of(x: Array, index: tuple[Any, ...]) -> Array:
    """A view of the part, of no axes too."""
    return np.asarray(x[(*index, ...)])


class Take:
    """The forward rule; `calls` computes it into a given array."""

    __slots__ = ("where",)

    def __init__(self, where: Where) -> None:
        self.where = where

    def __call__(self, x: Array, **options: Any) -> Any:
        return x[self.where(x.shape, **options)]

    def calls(self, xs: Sequence[Array], out: Array, **options: Any) -> list[Call]:
        return [(np.copyto, (out, part_of(xs[0], self.where(xs[0].shape, **options))))]


class PutBack:
    """The VJP."""

    __slots__ = ("where",)

    def __init__(self, where: Where) -> None:
        self.where = where

    def __call__(self, g: Any, y: Any, x: Array, **options: Any) -> Array:
        out: Array = np.zeros(x.shape, np.result_type(g))
        out[self.where(x.shape, **options)] = g
        return out

    def calls(self, operands: Sequence[Array], out: Array, **options: Any) -> list[Call]:
        shape: Shape = out.shape
        return [(out.fill, (0.0,)), (np.copyto, (part_of(out, self.where(shape, **options)), operands[0]))]
