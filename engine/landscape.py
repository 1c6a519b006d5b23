"""The loss of one training step as a function of its parameters: its height along directions through them.

A point is a flat vector of every parameter's numbers, row-major, in the graph's order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.graph import Node
from engine.op import Index
from engine.run import Plan
from engine.tape import Array
from engine.trace import Trace

STRAIGHT = 1e-12  # of the largest eigenvalue; one below it is rounding
PARALLEL = 1e-7  # of a direction's length; when no more is left of it beside another one, that is rounding


def point(trace: Trace) -> Array:
    """Where a training step begins: a copy of its parameters, in float64."""
    return _flat(trace.graph.parameters, lambda n: trace.view(trace.schedule.values[n.id]))


class Landscape:
    """The loss around a training step, in a copy of its numbers: same batch, same masks, same rule by rule.

    `here` is where the step begins; there the loss is the recorded one, bit for bit. `nodes` are computed for one
    loss, and `evaluations` counts the losses.
    """

    def __init__(self, trace: Trace) -> None:
        self.graph, self.here = trace.graph, point(trace)
        self.nodes = sum(event.kind == "forward" for event in trace.schedule.events)
        self.evaluations = 0
        self._gradient = self._found(trace, lambda n: trace.jacobian(trace.graph.loss.id, n.id))
        self._after = self._found(trace, lambda n: trace.value(n.id, trace.schedule.length))
        self.trace = Trace(trace.graph, trace.schedule, trace.recording.copy())
        self._plan = Plan(self.graph, trace.schedule, self.trace.recording)
        self._parts = [self.trace.view(trace.schedule.values[n.id]) for n in self.graph.parameters]
        self._loss = self.trace.view(trace.schedule.values[self.graph.loss.id])

    def _found(self, trace: Trace, read: Callable[[Node], Array | None]) -> Array:
        return _flat(trace.graph.parameters, lambda n: np.zeros(n.shape) if (x := read(n)) is None else x)

    @np.errstate(over="ignore")  # a number that is too large for float32 is infinity there
    def loss(self, at: Array) -> float:
        """The loss with these parameters."""
        place = 0
        for part in self._parts:
            part[...] = at[place : place + part.size].reshape(part.shape)
            place += part.size
        self._plan.forward()
        self.evaluations += 1
        return float(self._loss)

    @property
    def learning(self) -> int:
        """How many numbers learn."""
        return sum(int(np.prod(n.shape)) for n in self.graph.parameters if n.wanted)

    def entry(self, node: Node, index: Index) -> Array:
        """The direction in which one entry of a parameter grows."""
        return _flat(self.graph.parameters, lambda n: _one(n.shape, index) if n.id == node.id else np.zeros(n.shape))

    def gradient(self) -> Array:
        """The gradient of the step, before clipping; 0 for what gets none."""
        return self._gradient

    def update(self) -> Array:
        """What the step's update adds to the parameters."""
        return self._after - self.here

    def random(self, seed: int) -> Array:
        """A normal draw, as long within each learning parameter as that parameter is: so no layer's scale decides.

        Source: Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 4, with a whole parameter in
        the place of a filter.
        """
        rng, parts = np.random.default_rng(seed), iter(_parts(self.graph.parameters, self.here))
        return _flat(self.graph.parameters, lambda n: _as_long(rng.standard_normal(n.shape), next(parts), n.wanted))


def _one(shape: tuple[int, ...], index: Index) -> Array:
    found = np.zeros(shape)
    found[index] = 1.0
    return found


def _as_long(drawn: Array, as_this: Array, wanted: bool) -> Array:
    return drawn * (np.linalg.norm(as_this) / np.linalg.norm(drawn)) if wanted else np.zeros(drawn.shape)


def _flat(nodes: Sequence[Node], read: Callable[[Node], Array]) -> Array:
    return np.concatenate([np.zeros(0), *(np.asarray(read(n), np.float64).reshape(-1) for n in nodes)])


def _parts(nodes: Sequence[Node], flat: Array) -> list[Array]:
    sizes = [int(np.prod(n.shape)) for n in nodes]
    return np.split(flat, np.cumsum(sizes)[:-1])


def principal(path: Array, here: Array) -> list[Array]:
    """The directions, two at most, in which the points of a path (points, numbers) lie furthest from `here`.

    No plane through `here` comes closer to the points, in squares. Found from the products of the points with each
    other, which are few. Of each, the furthest point lies on the negative side. Source: Li et al. 2018, section 7.
    """
    away = path - here
    values, vectors = np.linalg.eigh(away @ away.T)
    kept = [k for k in (-1, -2) if len(values) >= -k and values[k] > STRAIGHT * values[-1] > 0]
    return [_unit(away.T @ vectors[:, k]) * -np.sign(vectors[np.abs(vectors[:, k]).argmax(), k]) for k in kept]


def orthonormal(x: Array, y: Array) -> tuple[Array, Array, float]:
    """Two directions made perpendicular and of length 1 by Gram and Schmidt: x keeps its direction, y loses what lies
    along x, twice, so that rounding leaves nothing. Third: the share of y's length that is left.

    Raises ValueError where a direction has no length, or nothing is left of y.
    """
    lengths = [float(np.linalg.norm(x)), float(np.linalg.norm(y))]
    for name, length in zip("xy", lengths, strict=True):
        if not (np.isfinite(length) and length > 0):
            raise ValueError(f"direction {name} has length {length:g}: it leads nowhere")
    across = _unit(x)
    rest = y / lengths[1]
    for _ in range(2):
        rest = rest - (across @ rest) * across
    left = float(np.linalg.norm(rest))
    if left < PARALLEL:
        raise ValueError(f"the two directions are parallel: {left:.1g} of y's length is not along x")
    return across, rest / left, left


def _unit(x: Array) -> Array:
    return np.asarray(x / np.linalg.norm(x))
