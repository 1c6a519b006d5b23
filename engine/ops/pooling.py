"""Pooling: one number for every window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Index, Op, Pick, ShapeError, series, template
from engine.ops.windows import AXES, Axis, Pair, axes, meeting, padded_line, pair, places, windows_line
from engine.tape import Array, Call, Kernel, Options, Scratch, Shape

OPTIONS: Options = (("kernel", 2), ("stride", 2), ("padding", 0))


def _axes(name: str, x: Shape, kernel: Any, options: dict[str, Any]) -> tuple[Axis, Axis]:
    """As for any window; as in PyTorch at most half of a window may be padding, so that each has an input in it."""
    both = axes(name, x, kernel, options)
    for axis, where in zip(both, AXES, strict=True):
        if 2 * axis.padding > axis.kernel:
            raise ShapeError(
                f"{name}: axis {where} is padded by {axis.padding}; a window of {axis.kernel} allows {axis.kernel // 2}"
            )
    return both


def _shape(name: str) -> Callable[..., Shape]:
    def shape(x: Shape, kernel: Any, **options: Any) -> Shape:
        return (*x[:2], *(axis.out for axis in _axes(name, x, kernel, options)))

    return shape


def _flops(x: Shape, kernel: Any, **options: Any) -> int:
    return prod(_shape("pooling")(x, kernel, **options)) * prod(pair(kernel))


MAX_SHAPE, AVERAGE_SHAPE = _shape("max_pool2d"), _shape("avg_pool2d")


# --- maximum: tap after tap, each copied to where it lies in one piece ---


def _max(ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, kernel: Any, **options: Any) -> list[Call]:
    """A tap larger than all before it has its number noted; the highest number noted is the first of the largest."""
    (x,), (y, taken) = ins, outs
    height, width = _axes("max_pool2d", x.shape, kernel, options)
    seen, larger = scratch.take(y.shape), np.empty(y.shape, bool)
    number, noted = np.zeros(y.shape, np.int16), np.empty(y.shape, np.int16)
    calls: list[Call] = [*_copied(x, height, width, (0, 0), y), (number.fill, (0,))]
    for tap, (u, v) in enumerate(np.ndindex(height.kernel, width.kernel)):
        if tap:
            calls += [*_copied(x, height, width, (u, v), seen), (np.greater, (seen, y, larger))]
            if (begins := np.outer(height.begins(u), width.begins(v))).any():
                calls.append((np.logical_or, (larger, begins, larger)))
            calls.append((np.multiply, (larger.view(np.int8), np.int16(tap), noted)))
            calls += [(partial(np.maximum, a, b, out=a), ()) for a, b in ((number, noted), (y, seen))]
    scratch.give([seen])
    first = places(width.size, *([axis.read(i, 0) for i in range(axis.out)] for axis in (height, width)))
    steps = places(width.size, range(height.kernel), range(width.kernel)).reshape(-1)
    return [*calls, (np.take, (steps, number, None, taken, "clip")), (np.add, (taken, first, taken))]


def _copied(x: Array, height: Axis, width: Axis, tap: Pair, into: Array) -> list[Call]:
    """What a tap reads; −∞ where that is padding."""
    out, read = meeting(height, width, *tap)
    calls: list[Call] = [] if into[out].shape == into.shape else [(into.fill, (-np.inf,))]
    return [*calls, (np.copyto, (into[out], x[read]))]


def _max_sent(ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, kernel: Any, **options: Any) -> list[Call]:
    (g, y, taken, x), (dx,) = ins, outs
    place = np.empty(y.shape, np.intp)
    channel = (np.arange(prod(x.shape[:2])) * prod(x.shape[2:])).reshape(*x.shape[:2], 1, 1)
    return [
        (dx.fill, (0,)),
        (np.copyto, (place, taken, "unsafe")),
        (np.add, (place, channel, place)),
        (np.add.at, (dx.reshape(-1), place.reshape(-1), g.reshape(-1))),
    ]


def _max_jvp(dxs: Sequence[Any], y: Array, taken: Array, x: Array, **options: Any) -> Array:
    samples, channels = np.ogrid[: x.shape[0], : x.shape[1]]
    flat = np.reshape(dxs[0], (*x.shape[:2], -1))
    return np.asarray(flat[samples[..., None, None], channels[..., None, None], taken.astype(int)])


# --- average ---


def _average(ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, kernel: Any, **options: Any) -> list[Call]:
    (x,), (y,) = ins, outs
    height, width = _axes("avg_pool2d", x.shape, kernel, options)
    met = [meeting(height, width, *tap) for tap in np.ndindex(height.kernel, width.kernel)]
    added: list[Call] = [(np.add, (y[out], x[read], y[out])) for out, read in met]
    return [(y.fill, (0,)), *added, (np.divide, (y, float(len(met)), y))]


def _average_sent(
    ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, kernel: Any, **options: Any
) -> list[Call]:
    (g, _, x), (dx,) = ins, outs
    height, width = _axes("avg_pool2d", x.shape, kernel, options)
    met = [meeting(height, width, *tap) for tap in np.ndindex(height.kernel, width.kernel)]
    share = scratch.take(g.shape)
    scratch.give([share])
    added: list[Call] = [(np.add, (dx[read], share[out], dx[read])) for out, read in met]
    return [(np.divide, (g, float(len(met)), share)), (dx.fill, (0,)), *added]


MAX = Kernel(lambda x, **options: (MAX_SHAPE(x, **options),) * 2, _max)
AVERAGE = Kernel(lambda x, **options: (AVERAGE_SHAPE(x, **options),), _average)


# --- texts ---


def _windows(x: str, options: Options, value: str = "") -> str:
    return windows_line(padded_line(x, options, value), str(pair(dict(options)["kernel"])), options)


def _taken_line(names: Sequence[Text], options: Options) -> str:
    """The smallest place among those as large as the largest is the first in row-major order."""
    x = names[0].text
    places = f"np.arange({x}[:1, :1].size, dtype=float).reshape(1, 1, *{x}.shape[2:])"
    largest = f"{_windows(x, options, '-np.inf')}.max((-2, -1), keepdims=True)"
    found = f"{_windows(x, options, '-np.inf')} == {largest}"
    return f"np.where({found}, {_windows(places, options, 'np.inf')}, np.inf).min((-2, -1))"


def _max_sent_line(names: Sequence[Text], options: Options) -> str:
    g, _, taken, x = (n.text for n in names)
    met = f"{taken}[..., None] == np.arange({x}[0, 0].size)"
    return f"({g}[..., None] * ({met})).sum((2, 3)).reshape({x}.shape)"


def _average_sent_line(names: Sequence[Text], options: Options) -> str:
    """A table of yes and no per axis: which input lies in which output's window."""
    g, _, x = (n.text for n in names)
    chosen = dict(options)
    tables = []
    for axis, k, s, p in zip((2, 3), *(pair(chosen[o]) for o in ("kernel", "stride", "padding")), strict=True):
        first = f"{s} * np.arange({g}.shape[{axis}])[:, None] - {p}"
        tables.append(f"np.arange({x}.shape[{axis}]) - ({first})")
        tables[-1] = f"abs({tables[-1]} - {(k - 1) / 2:g}) < {k / 2:g}"
    return f'np.einsum("ncij,ip,jq->ncpq", {g}, {tables[0]}, {tables[1]}, optimize=True) / {_count(options)}'


