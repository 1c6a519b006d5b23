"""Windows that move over height and width of (N, C, H, W): where they stand, what they read, how that is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.op import ShapeError
from engine.tape import Array, Options, Shape

Pair = tuple[int, int]
AXES = ("height", "width")


def pair(n: int | Sequence[int]) -> Pair:
    """An option for both axes: one number stands for both."""
    return (n, n) if isinstance(n, int) else (n[0], n[1])


class Axis(NamedTuple):
    """One axis of `size` numbers; output i reads, with tap k, input stride·i + dilation·k − padding."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def span(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @property
    def out(self) -> int:
        return (self.size + 2 * self.padding - self.span) // self.stride + 1

    def read(self, i: int, k: int) -> int:
        return self.stride * i + self.dilation * k - self.padding

    def taps(self, i: int) -> range:
        """The taps with which output i reads an input rather than padding."""
        kept = [k for k in range(self.kernel) if 0 <= self.read(i, k) < self.size]
        return range(kept[0], kept[-1] + 1) if kept else range(0)

    def begins(self, k: int) -> list[bool]:
        """By output: whether tap k is its first that reads an input."""
        return [self.taps(i)[:1] == range(k, k + 1) for i in range(self.out)]

    def outputs(self, k: int) -> range:
        """The outputs that read an input, rather than padding, with tap k."""
        first = max(0, -(self.read(0, k) // self.stride))
        last = min(self.out - 1, (self.size - 1 - self.read(0, k)) // self.stride)
        return range(first, max(first, last + 1))

    def readers(self, at: int) -> list[Pair]:
        """(output, tap) of every use of input `at`."""
        found = ((at + self.padding - self.dilation * k, k) for k in range(self.kernel))
        return [(i // self.stride, k) for i, k in found if i % self.stride == 0 and 0 <= i // self.stride < self.out]


def axes(name: str, x: Shape, kernel: Any, options: Mapping[str, Any]) -> tuple[Axis, Axis]:
    """Height and width of x (N, C, H, W) under a window. Raises `ShapeError` where it does not fit."""
    if len(x) != 4:
        raise ShapeError(f"{name}: the input has {len(x)} axes {x}; it takes 4 (samples, channels, height, width)")
    said = zip(*(pair(options.get(o, d)) for o, d in (("stride", 1), ("padding", 0), ("dilation", 1))), strict=True)
    both = [Axis(size, k, *rest) for size, k, rest in zip(x[2:], pair(kernel), said, strict=True)]
    for axis, where in zip(both, AXES, strict=True):
        _check(name, axis, where)
    return both[0], both[1]


def _check(name: str, axis: Axis, where: str) -> None:
    if min(axis.kernel, axis.stride, axis.dilation) < 1 or axis.padding < 0:
        raise ShapeError(f"{name}: kernel, stride and dilation are at least 1 and padding 0; {where} has {axis}")
    if axis.out < 1:
        room = axis.size + 2 * axis.padding
        raise ShapeError(f"{name}: the window spans {axis.span} along axis {where}, which is {room} with its padding")


def places(width: int, rows: Sequence[int], columns: Sequence[int]) -> Array:
    """Where numbers lie in their channel, counted row by row."""
    return np.add.outer(np.multiply(rows, float(width)), columns)


def strided(x: Array, height: Axis, width: Axis) -> Array:
    """A view (N, C, kernel h, kernel w, out h, out w) of a padded input: what every tap reads."""
    n, c, h, w = x.strides
    shape = (*x.shape[:2], height.kernel, width.kernel, height.out, width.out)
    steps = (n, c, h * height.dilation, w * width.dilation, h * height.stride, w * width.stride)
    return np.lib.stride_tricks.as_strided(x, shape, steps)


def meeting(height: Axis, width: Axis, row: int, column: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Indices of the outputs that read an input with tap (row, column), and of those inputs."""
    pairs = [_meeting(height, row), _meeting(width, column)]
    return (..., pairs[0][0], pairs[1][0]), (..., pairs[0][1], pairs[1][1])


def _meeting(axis: Axis, k: int) -> tuple[slice, slice]:
    outputs = axis.outputs(k)
    first, end = axis.read(outputs.start, k), axis.read(outputs.stop - 1, k) + 1
    inputs = slice(first, end, axis.stride) if outputs else slice(0, 0)
    return slice(outputs.start, outputs.stop), inputs


# --- texts ---


def index(i: str, k: str, axis: int, options: Options) -> str:
    """The place that output i reads with tap k, such as 2i + k - 1."""
    chosen = dict(options)
    stride, dilation, padding = (
        pair(chosen.get(o, d))[axis] for o, d in (("stride", 1), ("dilation", 1), ("padding", 0))
    )
    moved = (f"{n if n > 1 else ''}{letter}" for n, letter in ((stride, i), (dilation, k)))
    return " + ".join(moved) + (f" - {padding}" if padding else "")


def padded_line(x: str, options: Options, value: str = "") -> str:
    """NumPy for x with its padding."""
    h, w = pair(dict(options).get("padding", 0))
    filled = f", constant_values={value}" if value else ""
    return f"np.pad({x}, ((0, 0), (0, 0), ({h}, {h}), ({w}, {w})){filled})" if h or w else x


def windows_line(x: str, span: str, options: Options) -> str:
    """NumPy for the windows (N, C, out h, out w, kernel h, kernel w) of the padded x."""
    chosen = dict(options)
    steps = (*pair(chosen.get("stride", 1)), *pair(chosen.get("dilation", 1)))
    kept = f"[:, :, {', '.join(f'::{n}' for n in steps)}]" if max(steps) > 1 else ""
    return f"np.lib.stride_tricks.sliding_window_view({x}, {span}, axis=(2, 3)){kept}"
