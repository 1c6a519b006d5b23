"""What helps: changes of a spec that fit the verdict and the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.events import Batch, Clipped
from engine.firstbad import NonFinite
from engine.frozen import frozen
from engine.graph import Graph
from engine.trace import Trace

SQUASHING = ("sigmoid", "tanh")
NORMS = ("batch_norm", "layer_norm")


@frozen
class Remedy:
    """A sentence, and the changes of a spec: `activation` and `initializer` for all hidden layers, `insert` a layer
    before every activation, `clip` and `learning_rate` of the optimizer, `loss` or `op` instead of what is there.
    """

    says: str
    change: Mapping[str, Any]


def remedies(trace: Trace, verdict: str, bad: NonFinite | None, findings: Sequence[str]) -> tuple[Remedy, ...]:
    """The remedies that apply, the most direct one first."""
    graph = trace.graph
    ops = {n.op for n in graph.nodes}
    found: list[Remedy | None] = []
    if verdict == "diverged":
        found = [
            _stable(ops) if bad and bad.kind == "forward" else None,
            _slower(trace),
            _clip(trace),
            _initializer(graph),
        ]
    elif verdict == "exploding" and findings[0] == "update ratio":
        found = [_slower(trace), _clip(trace)]
    elif verdict == "exploding":
        found = [_initializer(graph), _norm(trace, ops), _clip(trace), _slower(trace)]
    elif verdict == "symmetric":
        found = [_initializer(graph)]
    elif verdict == "vanishing":
        found = [_activation(ops) or _initializer(graph), _norm(trace, ops)]
    elif verdict == "dying":
        found = [
            Remedy(says="A leaky ReLU has a slope where a ReLU has none.", change={"activation": "leaky_relu"}),
            _initializer(graph), _norm(trace, ops), _slower(trace),
        ]  # fmt: skip
    return tuple(r for r in found if r)


def _layered(graph: Graph) -> bool:
    return any(n.label.endswith("weight") for n in graph.parameters)


def _activation(ops: set[str | None]) -> Remedy | None:
    if not ops.intersection(SQUASHING):
        return None
    return Remedy(
        says="A ReLU has slope 1 where it is open; a sigmoid's is ¼ at most, and near its ends almost 0.",
        change={"activation": "relu", "initializer": "he_normal"},
    )


def _initializer(graph: Graph) -> Remedy | None:
    if not _layered(graph):
        return None
    if any(n.op in SQUASHING for n in graph.nodes) or not any(n.op == "relu" for n in graph.nodes):
        says, name = "Weights drawn by Xavier keep signals in size through linear and tanh layers.", "xavier_normal"
    else:
        says, name = "Weights drawn by He keep signals in size through ReLU layers.", "he_normal"
    return Remedy(says=says, change={"initializer": name})


def _norm(trace: Trace, ops: set[str | None]) -> Remedy | None:
    """Over a batch of one sample batch normalisation makes every number 0."""
    if not _layered(trace.graph) or ops.intersection(NORMS):
        return None
    one = next((e.samples.size == 1 for e in trace.schedule.events if isinstance(e, Batch)), True)
    what = "layer_norm" if one else "batch_norm"
    return Remedy(
        says="Normalising before each activation brings every layer's signals to one size.", change={"insert": what}
    )


def _clip(trace: Trace) -> Remedy | None:
    if trace.schedule.optimizer is None or any(isinstance(e, Clipped) for e in trace.schedule.events):
        return None
    return Remedy(says="Clipping bounds the norm of all gradients together.", change={"clip": {"norm": 1.0}})


def _slower(trace: Trace) -> Remedy | None:
    batch = next((e for e in trace.schedule.events if isinstance(e, Batch)), None)
    if batch is None:
        return None
    rate = float(np.asarray(trace.view(batch.learning_rate)))
    return Remedy(says="Smaller steps.", change={"learning_rate": rate / 10})


def _stable(ops: set[str | None]) -> Remedy | None:
    if not ops.intersection(("exp", "log", "div")):
        return None
    return Remedy(
        says="Softmax and its logarithm in one operation take the largest score off first, so nothing overflows.",
        change={"loss": "softmax_cross_entropy"},
    )
