"""How the numbers of an array are spread: counted in bins of equal width, what is not a number apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine import Array, Node

BINS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """`counts[k]` numbers lie from `edges[k]` up to `edges[k + 1]`, the last edge included.

    `zeros` are counted among them too; `nan` and `infinite` stand apart. Without numbers to count there are no bins.
    """

    node: int
    label: str
    kind: Literal["value", "gradient"]
    state: Literal["computed", "pending", "none"]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    zeros: int
    nan: int
    infinite: int


def counted(node: Node, kind: Literal["value", "gradient"], array: Array | None) -> Histogram:
    """The histogram of a node's value or gradient; without bins where there is none, now or ever."""
    there = np.zeros(0) if array is None else array
    edges, counts = spread(there)
    never = kind == "gradient" and not node.wanted
    return Histogram(
        node=node.id, label=node.label, kind=kind, edges=edges, counts=counts,
        state="computed" if array is not None else "none" if never else "pending",
        zeros=int(np.count_nonzero(there == 0)), nan=int(np.count_nonzero(np.isnan(there))),
        infinite=int(np.count_nonzero(np.isinf(there))),
    )  # fmt: skip


def spread(array: Array, bins: int = BINS) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Edges and counts of the finite numbers; one bin where all are the same, none where there are none."""
    finite = array[np.isfinite(array)].astype(np.float64)
    if not finite.size:
        return (), ()
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        return (low, high), (int(finite.size),)
    size = max(abs(low), abs(high))  # measured by it, no difference overflows
    edges = np.linspace(low / size, high / size, bins + 1)
    places = np.searchsorted(edges, finite / size, side="right") - 1
    counts = np.bincount(np.clip(places, 0, bins - 1), minlength=bins)
    return (low, *(float(e * size) for e in edges[1:-1]), high), tuple(map(int, counts))
