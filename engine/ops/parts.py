"""Parts of an array, and zeros around it: linear maps, each the adjoint of the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Index, Pick, ShapeError, structural
from engine.taking import taking
from engine.tape import Options, Shape

# --- slice ---

PART: Options = (("axis", 0), ("start", 0), ("stop", None), ("step", 1))


def _cut(x: Shape, axis: int, start: int, stop: int | None, step: int) -> tuple[slice, ...]:
    """The index that takes the part. Raises `ShapeError` where it would be empty."""
    if not -len(x) <= axis < len(x):
        raise ShapeError(f"slice: axis {axis} asked for; the operand has {len(x)} axes")
    if step < 1 or not range(x[axis])[start:stop:step]:
        raise ShapeError(f"slice: nothing is left of axis {axis}, of size {x[axis]}, from {start} to {stop} by {step}")
    return (slice(None),) * (axis % len(x)) + (slice(start, stop, step),)


def _cut_shape(x: Shape, **o: Any) -> Shape:
    cut = _cut(x, **o)
    return (*x[: len(cut) - 1], len(range(x[len(cut) - 1])[cut[-1]]), *x[len(cut) :])


def _taken(pick: Pick) -> tuple[int, range]:
    """The axis, and which of its places were taken."""
    cut = _cut(pick.shape(0), **pick.options)
    return len(cut) - 1, range(pick.shape(0)[len(cut) - 1])[cut[-1]]


def _slice_entry(pick: Pick, index: Index) -> str:
    axis, taken = _taken(pick)
    return pick.x(0, *index[:axis], taken[index[axis]], *index[axis + 1 :])


def _slice_sent(pick: Pick, index: Index) -> str:
    axis, taken = _taken(pick)
    if index[axis] not in taken:
        return "0"
    return pick.g(*index[:axis], taken.index(index[axis]), *index[axis + 1 :])


def _slice_line(names: Sequence[Text], options: Options) -> str:
    o = dict(options)
    part = f"{o['start']}:{'' if o['stop'] is None else o['stop']}" + (f":{o['step']}" if o["step"] != 1 else "")
    where = [":"] * o["axis"] + [part] if o["axis"] >= 0 else ["...", part] + [":"] * (-o["axis"] - 1)
    return f"{names[0].text}[{', '.join(where)}]"


def _slice_sent_line(names: Sequence[Text], options: Options) -> str:
    """By a matrix with a row for every place taken: one 1 each."""
    g, _, x = (n.text for n in names)
    axis = dict(options)["axis"]
    rows = _slice_line([Text(f"np.eye({x}.shape[{axis}])")], (*options, ("axis", 0)))
    return f"np.moveaxis(np.moveaxis({g}, {axis}, -1) @ {rows}, -1, {axis})"


# --- pad ---

Widths = tuple[tuple[int, int], ...]


def _pad_shape(x: Shape, widths: Widths) -> Shape:
    if len(widths) != len(x) or any(n < 0 for pair in widths for n in pair):
        raise ShapeError(f"pad: widths {widths} asked for; the operand has {len(x)} axes, each with two widths of 0 up")
    return tuple(n + before + after for n, (before, after) in zip(x, widths, strict=True))


def _inside(x: Shape, widths: Widths) -> tuple[slice, ...]:
    return tuple(slice(before, before + n) for n, (before, _) in zip(x, widths, strict=True))


def _pad_entry(pick: Pick, index: Index) -> str:
    own = tuple(i - before for i, (before, _) in zip(index, pick.options["widths"], strict=True))
    within = all(0 <= i < n for i, n in zip(own, pick.shape(0), strict=True))
    return pick.x(0, *own) if within else "0"


def _pad_sent(pick: Pick, index: Index) -> str:
    return pick.g(*(i + before for i, (before, _) in zip(index, pick.options["widths"], strict=True)))


def _pad_sent_line(names: Sequence[Text], options: Options) -> str:
    g, _, x = (n.text for n in names)
    parts = (f"{a}:{a} + {x}.shape[{i}]" for i, (a, _) in enumerate(dict(options)["widths"]))
    return f"{g}[{', '.join(parts)}]"


ROWS = (
    taking(
        "slice",
        _cut,
        symbol="[:]",
        title="slice",
        does="Take a part of {0} along axis {axis}",
        sends="puts the gradient back where the part was taken, with 0 around it",
        shape=_cut_shape,
        latex=r"{{{0}}}_{{\mathrm{{part}}}}",
        local="1",
        numpy=_slice_line,
        numpy_vjp=_slice_sent_line,
        entry=_slice_entry,
        entry_vjp=_slice_sent,
        options=PART,
        example=([[1.0, 2.0], [3.0, 4.0]],),
        doc="The entries from `start` up to, but without, `stop` along one axis, every `step`-th of them; places count "
        "from 0, negative ones from the end.",
    ),
    structural(
        "pad",
        lambda x, widths: np.pad(x, widths),
        lambda g, x, widths: g[_inside(x.shape, widths)],
        symbol="pad",
        title="padding",
        does="Put zeros around {0}",
        sends="cuts off the gradient what zeros received",
        shape=_pad_shape,
        latex=r"\mathrm{{pad}}({0})",
        local="1",
        numpy=lambda names, options: f"np.pad({names[0].text}, {dict(options)['widths']})",
        numpy_vjp=_pad_sent_line,
        entry=_pad_entry,
        entry_vjp=_pad_sent,
        options=(("widths", ((0, 1), (2, 0))),),
        example=([[1.0, 2.0], [3.0, 4.0]],),
        doc="Zeros before and after the entries: `widths` holds two counts for every axis.",
    ),
)