def _count(options: Options) -> int:
    return prod(pair(dict(options)["kernel"]))


def _both(pick: Pick) -> tuple[Axis, Axis]:
    options = dict(pick.options)
    return axes("pooling", pick.shape(0), options.pop("kernel"), options)


def _read(pick: Pick, at: Index, joint: str) -> str:
    """The inputs in the window of one output."""
    n, c, i, j = at
    height, width = _both(pick)
    rows, columns = height.taps(i), width.taps(j)

    def term(a: int, b: int) -> str:
        return pick.x(0, n, c, height.read(i, rows[a]), width.read(j, columns[b]))

    return series((len(rows), len(columns)), term, joint, most=9)


def _sent(pick: Pick, at: Index, term: Callable[..., str]) -> str:
    """A term for every output whose window reads the input at `at`."""
    n, c, p, q = at
    height, width = _both(pick)
    rows, columns = height.readers(p), width.readers(q)
    return series((len(rows), len(columns)), lambda a, b: term(n, c, rows[a][0], columns[b][0]))


def _max_sent_entry(pick: Pick, at: Index) -> str:
    """Upstream of every window this input was in, times whether the window took it."""
    place = at[2] * pick.shape(0)[3] + at[3]
    return _sent(pick, at, lambda *out: rf"{pick.g(*out)} \cdot [{pick.saved(0, *out)}={place}]")


