"""The gradient of each sample's own loss, beside the mean or the sum of them that a training step follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.backward import Backward
from engine.feeds import Data
from engine.frozen import frozen
from engine.graph import Graph
from engine.op import Index
from engine.recording import Recording
from engine.run import Plan
from engine.schedule import schedule
from engine.spec import Model, NetworkModel, Spec, build
from engine.tape import Array
from engine.trace import Trace


class MixedError(ValueError):
    """A model whose samples have no losses of their own; the message says why."""


@frozen
class SampleGradient:
    """One sample of a batch, in row `row`: its own loss, and the slope of that loss for an entry of a parameter."""

    row: int
    sample: int
    loss: float
    gradient: float


class Singles:
    """A training step, one sample at a time: same parameters, and the sample's own part of each mask.

    What it needs of the trace it copies. The step's loss is the `mean` of the samples' losses, or their sum. Raises
    `MixedError` where samples have none of their own.
    """

    def __init__(self, model: Model, trace: Trace) -> None:
        network, data = _apart(model)
        self.mean = network.reduction != "sum"
        single = build(
            Spec(model=network, dtype=model.dtype), replace(data, samples=[int(data.samples[0])], batch=None)
        )
        self.graph = _as_wanted(single.graph, model.graph)
        order = schedule(self.graph, None, 1, Backward(cut=model.backward.cut), model.dtype)
        self.own = Trace(self.graph, order, Recording(order.stored, order.dtype))
        self.plan = Plan(self.graph, order, self.own.recording)
        self._leaves = [
            (trace.view(trace.schedule.values[n.id]).copy(), self.own.view(order.values[n.id]))
            for n in self.graph.leaves
        ]

    def of(self, samples: Sequence[int], node: int, index: Index) -> Iterator[SampleGradient]:
        """One training step for each of the `samples`, which stand in the batch in this order."""
        loss = self.graph.loss.id
        for row, sample in enumerate(samples):
            for whole, own in self._leaves:
                own[...] = _part(whole, own, row)
            self.plan.run()
            found = self.own.jacobian(loss, node)
            value = float(self.own.view(self.own.schedule.values[loss]))
            slope = 0.0 if found is None else float(found[index])
            yield SampleGradient(row=row, sample=sample, loss=value, gradient=slope)


def _apart(model: Model) -> tuple[NetworkModel, Data]:
    """The network and its data. Raises `MixedError` where a sample's loss is not its own."""
    if model.network is None or model.data is None:
        raise MixedError("an expression has no batch of samples: its gradient is that of 1 loss")
    mixing = next((n.group[0] for n in model.graph.nodes if n.op == "batch_norm"), None)
    if mixing:
        raise MixedError(
            f"{mixing} normalises over the batch, so every sample's loss depends on all the others: no sample has a "
            "gradient of its own"
        )
    if model.backward.fault:
        raise MixedError(f"the rule {model.backward.fault!r} is broken on purpose: the step follows no sample's loss")
    return model.network, model.data


def _as_wanted(graph: Graph, whole: Graph) -> Graph:
    """With gradients where the whole batch has them."""
    nodes = (replace(n, wanted=w.wanted) for n, w in zip(graph.nodes, whole.nodes, strict=True))
    return replace(graph, nodes=tuple(nodes))


def _part(whole: Array, own: Array, row: int) -> Array:
    """What one sample has of a leaf: all of what has no batch, its own rows of what has."""
    return whole if whole.shape == own.shape else whole[row * len(own) : (row + 1) * len(own)]
