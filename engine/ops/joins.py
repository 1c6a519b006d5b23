"""Any number of arrays become one: `concatenate` along an axis they have, `stack` along a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Each, Entry, Index, Line, Op, Pick, ShapeError, template
from engine.tape import Array, Options, Rule, Shape

ALONG: Options = (("axis", 0),)


def _axis(name: str, axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ShapeError(f"{name}: axis {axis} asked for; there are {rank} axes")
    return axis % rank


def _listed(names: Sequence[Text]) -> str:
    return f"({', '.join(n.text for n in names)},)"


def _tangents(dxs: Sequence[Any], xs: Sequence[Array]) -> list[Array]:
    return [np.zeros(x.shape) if dx is None else dx for dx, x in zip(dxs, xs, strict=True)]


# --- concatenate ---


def _concatenated(*shapes: Shape, axis: int) -> Shape:
    first = shapes[0]
    at = _axis("concatenate", axis, len(first))
    for shape in shapes:
        if len(shape) != len(first) or any(
            m != n for i, (m, n) in enumerate(zip(first, shape, strict=True)) if i != at
        ):
            raise ShapeError(f"concatenate: shapes {first} and {shape} differ in another axis than {axis}")
    return (*first[:at], sum(shape[at] for shape in shapes), *first[at + 1 :])


def _part(slot: int) -> Rule:
    """The VJP for one operand: its part of the gradient."""

    def vjp(g: Array, y: Array, *xs: Array, axis: int) -> Array:
        at = axis % xs[0].ndim
        start = sum(x.shape[at] for x in xs[:slot])
        return g[(slice(None),) * at + (slice(start, start + xs[slot].shape[at]),)]

    return vjp


def _part_line(slot: int) -> Line:
    def line(names: Sequence[Text], options: Options) -> str:
        g, _, *xs = (n.text for n in names)
        axis = dict(options)["axis"]
        starts = " + ".join(f"{x}.shape[{axis}]" for x in xs[:slot]) or "0"
        return f"{g}.take(range({starts}, {starts} + {xs[slot]}.shape[{axis}]), axis={axis})"

    return line


def _joined_entry(pick: Pick, index: Index) -> str:
    at = pick.options["axis"] % len(index)
    place, slot = index[at], 0
    while place >= pick.shape(slot)[at]:
        place, slot = place - pick.shape(slot)[at], slot + 1
    return pick.x(slot, *index[:at], place, *index[at + 1 :])


def _part_sent(slot: int) -> Entry:
    def entry(pick: Pick, index: Index) -> str:
        at = pick.options["axis"] % len(index)
        start = sum(pick.shape(k)[at] for k in range(slot))
        return pick.g(*index[:at], start + index[at], *index[at + 1 :])

    return entry


# --- stack ---


def _stacked(*shapes: Shape, axis: int) -> Shape:
    for shape in shapes:
        if shape != shapes[0]:
            raise ShapeError(f"stack: shapes {shapes[0]} and {shape}; they must be equal")
    at = _axis("stack", axis, len(shapes[0]) + 1)
    return (*shapes[0][:at], len(shapes), *shapes[0][at:])


def _layer(slot: int) -> Rule:
    def vjp(g: Array, y: Array, *xs: Array, axis: int) -> Array:
        return np.asarray(g[(slice(None),) * (axis % g.ndim) + (slot,)])

    return vjp


def _layer_line(slot: int) -> Line:
    return lambda names, options=(): f"{names[0].text}.take({slot}, axis={dict(options)['axis']})"


def _stacked_entry(pick: Pick, index: Index) -> str:
    at = pick.options["axis"] % len(index)
    return pick.x(index[at], *index[:at], *index[at + 1 :])


def _layer_sent(slot: int) -> Entry:
    def entry(pick: Pick, index: Index) -> str:
        at = pick.options["axis"] % (len(index) + 1)
        return pick.g(*index[:at], slot, *index[at:])

    return entry


ROWS = (
    Op(
        name="concatenate",
        family="structural",
        symbol="⧺",
        title="concatenation",
        inputs=("a", "b"),
        variadic=True,
        does="Put {all} one after another along axis {axis}",
        sends=Each(lambda slot: "hands each part of the gradient to the array it came from"),
        forward=lambda *xs, axis: np.concatenate(xs, axis),
        vjps=Each(_part),
        jvp=lambda dxs, y, *xs, axis: np.concatenate(_tangents(dxs, xs), axis),
        shape=_concatenated,
        flops=lambda *shapes, axis: 0,
        latex=lambda names, options=(): rf"\mathrm{{concat}}({', '.join(n.text for n in names)})",
        local=Each(lambda slot: template("1")),
        numpy=lambda names, options: f"np.concatenate({_listed(names)}, axis={dict(options)['axis']})",
        numpy_vjp=Each(_part_line),
        entry=_joined_entry,
        entry_vjp=Each(_part_sent),
        options=ALONG,
        example=([[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]),
        doc="Any number of arrays, one after another along an axis they all have.",
    ),
    Op(
        name="stack",
        family="structural",
        symbol="stack",
        title="stack",
        inputs=("a", "b"),
        variadic=True,
        does="Lay {all} on top of each other along a new axis {axis}",
        sends=Each(lambda slot: "hands each layer of the gradient to the array it came from"),
        forward=lambda *xs, axis: np.stack(xs, axis),
        vjps=Each(_layer),
        jvp=lambda dxs, y, *xs, axis: np.stack(_tangents(dxs, xs), axis),
        shape=_stacked,
        flops=lambda *shapes, axis: 0,
        latex=lambda names, options=(): rf"\mathrm{{stack}}({', '.join(n.text for n in names)})",
        local=Each(lambda slot: template("1")),
        numpy=lambda names, options: f"np.stack({_listed(names)}, axis={dict(options)['axis']})",
        numpy_vjp=Each(_layer_line),
        entry=_stacked_entry,
        entry_vjp=Each(_layer_sent),
        options=ALONG,
        example=([1.0, 2.0], [3.0, 4.0]),
        doc="Any number of arrays of one shape, side by side along a new axis.",
    ),
)
