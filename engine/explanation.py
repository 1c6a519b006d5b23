"""What an explanation is made of. Numbers stand in its texts as places: ``\\num{12}`` is the number at offset 12."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from engine.frozen import frozen
from engine.op import Index
from engine.recording import ArrayRef
from engine.tape import Shape

Tone = Literal["forward", "backward", "update", "plain"]


@frozen
class Formula:
    """One line: in symbols, and the same with places of numbers where it can be spelled out for one entry."""

    says: str
    formula: str
    numbers: str | None = None


@frozen
class Operand:
    """A row of the table beside the formula: an array's place, or a number that is always the same."""

    label: str
    says: str
    tone: Tone
    ref: ArrayRef | None = None
    number: float | None = None


@frozen
class Explanation:
    """What can be said of one event. `entry`: which entry of a tensor the numbers speak of; None for single numbers.

    In `sentence` a part between asterisks is the signal itself.
    """

    event: int
    title: str
    entry: Index | None
    sentence: str
    lines: tuple[Formula, ...]
    operands: tuple[Operand, ...]
    code: tuple[str, ...]


class EntryError(ValueError):
    """An entry asked for that the event's array does not have."""


def at(ref: ArrayRef, index: Index) -> str:
    """The place of one entry; an axis of size 1 stands for all entries along it, and missing axes broadcast."""
    own = index[len(index) - len(ref.shape) :] if len(index) >= len(ref.shape) else (0,) * len(ref.shape)
    clipped = tuple(0 if n == 1 else i for i, n in zip(own, ref.shape, strict=True))
    return rf"\num{{{ref.offset + (int(np.ravel_multi_index(clipped, ref.shape)) if ref.shape else 0)}}}"


@frozen(kw_only=False)
class Places:
    """The `Pick` of one event: where its operands' numbers lie."""

    y_ref: ArrayRef
    x_refs: tuple[ArrayRef, ...]
    options: dict[str, Any]
    g_ref: ArrayRef | None = None
    saved_refs: tuple[ArrayRef, ...] = ()

    def x(self, slot: int, *index: int) -> str:
        return at(self.x_refs[slot], index)

    def shape(self, slot: int) -> Shape:
        return (self.y_ref if slot < 0 else self.x_refs[slot]).shape

    def y(self, *index: int) -> str:
        return at(self.y_ref, index)

    def g(self, *index: int) -> str:
        return at(self.g_ref, index) if self.g_ref else "1"

    def saved(self, number: int, *index: int) -> str:
        return at(self.saved_refs[number], index)


def repeated(upstream: Shape, value: Shape) -> Shape:
    """The axes along which broadcasting used one entry of an operand again and again."""
    added = len(upstream) - len(value)
    return tuple(n for i, n in enumerate(upstream) if i < added or (value[i - added] == 1 and n != 1))


def placed(entry: Index, index: Index, upstream: Shape, value: Shape) -> Index:
    """Where in upstream the use number `index` of an operand's `entry` lies."""
    added = len(upstream) - len(value)
    rest = iter(index)
    return tuple(
        next(rest) if i < added or (value[i - added] == 1 and n != 1) else entry[i - added]
        for i, n in enumerate(upstream)
    )


def summed(text: str, upstream: Shape, value: Shape, family: str) -> str:
    """The line of code with the sum that un-broadcasting takes."""
    if family != "elementwise" or upstream == value:
        return text
    added = len(upstream) - len(value)
    axes = tuple(range(added)) + tuple(i + added for i, n in enumerate(value) if n == 1 and upstream[i + added] != 1)
    if axes == tuple(range(added)):
        return f"np.sum({text}, axis={axes[0] if len(axes) == 1 else axes})"
    return f"np.sum({text}, axis={axes}).reshape({value})"
