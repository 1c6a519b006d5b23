"""Numbers that are not kept: what a large shared leaf receives, computed again whenever it is read.

A weight that every time step uses gets a contribution from each of them. Kept, those and their running totals would be
most of a recording, and each is one op call away from numbers that are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from engine.tape import Array, Call, Shape

ALIGNMENT = 64  # bytes; an array that begins elsewhere may round differently in vectorised code

Make = Callable[[Array], list[Call]]  # the calls that compute a contribution into an array


def aligned(shape: Shape, dtype: Any) -> Array:
    """Zeros that begin at a multiple of 64 bytes."""
    size = prod(shape) * np.dtype(dtype).itemsize
    room = np.zeros(size + ALIGNMENT, np.uint8)
    skip = -room.ctypes.data % ALIGNMENT
    begun: Array = room[skip : skip + size].view(dtype)
    return begun.reshape(shape)


class Received:
    """The contributions to one leaf and their running totals, numbered in event order.

    What is read is read-only and stays as it is. The last part and the last two totals are remembered, so that reading
    all of them in order costs one op call and one addition each, also where each is read beside the total before it.
    """

    __slots__ = ("_part", "_totals", "dtype", "makes", "shape")

    def __init__(self, shape: Shape, dtype: Any) -> None:
        self.shape, self.dtype = shape, dtype
        self.makes: list[Make] = []
        self.forget()

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """What reading leaves behind at most."""
        return 3 * self.size * int(np.dtype(self.dtype).itemsize)

    def forget(self) -> None:
        """The numbers that everything is computed from have changed."""
        self._part: tuple[int, Array] | None = None
        self._totals: list[tuple[int, Array]] = []

    def part(self, number: int) -> Array:
        """Contribution `number`."""
        if self._part is None or self._part[0] != number:
            self._part = number, self._computed(number, aligned(self.shape, self.dtype))
        if number == 0 and not self._totals:
            self._totals = [self._part]
        return self._part[1]

    def total(self, number: int) -> Array:
        """The sum of contributions 0 to `number`, added in event order as the training pass adds them."""
        known = [remembered for remembered in self._totals if remembered[0] <= number]
        done, total = max(known, key=itemgetter(0)) if known else (0, self.part(0))
        if done < number:
            total = self._added(total, done + 1, number)
            self._totals = [*self._totals[-1:], (number, total)]
        return total

    def _added(self, total: Array, first: int, last: int) -> Array:
        """A total with further contributions."""
        running = aligned(self.shape, self.dtype)
        np.copyto(running, total)
        with np.errstate(all="ignore"):
            for k in range(first, last + 1):
                np.add(running, self.part(k), running)
        running.flags.writeable = False
        return running

    def _computed(self, number: int, out: Array) -> Array:
        with np.errstate(all="ignore"):
            for function, arguments in self.makes[number](out):
                function(*arguments)
        out.flags.writeable = False
        return out


class Derived(NamedTuple):
    """An array that is computed when it is read: a contribution, or the total it leads to."""

    received: Received
    number: int
    summed: bool

    def read(self) -> Array:
        return self.received.total(self.number) if self.summed else self.received.part(self.number)
