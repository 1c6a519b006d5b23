"""Numbers that are not kept: what a large shared leaf receives, computed again whenever it is read.

A weight that every time step uses gets a contribution from each of them. Kept, those and their running totals would be
most of a recording, and each is one op call away from numbers that are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
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

    What is read is read-only and stays as it is. The last part and the last total are remembered, so that reading all
    of them in order costs one op call and one addition each.
    """

    __slots__ = ("_part", "_total", "dtype", "makes", "shape")

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
        return 2 * self.size * int(np.dtype(self.dtype).itemsize)

    def forget(self) -> None:
        """The numbers that everything is computed from have changed."""
        self._part: tuple[int, Array] | None = None
        self._total: tuple[int, Array] | None = None

    def part(self, number: int) -> Array:
        """Contribution `number`."""
        if self._part is None or self._part[0] != number:
            self._part = number, self._computed(number, aligned(self.shape, self.dtype))
        if number == 0 and self._total is None:
            self._total = self._part
        return self._part[1]

    def total(self, number: int) -> Array:
        """The sum of contributions 0 to `number`, added in event order as the training pass adds them."""
        if self._total is None or self._total[0] > number:
            self._total = 0, self.part(0)
        done, total = self._total
        if done < number:
            running = aligned(self.shape, self.dtype)
            np.copyto(running, total)
            with np.errstate(all="ignore"):
                for k in range(done + 1, number + 1):
                    np.add(running, self.part(k), running)
            running.flags.writeable = False
            self._total = number, running
        return self._total[1]

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
