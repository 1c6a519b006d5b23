"""The numbers of one training step: one flat buffer, and where in it every array lies."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import prod
from typing import Any, Literal

import numpy as np

from engine.derived import Derived, aligned
from engine.frozen import frozen
from engine.tape import Array, Shape

Precision = Literal["float64", "float32"]


@frozen(kw_only=False)
class ArrayRef:
    """Where an array lies in the recording: `offset` counts numbers, not bytes; row-major."""

    offset: int
    shape: Shape

    @property
    def size(self) -> int:
        """How many numbers the array has."""
        return prod(self.shape)


class Recording:
    """Every array of one training step, back to back. `view` gives one of them.

    `buffer` holds the numbers that are kept. Places beyond it are those of derived arrays, which are computed from
    kept ones whenever they are read: `derived` says how, by offset. A `Plan` knows that, and enters it.
    """

    __slots__ = ("buffer", "derived")

    def __init__(self, size: int, dtype: Any = np.float64) -> None:
        self.buffer: Array = aligned((size,), dtype)
        self.derived: dict[int, Derived] = {}  # in the order of their places

    def view(self, ref: ArrayRef) -> Array:
        """The array at `ref`, without a copy; a derived one is computed, and read-only."""
        if ref.offset < self.buffer.size or not ref.size:
            return self.buffer[ref.offset : ref.offset + ref.size].reshape(ref.shape)
        return self.derived[ref.offset].read().reshape(ref.shape)

    def numbers(self, first: int, last: int) -> Array:
        """The numbers from place `first` up to place `last`, kept and derived ones alike."""
        kept = self.buffer[first:last]
        if last <= self.buffer.size:
            return kept
        places = list(self.derived)
        reached = places[max(bisect_right(places, first) - 1, 0) : bisect_left(places, last)]
        found = ((at, self.derived[at].read().reshape(-1)) for at in reached)
        return np.concatenate([kept, *(x[max(first - at, 0) : last - at] for at, x in found)])

    def copy(self) -> Recording:
        """A copy of the numbers that are kept; to read others from it, bind a plan to it."""
        other = Recording(self.buffer.size, self.buffer.dtype)
        other.buffer[:] = self.buffer
        return other

    @property
    def nbytes(self) -> int:
        """The memory it takes: the numbers that are kept, and what reading the others leaves behind at most."""
        return self.buffer.nbytes + sum({id(d.received): d.received.nbytes for d in self.derived.values()}.values())


def side_by_side(pairs: Sequence[tuple[ArrayRef, ArrayRef]]) -> list[tuple[ArrayRef, ArrayRef]]:
    """The same copies as few long ones: pairs that follow each other on both sides become one."""
    joined: list[tuple[ArrayRef, ArrayRef]] = []
    for source, target in sorted(pairs, key=lambda pair: pair[0].offset):
        if joined and _follows(joined[-1][0], source) and _follows(joined[-1][1], target):
            size = (joined[-1][0].size + source.size,)
            source, target = (ArrayRef(ref.offset, size) for ref in joined.pop())
        joined.append((source, target))
    return joined


def _follows(a: ArrayRef, b: ArrayRef) -> bool:
    return a.offset + a.size == b.offset
