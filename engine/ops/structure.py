"""Sums and means, whole or along axes: linear maps with an adjoint each."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Line, Pick, ShapeError, series, structural
from engine.tape import Array, Options, Shape

Axis = int | tuple[int, ...] | None


def reduced(name: str, shape: Shape, axis: Axis, keepdims: bool) -> Shape:
    """The shape left by a reduction. Raises `ShapeError` for an axis the operand does not have."""
    axes = _axes(name, len(shape), axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape) if keepdims or i not in axes)


def _axes(name: str, rank: int, axis: Axis) -> set[int]:
    asked = range(rank) if axis is None else [axis] if isinstance(axis, int) else axis
    if any(not -rank <= a < rank for a in asked):
        raise ShapeError(f"{name}: axis {axis} asked for; the operand has {rank} axes")
    return {a % rank for a in asked}


def spread(g: Any, x: Array, axis: Axis, keepdims: bool) -> Array:
    """The adjoint of a sum: every summed entry gets the sum's gradient."""
    axes = sorted(_axes("sum", x.ndim, axis))
    kept = g if keepdims else np.expand_dims(g, axes)
    return np.broadcast_to(kept, x.shape)


def _count(shape: Shape, axis: Axis) -> int:
    return prod(shape[a] for a in _axes("mean", len(shape), axis))


def _summed(pick: Pick, index: tuple[int, ...]) -> str:
    shape, keepdims = pick.shape(0), pick.options["keepdims"]
    axes = sorted(_axes("sum", len(shape), pick.options["axis"]))
    kept = [i for i in range(len(shape)) if keepdims or i not in axes]
    fixed = dict(zip(kept, index, strict=True))

    def term(*at: int) -> str:
        place = fixed | dict(zip(axes, at, strict=True))
        return pick.x(0, *(place[i] for i in range(len(shape))))

    return series(tuple(shape[a] for a in axes), term)


def _upstream(pick: Pick, index: tuple[int, ...]) -> str:
    axes = _axes("sum", len(pick.shape(0)), pick.options["axis"])
    if pick.options["keepdims"]:
        return pick.g(*(0 if i in axes else k for i, k in enumerate(index)))
    return pick.g(*(k for i, k in enumerate(index) if i not in axes))


def _sum_entry(pick: Pick, index: tuple[int, ...]) -> str:
    return _summed(pick, index)


def _mean_entry(pick: Pick, index: tuple[int, ...]) -> str:
    return rf"\frac{{{_summed(pick, index)}}}{{{_count(pick.shape(0), pick.options['axis'])}}}"


def _mean_sent(pick: Pick, index: tuple[int, ...]) -> str:
    return rf"\frac{{{_upstream(pick, index)}}}{{{_count(pick.shape(0), pick.options['axis'])}}}"


def _line(method: str) -> Line:
    """The call with the options that are not NumPy's own defaults."""

    def line(names: Sequence[Text], options: Options) -> str:
        chosen = (f"{name}={value}" for name, value in options if value is not None and value is not False)
        return f"{names[0].text}.{method}({', '.join(chosen)})"

    return line


def _spread_line(names: Sequence[Text], options: Options) -> str:
    g, _, x = (n.text for n in names)
    axis, keepdims = dict(options)["axis"], dict(options)["keepdims"]
    kept = g if keepdims or axis is None else f"np.expand_dims({g}, {axis})"
    return f"np.broadcast_to({kept}, {x}.shape)"


WHOLE = (("axis", None), ("keepdims", False))

ROWS = (
    structural(
        "sum",
        lambda x, axis, keepdims: x.sum(axis=axis, keepdims=keepdims),
        lambda g, x, axis, keepdims: spread(g, x, axis, keepdims),
        symbol="Σ",
        title="sum over entries",
        does="Add up the entries of {0}",
        sends="hands every entry the same gradient",
        shape=lambda x, axis, keepdims: reduced("sum", x, axis, keepdims),
        latex=r"\sum_i {0}_i",
        local="1",
        numpy=_line("sum"),
        numpy_vjp=_spread_line,
        entry=_sum_entry,
        entry_vjp=_upstream,
        flops=lambda x, axis, keepdims: prod(x),
        options=WHOLE,
        example=([[1.0, 2.0], [3.0, 4.0]],),
        doc="Sum over all entries or along an axis. Every summed entry has slope 1.",
    ),
    structural(
        "mean",
        lambda x, axis, keepdims: x.sum(axis=axis, keepdims=keepdims) / _count(x.shape, axis),
        lambda g, x, axis, keepdims: spread(g, x, axis, keepdims) / _count(x.shape, axis),
        symbol="mean",
        title="mean",
        does="Average the entries of {0}",
        sends="shares the gradient equally among the entries",
        shape=lambda x, axis, keepdims: reduced("mean", x, axis, keepdims),
        latex=r"\frac{{1}}{{n}} \sum_i {0}_i",
        local=r"\frac{{1}}{{n}}",
        numpy=_line("mean"),
        numpy_vjp=lambda names, options: (
            f"{_spread_line(names, options)} / ({names[2].text}.size / {names[1].text}.size)"
        ),
        entry=_mean_entry,
        entry_vjp=_mean_sent,
        flops=lambda x, axis, keepdims: prod(x) + 1,
        options=WHOLE,
        example=([[1.0, 2.0], [3.0, 4.0]],),
        doc="Mean over all entries or along an axis: the sum divided by the count n. Every entry has slope 1/n.",
    ),
)
