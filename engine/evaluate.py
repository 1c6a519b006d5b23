"""A run asked for answers: to other inputs, and to the samples held out, iteration by iteration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.answers import Evaluator, Held, accuracy
from engine.run import Run
from engine.spec import NetworkModel
from engine.tape import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One iteration of training: of its batch as it was trained on, and of the samples held out, where there are any.

    Both are of the parameters as the iteration found them.
    """

    iteration: int
    loss: float
    accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None


def evaluate(run: Run, x: Array) -> Array:
    """What a network answers to x (samples, …), with the parameters its iteration began with.

    Raises ValueError for a model that is no network, and `ShapeError` for inputs it cannot take.
    """
    return Evaluator(_network(run), np.asarray(x, np.float64))(values_of(run))


def values_of(run: Run) -> dict[str, Array]:
    """Parameters and running statistics as the iteration found them. Views: the next one overwrites them."""
    kept = {r.target for r in run.graph.running}
    leaves = (n for n in run.graph.leaves if n.role == "parameter" or n.id in kept)
    return {n.label: run.recording.view(run.schedule.values[n.id]) for n in leaves}


class Meter:
    """Measures a run, iteration by iteration; what does not change between them is made once."""

    def __init__(self, run: Run) -> None:
        self.run, self.network, self.data = run, run.model.network, run.model.data
        held = self.data.held if self.data is not None else ()
        self.test = Held(self.network, self.data) if self.network and self.data and len(held) else None
        loss = run.graph.loss
        self.compared = loss.inputs[:2] if self.network else ()

    def __call__(self) -> Progress:
        """The iteration the run stands at."""
        test = self.test(values_of(self.run)) if self.test else None
        answers = [self.run.recording.view(self.run.schedule.values[i]) for i in self.compared]
        return Progress(
            iteration=self.run.iteration, loss=self.run.loss, accuracy=accuracy(*answers) if answers else None,
            test_loss=test.loss if test else None, test_accuracy=test.accuracy if test else None,
        )  # fmt: skip


def _network(run: Run) -> NetworkModel:
    if run.model.network is None:
        raise ValueError("only a network answers to other inputs; an expression has its own values")
    return run.model.network
