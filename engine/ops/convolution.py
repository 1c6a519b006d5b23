"""Convolution over height and width, and the bias of its channels."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from engine.op import Op, ShapeError, template
from engine.ops import convolution_text as text
from engine.ops.windows import Axis, axes, meeting, strided
from engine.tape import Array, Call, Kernel, Options, Scratch, Shape

OPTIONS: Options = (("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1))


def output_shape(x: Shape, w: Shape, **options: Any) -> Shape:
    """(N, filters, out h, out w). Raises `ShapeError` naming the axis and both sizes."""
    if len(w) != 4:
        raise ShapeError(f"conv2d: the filters have {len(w)} axes {w}; they take 4 (filters, channels, height, width)")
    height, width = axes("conv2d", x, w[2:], options)
    groups = options["groups"]
    if x[1] != w[1] * groups:
        raise ShapeError(
            f"conv2d: axis channels is {x[1]} in the input; the filters take {w[1]} in each of {groups} groups"
        )
    if w[0] % groups:
        raise ShapeError(f"conv2d: {w[0]} filters do not divide into {groups} groups")
    return (x[0], w[0], height.out, width.out)


# --- rules: all windows as columns (im2col), then one matrix product per sample and group ---


def _columns(x: Array, height: Axis, width: Axis, scratch: Scratch) -> tuple[Array, list[Call]]:
    """An array (N, C · taps, outputs), and the calls that fill it."""
    calls: list[Call] = []
    view = x
    if height.padding or width.padding:
        view = np.zeros((*x.shape[:2], x.shape[2] + 2 * height.padding, x.shape[3] + 2 * width.padding), x.dtype)
        middle = view[:, :, height.padding :, width.padding :][:, :, : x.shape[2], : x.shape[3]]
        calls.append((np.copyto, (middle, x)))
    windows = strided(view, height, width)
    columns = scratch.take((len(x), prod(windows.shape[1:4]), prod(windows.shape[4:])))
    calls.append((np.copyto, (columns.reshape(windows.shape), windows)))
    return columns, calls


def _forward(ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, groups: int, **options: Any) -> list[Call]:
    (x, w), (y,) = ins, outs
    columns, calls = _columns(x, *axes("conv2d", x.shape, w.shape[2:], options), scratch)
    scratch.give([columns])
    return [*calls, (np.matmul, (_filters(w, groups), _grouped(columns, groups), _grouped(_flat(y), groups)))]


def _to_filters(
    ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, groups: int, **options: Any
) -> list[Call]:
    """Per sample upstream times the columns' transpose, then the sum over samples."""
    (g, _, x, w), (dw,) = ins, outs
    columns, calls = _columns(x, *axes("conv2d", x.shape, w.shape[2:], options), scratch)
    each = scratch.take((len(x), *_filters(w, groups).shape))
    calls.append((np.matmul, (_grouped(_flat(g), groups), _grouped(columns, groups).swapaxes(-1, -2), each)))
    scratch.give([columns, each])
    return [*calls, (np.add.reduce, (each, 0, None, _filters(dw, groups)))]


def _to_input(ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, groups: int, **options: Any) -> list[Call]:
    """The filters' transpose times upstream gives each tap's share; every share is added where it was read."""
    (g, _, x, w), (dx,) = ins, outs
    height, width = axes("conv2d", x.shape, w.shape[2:], options)
    shares = scratch.take((*x.shape[:2], height.kernel, width.kernel, height.out, width.out))
    columns = shares.reshape(len(x), -1, height.out * width.out)
    transposed = _filters(w, groups).swapaxes(-1, -2)
    calls: list[Call] = [
        (np.matmul, (transposed, _grouped(_flat(g), groups), _grouped(columns, groups))),
        (dx.fill, (0,)),
    ]
    for u, v in np.ndindex(height.kernel, width.kernel):
        outputs, inputs = meeting(height, width, u, v)
        calls.append((np.add, (dx[inputs], shares[:, :, u, v][outputs], dx[inputs])))
    scratch.give([shares])
    return calls


def _flat(y: Array) -> Array:
    return y.reshape(*y.shape[:2], -1)


def _filters(w: Array, groups: int) -> Array:
    return w.reshape(groups, len(w) // groups, -1)


def _grouped(x: Array, groups: int) -> Array:
    return x.reshape(len(x), groups, -1, x.shape[-1])


FORWARD = Kernel(lambda x, w, **options: (output_shape(x, w, **options),), _forward)


def _jvp(dxs: Sequence[Any], y: Array, x: Array, w: Array, **options: Any) -> Array:
    moved = np.zeros(y.shape)
    if dxs[0] is not None:
        moved = moved + FORWARD(dxs[0], w, **options)
    return moved if dxs[1] is None else moved + FORWARD(x, dxs[1], **options)


ROWS = (
    Op(
        name="conv2d",
        family="contraction",
        symbol="conv",
        title="convolution",
        inputs=("X", "W"),
        does="Slide the filters {1} over {0} and add up the products in every place",
        sends=(
            "spreads the gradient over the places each window read, weighted by the filters {1}",
            "adds up, for every weight, the gradient times the number of {0} that the weight met, over all places",
        ),
        forward=FORWARD,
        vjps=(
            Kernel(lambda g, y, x, w, **options: (x,), _to_input),
            Kernel(lambda g, y, x, w, **options: (w,), _to_filters),
        ),
        jvp=_jvp,
        shape=output_shape,
        flops=lambda x, w, **options: 2 * prod(output_shape(x, w, **options)) * prod(w[1:]),
        latex=template(r"{0} \star {1}"),
        local=(template(r"{0} \star^\top {2}"), template(r"{1} \star {0}")),
        subscripts=text.SUBSCRIPTS,
        met=(text.value_met, text.input_met, text.filter_met),
        sigma=text.sigma,
        sigma_vjp=(text.sigma_to_input, text.sigma_to_filters),
        numpy=lambda names, options: text.by_group(text.value, [n.text for n in names], (1, 0), 1, options),
        numpy_vjp=(
            lambda names, options: text.by_group(
                text.to_input, [names[k].text for k in (0, 2, 3)], (1, 1, 0), 1, options
            ),
            lambda names, options: text.by_group(
                text.to_filters, [names[k].text for k in (0, 2, 3)], (1, 1, 0), 0, options
            ),
        ),
        options=OPTIONS,
        entry=text.value_entry,
        entry_vjp=(text.input_entry, text.filter_entry),
        example=(
            [[[[1.0, -2.0, 0.5], [0.0, 3.0, -1.0], [2.0, 1.0, 4.0]]]],
            [[[[1.0, 0.0], [0.5, -1.0]]], [[[-1.0, 2.0], [0.0, 1.0]]]],
        ),
        doc="Cross-correlation, as in PyTorch: filters are not turned round. x (N, C, H, W), filters (out, in/groups, "
        "height, width); stride, padding (with zeros) and dilation as one number or (height, width). With groups, c "
        "counts the channels of the output's own group. Windows that would reach past the padding are left out.",
    ),
)
