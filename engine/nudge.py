"""What one number does to the loss: the slope's prediction beside what really happens."""

from __future__ import annotations

import numpy as np

from engine.events import Clipped, Forward, Recompute, arrived
from engine.frozen import frozen
from engine.op import Index
from engine.recording import Recording
from engine.run import Plan
from engine.schedule import of_pass
from engine.trace import Trace

STEP = 1e-5  # of the difference of gradients that gives the curvature


@frozen
class Nudge:
    """One entry moved by `by`. change = predicted + second_order + remainder.

    `predicted` is gradient · by and `second_order` half of curvature · by²; without a gradient there is neither. The
    curvature is that of this entry, where it stands: a kink elsewhere is not in it.
    """

    node: int
    label: str
    index: Index
    by: float
    value: float
    nudged: float
    loss: float
    nudged_loss: float
    change: float
    gradient: float | None
    predicted: float | None
    curvature: float | None
    second_order: float | None
    remainder: float | None


def nudge(trace: Trace, node: int, index: Index, by: float) -> Nudge:
    """Move one entry of a node, compute the loss again in a copy, and compare with what the gradient says.

    An intermediate value is held where it was moved to; what it is computed from stays as it was.
    """
    copy = _Copy(trace, node, index)
    here, loss = copy.value, copy.loss(copy.value)
    moved = copy.loss(here + by)
    gradient = copy.gradient(here)
    step = STEP * max(1.0, abs(here))
    curvature = None
    if gradient is not None:
        with np.errstate(all="ignore"):
            curvature = float(
                np.float64(_known(copy.gradient(here + step)) - _known(copy.gradient(here - step))) / (2 * step)
            )
    predicted = None if gradient is None else gradient * by
    second = None if curvature is None else 0.5 * curvature * by * by
    change = moved - loss
    return Nudge(
        node=node, label=trace.graph.nodes[node].label, index=index, by=by, value=here, nudged=here + by,
        loss=loss, nudged_loss=moved, change=change, gradient=gradient, predicted=predicted, curvature=curvature,
        second_order=second, remainder=None if predicted is None or second is None else change - predicted - second,
    )  # fmt: skip


def _known(gradient: float | None) -> float:
    return np.nan if gradient is None else gradient


class _Copy:
    """A recording of its own, in which one entry of one node can be held at any number."""

    def __init__(self, trace: Trace, node: int, index: Index) -> None:
        self.node, self.graph, self.schedule = trace.graph.nodes[node], trace.graph, trace.schedule
        self.recording: Recording = trace.recording.copy()
        self.plan = Plan(trace.graph, trace.schedule, self.recording)
        self.flat = int(np.ravel_multi_index(index, self.node.shape)) if index else 0
        self.value = float(self._entry(self.schedule.values[node]))
        self.total = None  # where the gradient of the node lies
        for event in of_pass(self.schedule, self.graph.loss.id):
            self.total = arrived(event).get(node, self.total)

    def _entry(self, ref: object, value: float | None = None) -> float:
        flat = self.recording.view(ref).reshape(-1)  # type: ignore[arg-type]
        if value is not None:
            flat[self.flat] = value
        return float(flat[self.flat])

    def loss(self, value: float) -> float:
        self._run(value, back=False)
        return float(self.recording.view(self.schedule.values[self.graph.loss.id]))

    def gradient(self, value: float) -> float | None:
        if self.total is None:
            return None
        self._run(value, back=True)
        return self._entry(self.total)

    def _run(self, value: float, *, back: bool) -> None:
        self._entry(self.schedule.values[self.node.id], value)
        with np.errstate(all="ignore"):
            for event, calls in zip(self.schedule.events, self.plan.calls, strict=True):
                if not isinstance(event, Forward) and not (
                    back and event.phase == "backward" and not isinstance(event, Clipped)
                ):
                    continue
                for function, arguments in calls:
                    function(*arguments)
                if isinstance(event, Forward | Recompute) and event.node == self.node.id:
                    self._entry(event.value, value)
