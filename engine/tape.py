"""Run a rule once on symbols and keep what NumPy was asked to do: a *tape*.

A rule such as ``lambda y, x: y * (1 - y)`` is ordinary NumPy code. Called with arrays it gives numbers.
Called with `Symbol` operands, NumPy hands every ufunc to `Symbol.__array_ufunc__`, which writes the call down.
The tape prints itself as LaTeX or as NumPy text (`notation.write`) and becomes calls into given arrays (`bind`), so the
formula on screen, the line of code beside it and the numbers in the recording come from one rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from engine.calls import Array, Call

__all__ = ["Array", "Call"]  # whoever takes tapes takes these too

Shape = tuple[int, ...]
Rule = Callable[..., Any]
Options = tuple[tuple[str, Any], ...]


class UntraceableError(Exception):
    """A rule did something a tape cannot hold; it is still a rule, called as it is."""


class Ref(int):
    """The number of an operand: inputs first, then one per line."""


class Line(NamedTuple):
    ufunc: np.ufunc
    args: tuple[Any, ...]  # Ref or number
    shape: Shape
    reduce: tuple[Any, bool] | None = None  # (axis, keepdims) where it is ufunc.reduce


class Tape(NamedTuple):
    inputs: int
    lines: tuple[Line, ...]
    results: tuple[Any, ...]  # Ref or number
    kernel: Callable[..., list[Call]] | None = None  # computes all results; each line tells only the shape of one


class Symbol(NDArrayOperatorsMixin):
    """An operand that writes down what NumPy does with it."""

    __slots__ = ("_inputs", "lines", "ref", "shape")

    def __init__(self, lines: list[Line], ref: int, shape: Shape, inputs: int) -> None:
        self.lines, self.ref, self.shape = lines, Ref(ref), shape
        self._inputs = inputs

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=int))

    def __len__(self) -> int:
        return self.shape[0]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *xs: Any, **keywords: Any) -> Symbol:
        if method == "__call__" and not keywords:
            shapes = (x.shape if isinstance(x, Symbol) else np.shape(x) for x in xs)
            return self._write(Line(ufunc, tuple(map(_operand, xs)), np.broadcast_shapes(*shapes)))
        raise UntraceableError(f"{ufunc.__name__}.{method}")

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        raise UntraceableError(getattr(function, "__name__", repr(function)))

    def __getattr__(self, name: str) -> Any:
        """Whatever else arrays can do."""
        raise AttributeError(name) if name.startswith("_") else UntraceableError(name)

    def __getitem__(self, index: Any) -> Any:
        raise UntraceableError("an entry of an array")

    def _write(self, line: Line) -> Symbol:
        self.lines.append(line)
        return Symbol(self.lines, self._inputs + len(self.lines) - 1, line.shape, self._inputs)

    def _reduce(self, ufunc: np.ufunc, axis: Any, keepdims: bool) -> Symbol:
        axes = range(self.ndim) if axis is None else {a % self.ndim for a in np.atleast_1d(axis).tolist()}
        shape = tuple(1 if i in axes else n for i, n in enumerate(self.shape) if keepdims or i not in axes)
        return self._write(Line(ufunc, (self.ref,), shape, (axis, keepdims)))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Symbol:
        return self._reduce(np.add, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Symbol:
        return self._reduce(np.maximum, axis, keepdims)


class Kernel:
    """A rule that takes more than ufuncs, such as a convolution: computed by calls into given arrays.

    `shapes(*shapes, **options)` are those of its results; `write(ins, outs, scratch, **options)` gives the calls.
    """

    __slots__ = ("shapes", "write")

    def __init__(self, shapes: Callable[..., tuple[Shape, ...]], write: Callable[..., list[Call]]) -> None:
        self.shapes, self.write = shapes, write

    def __call__(self, *xs: Any, **options: Any) -> Any:
        ins = [np.ascontiguousarray(x) for x in xs]
        dtype = np.result_type(*ins)
        outs = [np.empty(shape, dtype) for shape in self.shapes(*(x.shape for x in ins), **options)]
        for function, arguments in self.write(ins, outs, Scratch(dtype), **options):
            function(*arguments)
        return tuple(outs) if len(outs) > 1 else outs[0]

    def tape(self, shapes: tuple[Shape, ...], options: Options) -> Tape:
        given = self.shapes(*shapes, **dict(options))
        lines = tuple(Line(np.positive, (), shape) for shape in given)
        results = tuple(Ref(len(shapes) + k) for k in range(len(given)))
        return Tape(len(shapes), lines, results, partial(self.write, **dict(options)))


ERF = np.frompyfunc(math.erf, 1, 1)


def erf(x: Any) -> Any:
    """The error function, by Python's own: NumPy has none. Right to the last place or two, about 60 ns an entry."""
    return ERF(x) if isinstance(x, Symbol) else ERF(x, out=np.empty(np.shape(x)), casting="unsafe")


def _operand(x: Any) -> Any:
    if isinstance(x, Symbol):
        return x.ref
    if np.ndim(x):
        raise UntraceableError("an array inside a rule")
    return x


@lru_cache(maxsize=4096)
def trace(rule: Rule, shapes: tuple[Shape, ...], options: Options = ()) -> Tape:
    """The tape of `rule` for operands of these shapes. Raises `UntraceableError` where it uses more than ufuncs."""
    if isinstance(rule, Kernel):
        return rule.tape(shapes, options)
    lines: list[Line] = []
    got = rule(*(Symbol(lines, i, s, len(shapes)) for i, s in enumerate(shapes)), **dict(options))
    results = got if isinstance(got, tuple) else (got,)
    return Tape(len(shapes), tuple(lines), tuple(map(_operand, results)))


class Scratch:
    """Arrays for values nobody records, reused as soon as the value in them is dead."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self._free: dict[Shape, list[Array]] = {}

    def take(self, shape: Shape) -> Array:
        free = self._free.get(shape)
        return free.pop() if free else np.empty(shape, self.dtype)

    def give(self, arrays: Iterable[Array]) -> None:
        for a in arrays:
            self._free.setdefault(a.shape, []).append(a)