def _average_sent_entry(pick: Pick, at: Index) -> str:
    return rf"\frac{{{_sent(pick, at, pick.g)}}}{{{_count(tuple(pick.options.items()))}}}"


ROWS = (
    Op(
        name="max_pool2d",
        family="plain",
        symbol="max",
        title="maximum pooling",
        inputs=("x",),
        does="Take the largest number of {0} in every window",
        sends=("hands each window's gradient to the one input it took, and nothing to the others",),
        forward=MAX,
        saved=("taken",),
        vjps=(Kernel(lambda g, y, taken, x, **options: (x,), _max_sent),),
        jvp=_max_jvp,
        shape=MAX_SHAPE,
        flops=_flops,
        latex=template(r"\max_{{p,\,q \text{{ in the window}}}} {{{0}}}_{{ncpq}}"),
        local=(template(r"[x_{{ncpq}} \text{{ was taken}}]"),),
        numpy=lambda names, options: f"{_windows(names[0].text, options, '-np.inf')}.max((-2, -1))",
        numpy_saved=(_taken_line,),
        numpy_vjp=(_max_sent_line,),
        options=OPTIONS,
        smooth=False,
        entry=lambda pick, at: rf"\max({_read(pick, at, ', ')})",
        entry_vjp=(_max_sent_entry,),
        example=([[[[-3.0, -1.0, -2.0], [-5.0, -4.0, -6.0], [-7.0, -9.0, -8.0]]]],),
        doc="The largest number of every window of x (N, C, H, W). `taken` says which input that was: its place in the "
        "channel, counted row by row. Among equals it is the first, row by row, as in PyTorch. Padding never wins. "
        "Kernel, stride and padding are one number or (height, width).",
    ),
    Op(
        name="avg_pool2d",
        family="plain",
        symbol="avg",
        title="average pooling",
        inputs=("x",),
        does="Average the numbers of {0} in every window",
        sends=("shares each window's gradient equally among its inputs",),
        forward=AVERAGE,
        vjps=(Kernel(lambda g, y, x, **options: (x,), _average_sent),),
        jvp=lambda dxs, y, x, **options: AVERAGE(dxs[0], **options),
        shape=AVERAGE_SHAPE,
        flops=_flops,
        latex=template(r"\frac{{1}}{{K}} \sum_{{p,\,q \text{{ in the window}}}} {{{0}}}_{{ncpq}}"),
        local=(template(r"\frac{{1}}{{K}}"),),
        numpy=lambda names, options: f"{_windows(names[0].text, options)}.mean((-2, -1))",
        numpy_vjp=(_average_sent_line,),
        options=OPTIONS,
        entry=lambda pick, at: rf"\frac{{{_read(pick, at, ' + ')}}}{{{_count(tuple(pick.options.items()))}}}",
        entry_vjp=(_average_sent_entry,),
        example=([[[[1.0, 2.0, 6.0], [3.0, 4.0, -6.0], [5.0, 0.0, 1.0]]]],),
        doc="The mean of every window of x (N, C, H, W): the sum divided by K, the size of the whole window. Padding "
        "counts as zeros, as PyTorch has it with count_include_pad, its default.",
    ),
)
