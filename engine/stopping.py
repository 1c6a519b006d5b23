"""Early stopping: training ends when the loss of the samples held out has not fallen for a while."""

from __future__ import annotations

from engine.frozen import frozen
from engine.tape import Array


@frozen
class Stop:
    """Stop after `patience` training steps in a row without a new best test loss.

    A loss is a new best where it is below the best one by more than `minimum_change`. It is that of the parameters as
    the step leaves them.
    """

    patience: int
    minimum_change: float = 0.0


class StoppedError(ValueError):
    """An iteration beyond the one at which early stopping ended training."""


def watch(stop: Stop, loss: Array, best: Array, waited: Array, results: tuple[Array, Array, Array]) -> None:
    """From this step's test loss, and the best one and the steps waited so far, to those after it; 1 where it stops."""
    better = bool(loss < best - stop.minimum_change)  # NaN is never better
    count = 0 if better else int(waited) + 1
    for place, value in zip(results, (loss if better else best, count, count >= stop.patience), strict=True):
        place[...] = value
