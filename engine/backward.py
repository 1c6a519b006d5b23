"""How the gradients of a training step are found: the way, and what it leaves out, keeps or steps by."""

from __future__ import annotations

from bisect import bisect_left
from typing import Literal

from engine.frozen import frozen

Mode = Literal["reverse", "forward", "difference", "rtrl"]
Sides = Literal["central", "one-sided"]
STEPS: dict[Sides, float] = {"central": 1e-5, "one-sided": 1e-8}  # near where rounding and curvature balance


@frozen
class Backward:
    """How the backward phase goes. `mode` is the way:

    - `reverse`: one pass back from each output.
    - `forward`: one pass forward for each entry of each leaf.
    - `difference`: the loss again with each entry moved by `epsilon`, on both `sides` of it or on one.
    - `rtrl`: real-time recurrent learning; the influence of the leaves on the state is carried on through time.

    `cut`: edges (node, slot) that carry nothing back. `checkpoints`: with any, only these nodes' values are kept
    after the forward pass; what lies between two of them is computed again when the backward pass comes to it. What
    follows the last one is kept. `fault`: the name of a mistake made on purpose (`engine.faults`). These belong to
    reverse mode. `sampled`: ways that go entry by entry take the first
    one of each leaf alone, which is enough to count by.
    """

    mode: Mode = "reverse"
    cut: tuple[tuple[int, int], ...] = ()
    checkpoints: tuple[int, ...] = ()
    sides: Sides = "central"
    epsilon: float | None = None
    sampled: bool = False
    fault: str | None = None

    def __post_init__(self) -> None:
        if self.mode != "reverse" and (self.cut or self.checkpoints or self.fault):
            what = "truncated" if self.cut else "checkpointed" if self.checkpoints else "broken"
            raise ValueError(f"only reverse mode can be {what}; the mode is {self.mode}")

    @property
    def step(self) -> float:
        """How far a difference moves an entry; where nothing is said, 1e-5 to both sides or 1e-8 to one."""
        return STEPS[self.sides] if self.epsilon is None else self.epsilon

    def segment(self, node: int) -> int | None:
        """Which stretch between checkpoints a node belongs to; None where its value is kept."""
        passed = bisect_left(self.checkpoints, node)
        kept = passed == len(self.checkpoints) or self.checkpoints[passed] == node
        return None if kept else passed
