"""A network as it answers, not as it trains: normalised by its running statistics, with nothing dropped out.

That is PyTorch's `model.eval()`. The loss and the share of right answers on samples held out are measured so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.build import Builder
from engine.feeds import Data
from engine.frozen import frozen
from engine.graph import Node
from engine.op import ShapeError
from engine.ops import OPS
from engine.spec import NetworkModel, add_layers
from engine.tape import Array

Values = Mapping[str, Array]  # parameters and running statistics, by label


class Evaluator:
    """Answers to inputs x (samples, …), for whatever values the parameters have."""

    def __init__(self, network: NetworkModel, x: Array) -> None:
        builder = Builder()
        self.input = builder.leaf("x", x, "input")
        self.output = add_layers(builder, network, self.input, np.random.default_rng(0), training=False)
        self.nodes, self.first = builder.nodes, builder.values
        self.layers = {n.group[0]: n.id for n in self.nodes if n.op and n.group}  # what each layer hands on

    def __call__(self, values: Values) -> Array:
        """The last layer's outputs."""
        return self.at(values, [self.output.id])[0]

    def at(self, values: Values, ids: Sequence[int]) -> list[Array]:
        """The values of these nodes. Each other one is let go when nothing needs it any more."""
        last = {i: n.id for n in self.nodes for i in n.inputs if i not in ids}
        known: dict[int, Array] = {}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                if node.op is None:
                    known[node.id] = self._leaf(node, values)
                    continue
                made = node.row.forward(*(known[i] for i in node.inputs), **node.options)
                known[node.id] = np.asarray(made[0] if node.row.saved else made)
                for i in node.inputs:
                    if last.get(i) == node.id:
                        known.pop(i, None)
        return [known[i] for i in ids]

    def _leaf(self, node: Node, values: Values) -> Array:
        value = values.get(node.label, self.first[node.id])
        if value.shape != node.shape:
            shape = self.first[self.input.id].shape
            raise ShapeError(f"inputs of shape {shape} do not fit: {node.label} would be {node.shape}, "
                             f"is {value.shape}")  # fmt: skip
        return value


@frozen
class Score:
    """How answers compare with targets. `accuracy`: the share that is right, where targets name one class each."""

    loss: float
    accuracy: float | None


def score(network: NetworkModel, answers: Array, targets: Array) -> Score:
    """The network's loss for these answers, and how many are right."""
    row = OPS[network.loss]
    options = dict(row.options) | {"reduction": network.reduction} | dict(network.loss_options)
    with np.errstate(all="ignore"):
        made = row.forward(answers, targets, **options)
    return Score(loss=float(made[0] if row.saved else made), accuracy=accuracy(answers, targets))


def accuracy(answers: Array, targets: Array) -> float | None:
    """The share of answers whose largest output is the target's class; None where targets are no classes."""
    return right(answers, targets) if named(targets) else None


def named(targets: Array) -> bool:
    """Whether targets name one class each."""
    classes = targets.ndim > 1 and targets.shape[-1] > 1 and bool(((targets == 0) | (targets == 1)).all())
    return classes and bool((targets.sum(axis=-1) == 1).all())


def right(answers: Array, targets: Array) -> float:
    """The share of answers whose largest output is the target's class."""
    same = answers.argmax(axis=-1) == targets.argmax(axis=-1)
    return float(np.count_nonzero(same) / same.size)


class Held:
    """The score on the samples held out, for whatever values the parameters have."""

    def __init__(self, network: NetworkModel, data: Data) -> None:
        rows = np.asarray(data.held)
        self.network, self.targets = network, data.targets[rows]
        self.answers = Evaluator(network, data.x[rows])

    def __call__(self, values: Values) -> Score:
        return score(self.network, self.answers(values), self.targets)
