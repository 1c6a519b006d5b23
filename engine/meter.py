"""What a chart of training shows of one iteration: losses, right answers, and how strongly each layer is trained."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod, sqrt

import numpy as np

from engine.answers import Held, named, right
from engine.evaluate import values_of
from engine.events import Assign, Batch
from engine.frozen import frozen
from engine.graph import Node
from engine.health import grouped, used
from engine.run import Run
from engine.tape import Array
from engine.words import Words

SHARE = 8  # measuring the samples held out takes about one part in so many of the time to train
BACKWARD = 3  # a training step takes about as long as so many answers


@frozen
class Progress:
    """One iteration of training: of its batch as it was trained on, and of the samples held out, where there are any.

    All are of the parameters as the iteration found them; None where there is nothing of the kind. `learning_rate` is
    that of its update. By layer, as `Meter.layers` names them: `gradients`, the norm of its parameters' gradients
    (before clipping), and `updates`, the norm of the update over the norm of the weights, the largest of those with
    two axes or more where it has any.
    """

    iteration: int
    loss: float
    accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    learning_rate: float | None
    gradients: tuple[float | None, ...]
    updates: tuple[float | None, ...]


class Meter:
    """Measures a run, iteration by iteration; what does not change between them is made once.

    `every`: the samples held out are measured in iterations that this power of two divides, so that they take no more
    than an eighth of the time or so, however many they are.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.view = run, run.recording.view
        network, data = run.model.network, run.model.data
        held = data.held if data is not None else ()
        self.test = Held(network, data) if network and data and len(held) else None
        self.every = _power(SHARE * len(held) / (BACKWARD * max(len(run.model.samples(0)), 1)))
        classed = network is not None and data is not None and named(data.targets)
        self.compared = [self.view(run.schedule.values[i]) for i in run.graph.loss.inputs[:2]] if classed else []
        first = run.schedule.events[0]
        self.rate = self.view(first.learning_rate) if isinstance(first, Batch) else None
        self._find_layers()

    def _find_layers(self) -> None:
        """Each layer with parameters: where its gradients lie, and its weights before and after the update."""
        graph, places = self.run.graph, self.run.schedule.values
        leaves = {n.id for n in graph.parameters}
        gradient = {id: self.view(ref) for id, ref in Words(graph, self.run.schedule).gradient.items() if id in leaves}
        assigned = (e for e in self.run.schedule.events if isinstance(e, Assign) and e.target == "parameter")
        after = {e.param: e.value for e in assigned}
        found = {name: used(graph, nodes) for name, nodes in grouped(graph).items()}
        layers = {name: nodes for name, nodes in found.items() if nodes}
        self.layers = tuple(layers)
        widest = max((prod(n.shape) for nodes in layers.values() for n in _weights(nodes)), default=0)
        self.moved = np.empty(widest, self.run.recording.buffer.dtype)  # new memory each time would cost page faults
        self.gradients = [[gradient[n.id].reshape(-1) for n in nodes if n.id in gradient] for nodes in layers.values()]
        self.weights = [
            [(self.view(places[n.id]).reshape(-1), self.view(after[n.id]).reshape(-1)) for n in _weights(nodes)
             if n.id in after]
            for nodes in layers.values()
        ]  # fmt: skip

    def __call__(self) -> Progress:
        """The iteration the run stands at."""
        now = self.run.iteration
        with np.errstate(all="ignore"):
            test = self.test(values_of(self.run)) if self.test and now % self.every == 0 else None
            return Progress(
                iteration=now, loss=self.run.loss, accuracy=right(*self.compared) if self.compared else None,
                test_loss=test.loss if test else None, test_accuracy=test.accuracy if test else None,
                learning_rate=None if self.rate is None else float(self.rate),
                gradients=tuple(map(_norm, self.gradients)), updates=tuple(map(self._largest, self.weights)),
            )  # fmt: skip

    def _largest(self, pairs: Sequence[tuple[Array, Array]]) -> float | None:
        """The largest change of a weight over its size; a weight that is all zeros has none."""
        return max(
            (sqrt(self._change(x, after) / size) for x, after in pairs if (size := float(x.dot(x)))), default=None
        )

    def _change(self, before: Array, after: Array) -> float:
        moved = np.subtract(after, before, self.moved[: before.size])
        return float(moved.dot(moved))


def _norm(arrays: Sequence[Array]) -> float | None:
    return sqrt(sum(float(x.dot(x)) for x in arrays)) if arrays else None


def _weights(nodes: Sequence[Node]) -> Sequence[Node]:
    return [n for n in nodes if len(n.shape) > 1] or nodes


def _power(least: float) -> int:
    """The smallest power of two that is no less."""
    power = 1
    while power < least:
        power *= 2
    return power
