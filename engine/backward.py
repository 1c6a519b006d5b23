"""How the gradients of a training step are found: the way, and what it leaves out or keeps."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

Mode = Literal["reverse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backward:
    """How the backward phase goes. `cut`: edges (node, slot) that carry nothing back.

    `checkpoints`: with any, only these nodes' values are kept after the forward pass; what lies between two of them
    is computed again when the backward pass comes to it. What follows the last one is kept.
    """

    mode: Mode = "reverse"
    cut: tuple[tuple[int, int], ...] = ()
    checkpoints: tuple[int, ...] = ()

    def segment(self, node: int) -> int | None:
        """Which stretch between checkpoints a node belongs to; None where its value is kept."""
        passed = bisect_left(self.checkpoints, node)
        kept = passed == len(self.checkpoints) or self.checkpoints[passed] == node
        return None if kept else passed
