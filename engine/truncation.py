"""What truncated backpropagation through time leaves out: edge by edge, and as a share of each gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.backward import Backward
from engine.events import Contribution
from engine.frozen import frozen
from engine.graph import Graph
from engine.recording import Recording
from engine.run import Plan
from engine.schedule import schedule
from engine.tape import Array
from engine.trace import Trace


@frozen
class Cut:
    """An edge that carries nothing back: from `node` to its input number `slot`, node `into`.

    `norm` is that of the contribution which the full backward pass sends over it, `share` that over the norm of the
    whole gradient of `into`.
    """

    node: int
    slot: int
    into: int
    norm: float
    share: float
    sentence: str


@frozen
class Lost:
    """The gradient of one leaf: the norms of the full one and of what is missing, and `share`, the second over the
    first (0 where nothing is missing).
    """

    node: int
    label: str
    norm: float
    missing: float
    share: float


@frozen
class Truncation:
    """What the cuts leave out: by cut edge, and by leaf as a share of its gradient."""

    cuts: tuple[Cut, ...]
    leaves: tuple[Lost, ...]


def truncation(trace: Trace, whole: Graph) -> Truncation:
    """Compare with the full backward pass on the same numbers; `whole` is the graph without cuts."""
    full = whole_pass(trace, whole)
    return Truncation(cuts=tuple(_cuts(trace, full)), leaves=tuple(_lost(trace, full)))


def whole_pass(trace: Trace, whole: Graph) -> Trace:
    """The same step, forward and backward, with nothing cut: itself, where it is such a one."""
    if trace.graph is whole and trace.schedule.backward == Backward():
        return trace
    plan = schedule(whole)
    recording = Recording(plan.stored, trace.recording.buffer.dtype)
    for leaf in whole.leaves:
        recording.view(plan.values[leaf.id])[...] = trace.view(trace.schedule.values[leaf.id])
    Plan(whole, plan, recording).run()
    return Trace(whole, plan, recording)


def _cuts(trace: Trace, full: Trace) -> Iterator[Cut]:
    sent = {(e.node, e.slot): e for e in full.schedule.events if isinstance(e, Contribution)}
    nodes = trace.graph.nodes
    for node, slot in trace.schedule.backward.cut:
        into = nodes[node].inputs[slot]
        event = sent.get((node, slot))
        norm = size_of(full.view(event.value)) if event else 0.0
        share = norm / whole if (whole := size_of(full.gradient(into, full.backward_end))) else 0.0
        sentence = (
            f"The way from {nodes[node].label} back to {nodes[into].label} is cut: a contribution of norm {norm:.3g}, "
            f"{share:.0%} of the gradient there, is left out, and all that it would have become further back."
        )
        yield Cut(node=node, slot=slot, into=into, norm=norm, share=share, sentence=sentence)


def _lost(trace: Trace, full: Trace) -> Iterator[Lost]:
    for leaf in full.graph.leaves:
        whole = full.gradient(leaf.id, full.backward_end)
        if whole is None:
            continue
        kept = trace.gradient(leaf.id, trace.backward_end)
        norm, missing = size_of(whole), size_of(whole - (0.0 if kept is None else kept))
        share = missing / norm if norm else 0.0
        yield Lost(node=leaf.id, label=leaf.label, norm=norm, missing=missing, share=share)


def size_of(x: Array | None) -> float:
    return 0.0 if x is None else float(np.linalg.norm(x.reshape(-1)))
