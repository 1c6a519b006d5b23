"""One ufunc or reduction as calls into a given array, each in its cheapest form.

Small arrays cost what the call costs, so its form counts. Times are for float64 with one thread of OpenBLAS.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import Any

import numpy as np

Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]  # what numpy.typing calls NDArray, at no import
Call = tuple[Callable[..., Any], tuple[Any, ...]]
SPREAD = 262_144  # up to so many numbers, a number to compare with is spread out: 2 MB, which the cache still holds
FOLDED = 8  # up to so many columns, a maximum over each row is taken column by column


def ufunc_calls(ufunc: np.ufunc, args: tuple[Any, ...], out: Array) -> list[Call]:
    """`ufunc(*args)` into `out`; the arguments are arrays and numbers."""
    if ufunc is np.divide and _is(args[0], 1):
        ufunc, args = np.reciprocal, args[1:]
    elif ufunc is np.power and _is(args[1], 2):
        ufunc, args = np.square, args[:1]
    if ufunc in (np.maximum, np.minimum) and 1 < out.size <= SPREAD:
        args = tuple(a if isinstance(a, np.ndarray) else spread(a, out.shape, out.dtype) for a in args)
    return [positional(ufunc, *flat((*(_array(a, out.dtype) for a in args), out)))]


def positional(ufunc: np.ufunc, *operands: Array) -> Call:
    """The output goes by position, which is faster, but for the two ufuncs where NumPy deprecates that."""
    if ufunc in (np.maximum, np.minimum):
        return partial(ufunc, *operands[:-1], out=operands[-1]), ()
    return ufunc, operands


def flat(operands: tuple[Array, ...]) -> tuple[Array, ...]:
    """Vectors in place of arrays of one size: (1,10) + (10) takes 1.3 µs, (10) + (10) 0.4."""
    out = operands[-1]
    if all(x.ndim == 0 or (x.size == out.size and x.flags.c_contiguous) for x in operands):
        return tuple(x.reshape(-1) if x.ndim > 1 else x for x in operands)
    return operands


def reduction_calls(ufunc: np.ufunc, x: Array, axis: Any, keepdims: bool, out: Array) -> list[Call]:
    """`ufunc.reduce` of x over `axis` (None: all axes) into `out`."""
    axes = range(x.ndim) if axis is None else sorted({a % x.ndim for a in np.atleast_1d(axis).tolist()})
    if x.flags.c_contiguous and out.flags.c_contiguous:
        if ufunc is np.add and (calls := sum_calls(x, list(axes), out)):
            return calls
        if ufunc is np.maximum and list(axes) == [x.ndim - 1] and 1 < x.shape[-1] <= FOLDED:
            return _folded(x.reshape(-1, x.shape[-1]), out.reshape(-1))
    return [(ufunc.reduce, (x, axis, None, out, keepdims))]


def sum_calls(x: Array, axes: list[int], out: Array) -> list[Call]:
    """A sum over the first axes, the last ones, both or all, as products with ones: (300,100) takes 4 µs, not 12."""
    first = next((k for k in range(x.ndim) if k not in axes), x.ndim)
    last = next((k for k in reversed(range(x.ndim)) if k not in axes), x.ndim - 1) + 1
    if not axes or x.size == 0 or any(first <= a < last for a in axes):
        return []
    before, kept, after = prod(x.shape[:first]), prod(x.shape[first:last]), prod(x.shape[last:])
    if first == x.ndim:
        return [(np.dot, (x.reshape(-1), ones(before, x.dtype), out.reshape(())))]
    if last == x.ndim:
        return [(np.dot, (ones(before, x.dtype), x.reshape(before, kept), out.reshape(-1)))]
    rows = out.reshape(kept) if first == 0 else np.empty(before * kept, x.dtype)
    calls: list[Call] = [(np.dot, (x.reshape(-1, after), ones(after, x.dtype), rows))]
    if first:
        calls.append((np.dot, (ones(before, x.dtype), rows.reshape(before, kept), out.reshape(kept))))
    return calls


def _folded(x: Array, out: Array) -> list[Call]:
    """(300,3) takes 2.6 µs instead of 13."""
    columns = list(x.T)
    first = positional(np.maximum, columns[0], columns[1], out)
    return [first, *(positional(np.maximum, out, column, out) for column in columns[2:])]


@lru_cache(maxsize=16)
def spread(number: float, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """The number, over and over: against an array NumPy takes maxima in half the time it takes against one number."""
    return np.full(shape, number + 0.0, dtype)  # −0 and 0 are one key of the cache, and become one number


@lru_cache(maxsize=256)
def ones(count: int, dtype: np.dtype[Any]) -> Array:
    return np.ones(count, dtype)


def _is(x: Any, number: float) -> bool:
    return not isinstance(x, np.ndarray) and bool(x == number)


def _array(x: Any, dtype: np.dtype[Any]) -> Array:
    """A number as an array: 0.4 µs a call instead of 0.7."""
    return x if isinstance(x, np.ndarray) else np.array(x, dtype)
