"""Slopes of a loss by moving one number: how sure they are, and where there is none because of a kink or a tie."""

from __future__ import annotations

import numpy as np

from engine.events import Forward
from engine.frozen import frozen
from engine.graph import Node
from engine.run import Plan
from engine.tape import Array

TIES = frozenset(("max", "maximum", "minimum", "max_pool2d", "global_max_pool2d", "clip"))


@frozen
class Kink:
    """An entry (a flat index) at which the loss has two slopes, and the first node whose own two sides differ.

    A `tie` is a kink where two operands are equally large.
    """

    entry: int
    node: int
    label: str
    kind: str
    sentence: str


class Probing:
    """A plan of its own, in which numbers are moved. `epsilon` is the step of a difference."""

    def __init__(self, plan: Plan, epsilon: float) -> None:
        self.plan, self.epsilon = plan, epsilon
        self.loss = self.at(plan.graph.loss)

    def at(self, node: Node) -> Array:
        return self.plan.view(self.plan.schedule.values[node.id])

    def floor(self, step: float | None = None) -> float:
        """How far the rounding of the loss alone may move a slope: a few roundings of it, over the step."""
        rounding = float(np.finfo(float).eps) * max(abs(float(self.loss)), 1.0)
        return 4 * rounding / (step or self.epsilon)

    def slope(self, leaf: Node, flat: int, exact: float) -> float | None:
        """The slope for one entry of a leaf; None at a kink. What rounding cannot tell from `exact` is `exact`."""
        found = self.central(leaf, flat)
        if found is None:
            return None
        slope, step = found
        return exact if abs(slope - exact) <= self.floor(step) else slope

    def central(self, leaf: Node, flat: int) -> tuple[float, float] | None:
        """The central difference quotient of the loss for one entry of a leaf, and its step; None at a kink.

        Where the step straddles a kink nearby, a shorter one is tried.
        """
        for step in (self.epsilon, self.epsilon / 16, self.epsilon / 256):
            left, right = self.slopes(leaf, flat, step)
            if all(self.closes_up(leaf, flat, step / part, (right - left) / part) for part in (2, 4)):
                return (left + right) / 2, step
        return None

    def closes_up(self, leaf: Node, flat: int, step: float, expected: float) -> bool:
        """Whether left and right slope come together in proportion to the step, as they do on a curve.

        A kink at one certain distance looks like a curve for one shorter step, but for no second one.
        """
        left, right = self.slopes(leaf, flat, step)
        return abs(right - left - expected) <= abs(expected) / 4 + 16 * self.floor(step)

    def slopes(self, leaf: Node, flat: int, step: float) -> tuple[float, float]:
        """One-sided difference quotients of the loss for one entry of a leaf, from the left and from the right."""
        entry = self.at(leaf).reshape(-1)
        here = float(entry[flat])
        step *= max(1.0, abs(here))
        found = []
        for value in (here - step, here, here + step):
            entry[flat] = value
            self.plan.forward()
            found.append(float(self.loss))
        entry[flat] = here
        return (found[1] - found[0]) / step, (found[2] - found[1]) / step

    def kink(self, leaf: Node, flat: int) -> Kink:
        """Where the two slopes come from: the first node whose bend does not shrink with the square of the step."""
        wide, narrow = (self._bends(leaf, flat, step) for step in (self.epsilon / 256, self.epsilon / 512))
        node = next(
            (id for id in wide if narrow[id] > 0.375 * wide[id] > self.floor() * self.epsilon), self.plan.graph.loss.id
        )
        found = self.plan.graph.nodes[node]
        kind = "tie" if found.op in TIES else "kink"
        why = "two operands are equally large" if kind == "tie" else "its slopes to the left and to the right differ"
        sentence = f"{found.label} ({found.row.title}) has a {kind} here: {why}, so no difference speaks of a gradient."
        return Kink(entry=flat, node=node, label=found.label, kind=kind, sentence=sentence)

    def _bends(self, leaf: Node, flat: int, step: float) -> dict[int, float]:
        """By node, the largest second difference of its entries."""
        nodes = [self.plan.graph.nodes[e.node] for e in self.plan.schedule.events if isinstance(e, Forward)]
        entry = self.at(leaf).reshape(-1)
        here = float(entry[flat])
        sides = []
        for value in (here - step, here, here + step):
            entry[flat] = value
            self.plan.forward()
            sides.append([np.array(self.at(n)) for n in nodes])
        entry[flat] = here
        with np.errstate(invalid="ignore"):
            return {
                n.id: float(np.abs(a - 2 * b + c).max(initial=0.0)) for n, a, b, c in zip(nodes, *sides, strict=True)
            }
