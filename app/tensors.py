"""Reading arrays: windows, states, and the shapes of answers that carry numbers."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np
import orjson

from app.errors import NotFoundError, OutsideError, TooLargeError
from app.wire import encode, names, plain
from engine import AnyEvent, Array, ArrayRef, Graph, Node, Trace, summary

SLICE = re.compile(r"(\d{0,9}):(\d{0,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One array. `state` is `pending` where it has not been computed yet, `none` where it never will be, and `why`."""

    node: int
    label: str
    kind: Literal["value", "gradient"]
    shape: tuple[int, ...]
    window: str
    data: Any
    state: Literal["computed", "pending", "none"]
    why: str | None = None


def find(graph: Graph, name: str) -> Node:
    """The node of this name. Raises `NotFoundError`, which says how many there are."""
    try:
        return graph.find(name)
    except KeyError:
        raise NotFoundError(f"no node is called {name[:64]!r}; there are {len(graph.nodes)} nodes") from None


def read(trace: Trace, node: Node, kind: str, cursor: int | None) -> Array | None:
    """Value or gradient of a node after `cursor` events.

    Without a cursor: the value as computed in this iteration (a parameter's before the update), the gradient as at
    the end of the backward pass.
    """
    if kind == "gradient":
        return trace.gradient(node.id, trace.schedule.length if cursor is None else cursor)
    return trace.view(trace.schedule.values[node.id]) if cursor is None else trace.value(node.id, cursor)


def window_of(text: str | None, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Slices from text such as 0:64,0:10; all where it is None. Raises `OutsideError` for anything else."""
    if text is None:
        return tuple(slice(0, n) for n in shape)
    parts = text.split(",") if text else []
    if len(parts) != len(shape):
        raise OutsideError(f"window {text[:64]!r} has {len(parts)} axes; the array has shape {shape}")
    return tuple(_slice(part, n) for part, n in zip(parts, shape, strict=True))


def _slice(part: str, n: int) -> slice:
    match = SLICE.fullmatch(part)
    if match is None:
        raise OutsideError(f"window part {part[:32]!r} is not of the form from:to")
    first, last = int(match[1] or 0), int(match[2] or n)
    if not first <= last <= n:
        raise OutsideError(f"window part {part!r} lies outside of an axis of {n}")
    return slice(first, last)


def entry_of(text: str | None) -> tuple[int, ...] | None:
    """An index from text such as 0,3; None for None. Raises `OutsideError` for anything else."""
    if text is None:
        return None
    parts = text.split(",") if text else []
    if not all(p.isascii() and p.isdecimal() and len(p) < 10 for p in parts):
        raise OutsideError(f"entry {text!r} is not of the form 0,3")
    return tuple(map(int, parts))


def window_text(window: tuple[slice, ...]) -> str:
    """A window as it is asked for: "0:2,3:4"."""
    return ",".join(f"{s.start}:{s.stop}" for s in window)


def allow(count: int, most: int, what: str) -> None:
    """Raises `TooLargeError` where one answer cannot carry so many."""
    if count > most:
        raise TooLargeError(f"{count} {what} asked for; one answer carries {most}: ask for a smaller window")


def npy(array: Array) -> bytes:
    """An array as a file that `numpy.load` reads: its shape, type and numbers."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def why_none(node: Node) -> str:
    """Why a node never gets a gradient."""
    if node.role in ("constant", "target"):
        return f"{node.label} is a {node.role}: no gradient is sent to it"
    if node.role == "input":
        return f"no gradient is asked for at the input {node.label}"
    return f"nothing that learns lies before {node.label}, or no path leads from it to the loss"


GAP = b"\0"  # which no JSON holds


Place = tuple[int, tuple[int, ...]]  # of an array in a recording: its offset and its shape
Gap = tuple[Place, ArrayRef, bytes]  # an array, and the text between it and the next one


class Forms:
    """Events of a schedule as JSON with gaps, where numbers go: encoded once, for all training steps."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[bytes, list[Gap]]] = {}
        self.nbytes = 0

    def of(self, event: AnyEvent) -> tuple[bytes, list[Gap]]:
        """The text before the first gap, and each gap with the text after it."""
        return self._made.get(event.index) or self._make(event)

    def _make(self, event: AnyEvent) -> tuple[bytes, list[Gap]]:
        refs: list[ArrayRef] = []

        def gapped(value: Any) -> Any:
            if isinstance(value, ArrayRef):
                refs.append(value)
                return orjson.Fragment(GAP)
            return {k: gapped(v) for k, v in value.items()} if isinstance(value, dict) else plain(value)

        text = orjson.dumps({name: gapped(getattr(event, name)) for name in names(type(event))})
        self.nbytes += len(text)
        first, *after = text.split(GAP)
        gaps = [((ref.offset, ref.shape), ref, more) for ref, more in zip(refs, after, strict=True)]
        return self._made.setdefault(event.index, (first, gaps))


class Teller:
    """Events of a trace as JSON, with a summary in place of each reference. Hold the session's lock."""

    def __init__(self, trace: Trace, forms: Forms) -> None:
        self.trace, self.forms = trace, forms
        self.told: dict[Place, bytes] = {}  # one event's value is another one's upstream

    def __call__(self, event: AnyEvent) -> bytes:
        first, gaps = self.forms.of(event)
        parts = [first]
        for place, ref, more in gaps:
            parts += self.told.get(place) or self.told.setdefault(place, _summarised(self.trace.view(ref))), more
        return b"".join(parts)


SINGLE = (
    b'{"shape":%b,"min":%b,"max":%b,"mean":%b,"std":0.0,"norm":%b,"zeros":0.0,"nonfinite":0,"data":%b}'  # a summary
)


def _summarised(array: Array) -> bytes:
    if array.size == 1 and array.dtype == np.float64 and 1e-150 < abs(only := array.item()) < 1e150:
        # As most arrays of an expression are: a tenth of the time. Its square is a number, so its norm is its size.
        number, ones = orjson.dumps(only), array.ndim
        shape = b"[%b]" % b",".join([b"1"] * ones)
        nested = b"[" * ones + number + b"]" * ones
        return SINGLE % (shape, number, number, number, number.lstrip(b"-"), nested)
    found = summary(array)
    bounded = found.nonfinite == 0 and all(x is None or isfinite(x) for x in (found.mean, found.std, found.norm))
    return orjson.dumps(found) if bounded else encode(found)  # orjson takes infinities for null
