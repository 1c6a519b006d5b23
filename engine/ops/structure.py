"""The same numbers in another arrangement: linear maps, each with its adjoint."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from engine.notation import Text
from engine.op import Index, Op, Pick, ShapeError, arranged, series, structural, template, unbroadcast
from engine.tape import Options, Shape


def _place(index: Index, shape: Shape) -> int:
    return int(np.ravel_multi_index(index, shape)) if shape else 0


def _index(place: int, shape: Shape) -> Index:
    return tuple(map(int, np.unravel_index(place, shape))) if shape else ()


# --- reshape ---


def reshaped(x: Shape, shape: Shape) -> Shape:
    """`shape` with its −1, if it has one, worked out. Raises `ShapeError` where the numbers do not fit."""
    known = prod(n for n in shape if n != -1)
    missing = prod(x) // known if known > 0 else 0
    found = tuple(missing if n == -1 else n for n in shape)
    if any(n < 1 for n in found) or shape.count(-1) > 1 or prod(found) != prod(x):
        raise ShapeError(f"reshape: {prod(x)} numbers (shape {x}) do not fit into shape {shape}")
    return found


def _reshape_entry(pick: Pick, index: Index) -> str:
    return pick.x(0, *_index(_place(index, pick.shape(-1)), pick.shape(0)))


def _reshape_sent(pick: Pick, index: Index) -> str:
    return pick.g(*_index(_place(index, pick.shape(0)), pick.shape(-1)))


# --- transpose ---


def _order(rank: int, axes: tuple[int, ...] | None) -> tuple[int, ...]:
    """Which axis of the operand each axis of the result is."""
    order = tuple(range(rank))[::-1] if axes is None else tuple(a + rank if a < 0 else a for a in axes)
    if sorted(order) != list(range(rank)):
        raise ShapeError(f"transpose: axes {axes} are no order of {rank} axes")
    return order


def _transpose_entry(pick: Pick, index: Index) -> str:
    order = _order(len(index), pick.options["axes"])
    return pick.x(0, *(index[order.index(i)] for i in range(len(index))))


def _transpose_sent(pick: Pick, index: Index) -> str:
    return pick.g(*(index[a] for a in _order(len(index), pick.options["axes"])))


def _back(rank: int, axes: tuple[int, ...] | None) -> tuple[int, ...]:
    return tuple(int(a) for a in np.argsort(_order(rank, axes)))


def _transpose_sent_line(names: Sequence[Text], options: Options) -> str:
    axes = dict(options)["axes"]
    return f"{names[0].text}.transpose({'' if axes is None else _back(len(axes), axes)})"


# --- broadcast_to ---


def _broadcast_shape(x: Shape, shape: Shape) -> Shape:
    try:
        fits = np.broadcast_shapes(x, shape) == shape
    except ValueError:
        fits = False
    if not fits or 0 in shape:
        raise ShapeError(f"broadcast_to: shape {x} cannot be repeated to shape {shape}")
    return shape


def _repeats(x: Shape, shape: Shape) -> tuple[int, ...]:
    """The axes along which entries were repeated."""
    added = len(shape) - len(x)
    return tuple(i for i, n in enumerate(shape) if i < added or x[i - added] != n)


def _broadcast_sent_line(names: Sequence[Text], options: Options) -> str:
    """Every copy has the number of the entry it is of; gradients of one number are added up."""
    g, _, x = (n.text for n in names)
    numbers = f"np.broadcast_to(np.arange({x}.size).reshape({x}.shape), {g}.shape)"
    return f"np.bincount({numbers}.ravel(), {g}.ravel()).reshape({x}.shape)"


def _broadcast_sent(pick: Pick, index: Index) -> str:
    x, shape = pick.shape(0), pick.shape(-1)
    axes = _repeats(x, shape)
    own = (0,) * (len(shape) - len(x)) + index

    def term(*at: int) -> str:
        place = dict(enumerate(own)) | dict(zip(axes, at, strict=True))
        return pick.g(*(place[i] for i in range(len(shape))))

    return series(tuple(shape[a] for a in axes), term)


ROWS = (
    structural(
        "reshape",
        lambda x, shape: x.reshape(shape),
        arranged,
        symbol="reshape",
        title="reshaping",
        does="Arrange the entries of {0} in another shape",
        sends="arranges the gradient in the shape of its input",
        shape=reshaped,
        latex=r"\mathrm{{reshape}}({0})",
        local="1",
        numpy=lambda names, options: f"{names[0].text}.reshape({dict(options)['shape']})",
        numpy_vjp=lambda names, options: f"{names[0].text}.reshape({names[2].text}.shape)",
        entry=_reshape_entry,
        entry_vjp=_reshape_sent,
        options=(("shape", (-1,)),),
        example=([[1.0, 2.0], [3.0, 4.0]],),
        doc="The same entries, row by row, in another shape; one size may be −1 and is worked out. "
        "Without a shape all entries stand in one row.",
    ),
    structural(
        "transpose",
        lambda x, axes: x.transpose(axes),
        lambda g, x, axes: g.transpose(_back(x.ndim, axes)),
        symbol="ᵀ",
        title="transposition",
        does="Put the axes of {0} in another order",
        sends="puts the axes of the gradient back in their order",
        shape=lambda x, axes: tuple(x[a] for a in _order(len(x), axes)),
        latex=r"{0}^\top",
        local="1",
        numpy=lambda names, options: f"{names[0].text}.transpose({dict(options)['axes'] or ''})",
        numpy_vjp=_transpose_sent_line,
        entry=_transpose_entry,
        entry_vjp=_transpose_sent,
        options=(("axes", None),),
        example=([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],),
        doc="The axes in the order `axes`, or, without it, in reverse order: rows become columns.",
    ),
    structural(
        "broadcast_to",
        lambda x, shape: np.broadcast_to(x, shape),
        lambda g, x, shape: unbroadcast(g, x.shape),
        symbol="repeat",
        title="broadcasting",
        does="Repeat {0} to a larger shape",
        sends="adds up the gradients of all the places an entry was repeated at",
        shape=_broadcast_shape,
        latex=r"{0} \to \mathrm{{repeated}}",
        local="1",
        numpy=lambda names, options: f"np.broadcast_to({names[0].text}, {dict(options)['shape']})",
        numpy_vjp=_broadcast_sent_line,
        entry=lambda pick, index: pick.x(0, *index),
        entry_vjp=_broadcast_sent,
        options=(("shape", (2, 2)),),
        example=([[1.0, 2.0]],),
        doc="Repeated along axes of size 1 and along new leading axes, by NumPy's rules of broadcasting.",
    ),
    Op(
        name="detach",
        family="plain",
        symbol="detach",
        title="detachment",
        inputs=("x",),
        does="Take the numbers of {0} as given",
        sends=("sends nothing back: its result counts as a number given",),
        forward=lambda x: x * 1.0,
        vjps=(None,),
        jvp=lambda dxs, y, x: np.zeros(x.shape),
        shape=lambda x: x,
        flops=lambda x: 0,
        latex=template(r"\text{{detach}}({0})"),
        local=(template("0"),),
        numpy=template("{0} * 1.0"),
        numpy_vjp=(template("np.zeros_like({2})"),),
        entry=lambda pick, index: pick.x(0, *index),
        entry_vjp=(lambda pick, index: "0",),
        example=([1.0, -2.0],),
        doc="The same numbers, but no way back: what is detached counts as given, whatever it was computed from. "
        "PyTorch calls it detach, TensorFlow stop_gradient.",
    ),
)
