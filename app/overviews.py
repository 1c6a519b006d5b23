"""A large array as a small picture that hides nothing: each cell is the entry largest in size of its block."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from app.errors import OutsideError
from engine import Array

SIDE = 64  # cells in a row or a column, at most
MOST_READ = 8_000_000  # numbers looked at for one answer
RANGE = re.compile(r"(\d{1,12}):(\d{1,12})")
PLACE = re.compile(r"(\d{1,12}):(\d{1,9}):(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an array lies in the recording, its axes but the last folded into rows."""

    offset: int
    rows: int
    columns: int

    @property
    def end(self) -> int:
        return self.offset + self.rows * self.columns

    @property
    def block(self) -> tuple[int, int]:
        """Height and width of what one cell stands for."""
        return -(-self.rows // SIDE) or 1, -(-self.columns // SIDE) or 1

    @property
    def cells(self) -> int:
        height, width = self.block
        return -(-self.rows // height) * -(-self.columns // width)


def ranges_of(text: str, size: int) -> list[tuple[int, int]]:
    """Ranges from text such as 0:12,40:41. Raises `OutsideError` for anything else, and beyond `size`."""
    found = []
    for part in text.split(","):
        match = RANGE.fullmatch(part)
        if match is None:
            raise OutsideError(f"range {part[:32]!r} is not of the form from:to")
        first, last = int(match[1]), int(match[2])
        if not first <= last <= size:
            raise OutsideError(f"{first} to {last} asked for; there are {size}")
        found.append((first, last))
    return found


def places_of(text: str, size: int) -> list[Place]:
    """Places from text such as 120:784:128. Raises `OutsideError` for anything else, and beyond `size`."""
    found = []
    for part in text.split(","):
        match = PLACE.fullmatch(part)
        if match is None:
            raise OutsideError(f"place {part[:32]!r} is not of the form offset:rows:columns")
        place = Place(offset=int(match[1]), rows=int(match[2]), columns=int(match[3]))
        if place.end > size:
            raise OutsideError(f"{place.offset} to {place.end} asked for; there are {size}")
        found.append(place)
    return found


def overview(numbers: Array, place: Place) -> tuple[Array, Array]:
    """The cells, row by row, and where in the array each was found. NaN counts as the largest."""
    (height, width), shape = place.block, (place.rows, place.columns)
    down, across = -(-place.rows // height), -(-place.columns // width)
    sizes = np.full((down * height, across * width), -1.0)
    sizes[: place.rows, : place.columns] = np.abs(numbers).reshape(shape)
    blocks = sizes.reshape(down, height, across, width).swapaxes(1, 2).reshape(down * across, height * width)
    inside = blocks.argmax(axis=1)
    row, column = np.divmod(np.arange(down * across), across)
    positions = (row * height + inside // width) * place.columns + column * width + inside % width
    return numbers[positions], positions.astype(np.uint32)
