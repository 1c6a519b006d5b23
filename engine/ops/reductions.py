"""Many entries become one: sums, means, maxima and the like, over all entries or along axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Index, Line, Op, Pick, ShapeError, series, structural, template
from engine.tape import Array, Options, Shape

Axis = int | tuple[int, ...] | None


def reduced(name: str, shape: Shape, axis: Axis, keepdims: bool) -> Shape:
    """The shape left by a reduction. Raises `ShapeError` for an axis the operand does not have, or named twice."""
    axes = axes_of(name, len(shape), axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape) if keepdims or i not in axes)


def axes_of(name: str, rank: int, axis: Axis) -> set[int]:
    asked = range(rank) if axis is None else [axis] if isinstance(axis, int) else axis
    if any(not -rank <= a < rank for a in asked):
        raise ShapeError(f"{name}: axis {axis} asked for; the operand has {rank} axes")
    found = {a % rank for a in asked}
    if len(found) < len(asked):
        raise ShapeError(f"{name}: axis {axis} names one axis twice")
    return found


def spread(g: Any, x: Array, axis: Axis, keepdims: bool) -> Array:
    """The adjoint of a sum: every summed entry gets the sum's gradient."""
    axes = sorted(axes_of("sum", x.ndim, axis))
    kept = g if keepdims else np.expand_dims(g, axes)
    return np.broadcast_to(kept, x.shape)


def count_of(shape: Shape, axis: Axis) -> int:
    return prod(shape[a] for a in axes_of("mean", len(shape), axis))


Term = Callable[[str], str]  # how one number is written among the others


def summed(pick: Pick, index: Index, write: Term = str, joint: str = " + ", most: int = 6) -> str:
    """The entries that became entry `index`."""
    shape, keepdims = pick.shape(0), pick.options["keepdims"]
    axes = sorted(axes_of("sum", len(shape), pick.options["axis"]))
    kept = [i for i in range(len(shape)) if keepdims or i not in axes]
    fixed = dict(zip(kept, index, strict=True))

    def term(*at: int) -> str:
        place = fixed | dict(zip(axes, at, strict=True))
        return write(pick.x(0, *(place[i] for i in range(len(shape)))))

    return series(tuple(shape[a] for a in axes), term, joint, most)


def above(pick: Pick, index: Index) -> Index:
    """Where in the result the entry `index` of the operand went."""
    axes = axes_of("sum", len(pick.shape(0)), pick.options["axis"])
    if pick.options["keepdims"]:
        return tuple(0 if i in axes else k for i, k in enumerate(index))
    return tuple(k for i, k in enumerate(index) if i not in axes)


def _upstream(pick: Pick, index: Index) -> str:
    return pick.g(*above(pick, index))


def _sum_entry(pick: Pick, index: Index) -> str:
    return summed(pick, index)


def _mean_entry(pick: Pick, index: Index) -> str:
    return rf"\frac{{{summed(pick, index)}}}{{{count_of(pick.shape(0), pick.options['axis'])}}}"


def _mean_sent(pick: Pick, index: Index) -> str:
    return rf"\frac{{{_upstream(pick, index)}}}{{{count_of(pick.shape(0), pick.options['axis'])}}}"


def _line(method: str) -> Line:
    """The call with the options that are not NumPy's own defaults."""

    def line(names: Sequence[Text], options: Options) -> str:
        chosen = (f"{name}={value}" for name, value in options if value is not None and value is not False)
        return f"{names[0].text}.{method}({', '.join(chosen)})"

    return line


def expanded(name: str, options: Options) -> str:
    """A result with the axes it lost, of size 1, so that it broadcasts with the operand."""
    axis, keepdims = dict(options)["axis"], dict(options)["keepdims"]
    return name if keepdims or axis is None else f"np.expand_dims({name}, {axis})"


def _spread_line(names: Sequence[Text], options: Options) -> str:
    return f"np.broadcast_to({expanded(names[0].text, options)}, {names[2].text}.shape)"


# --- the largest ---


def _ties(x: Any, y: Any, axis: Axis, keepdims: bool) -> Any:
    """Each entry's share of the largest: 1, or among equals an equal part; 0 for all others."""
    largest = x == spread(y, x, axis, keepdims)
    return largest / largest.sum(axis=axis, keepdims=True)


def _max_line(names: Sequence[Text], options: Options) -> str:
    g, y, x = (n.text for n in names)
    largest = f"({x} == {expanded(y, options)})"
    axis = dict(options)["axis"]
    return f"{expanded(g, options)} * {largest} / {largest}.sum({axis}, keepdims=True)"


def _max_entry(pick: Pick, index: Index) -> str:
    return rf"\max({summed(pick, index, joint=', ')})"


def _max_sent(pick: Pick, index: Index) -> str:
    at = above(pick, index)
    mine = f"[{pick.x(0, *index)}={pick.y(*at)}]"
    return rf"\frac{{{pick.g(*at)} \cdot {mine}}}{{{summed(pick, at, lambda x: f'[{x}={pick.y(*at)}]')}}}"


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
        latex=r"\sum_i {{{0}}}_i",
        local="1",
        numpy=_line("sum"),
        numpy_vjp=_spread_line,
        entry=_sum_entry,
        entry_vjp=_upstream,
        flops=lambda x, axis, keepdims: prod(x),
        options=WHOLE,
        example=([[1.0, 2.0], [3.0, 4.0]],),
        doc="Sum over all entries or along axes. Every summed entry has slope 1.",
    ),
    structural(
        "mean",
        lambda x, axis, keepdims: x.sum(axis=axis, keepdims=keepdims) / count_of(x.shape, axis),
        lambda g, x, axis, keepdims: spread(g, x, axis, keepdims) / count_of(x.shape, axis),
        symbol="mean",
        title="mean",
        does="Average the entries of {0}",
        sends="shares the gradient equally among the entries",
        shape=lambda x, axis, keepdims: reduced("mean", x, axis, keepdims),
        latex=r"\frac{{1}}{{n}} \sum_i {{{0}}}_i",
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
        doc="Mean over all entries or along axes: the sum divided by the count n. Every entry has slope 1/n.",
    ),
    Op(
        name="max",
        family="plain",
        symbol="max",
        title="maximum",
        inputs=("x",),
        does="Take the largest entry of {0}",
        sends=("hands the gradient to the largest entry, in equal parts where several are the largest",),
        forward=lambda x, axis, keepdims: x.max(axis=axis, keepdims=keepdims),
        vjps=(lambda g, y, x, axis, keepdims: spread(g, x, axis, keepdims) * _ties(x, y, axis, keepdims),),
        jvp=lambda dxs, y, x, axis, keepdims: (dxs[0] * _ties(x, y, axis, keepdims)).sum(axis=axis, keepdims=keepdims),
        shape=lambda x, axis, keepdims: reduced("max", x, axis, keepdims),
        flops=lambda x, axis, keepdims: prod(x),
        latex=template(r"\max_i {{{0}}}_i"),
        local=(template(r"[{{{1}}}_i = {0}]"),),
        numpy=_line("max"),
        numpy_vjp=(_max_line,),
        entry=_max_entry,
        entry_vjp=(_max_sent,),
        options=WHOLE,
        example=([[1.0, 3.0], [800.0, -4.0]],),
        doc="The largest entry, of all or along axes. Where several are the largest each gets an equal part of the "
        "gradient, as in PyTorch's amax.",
    ),
)
