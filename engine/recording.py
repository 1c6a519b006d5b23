"""The numbers of one training step: one flat buffer, and where in it every array lies."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from engine.tape import Array, Shape

ALIGNMENT = 64  # bytes; a buffer that begins elsewhere may round differently in vectorised code


@dataclass(frozen=True, slots=True)
class ArrayRef:
    """Where an array lies in the recording: `offset` counts numbers, not bytes; row-major."""

    offset: int
    shape: Shape

    @property
    def size(self) -> int:
        return prod(self.shape)


class Recording:
    """Every array of one training step, back to back. `view` gives one of them, without a copy."""

    __slots__ = ("buffer",)

    def __init__(self, size: int, dtype: Any = np.float64) -> None:
        room = np.zeros(size * np.dtype(dtype).itemsize + ALIGNMENT, np.uint8)
        skip = -room.ctypes.data % ALIGNMENT
        self.buffer: Array = room[skip : skip + size * np.dtype(dtype).itemsize].view(dtype)

    def view(self, ref: ArrayRef) -> Array:
        return self.buffer[ref.offset : ref.offset + ref.size].reshape(ref.shape)

    def copy(self) -> Recording:
        other = Recording(self.buffer.size, self.buffer.dtype)
        other.buffer[:] = self.buffer
        return other
