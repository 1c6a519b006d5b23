"""Backpropagation through time as a triangle: what the loss at one time step sends back to each one before it.

A recurrent layer hands its states on. Whatever comes back to the state of time step t from outside of the layer came
from the loss there; the layer alone carries it back to the steps s ≤ t. The gradient at s is the sum over all t.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.asked import over_time, reached
from engine.backward import Backward
from engine.events import Contribution, Forward
from engine.frozen import frozen
from engine.graph import Graph, Node
from engine.op import unbroadcast
from engine.recording import Recording
from engine.run import Plan
from engine.schedule import schedule
from engine.tape import Array
from engine.trace import Trace
from engine.truncation import Truncation, size_of, truncation, whole_pass

MOST_ROWS = 16  # of a long sequence, the loss at so many time steps, evenly spread, the last one among them


@frozen
class Triangle:
    """A recurrent layer of `steps` time steps. `state`: h, or c, the cell, where there is one.

    `sizes[k][s - 1]`: the norm of what the loss at step `rows[k]` sends back to the state of step s, None for later
    ones. `totals[s - 1]`: that of all steps of the loss together.
    """

    layer: str
    state: str
    steps: int
    rows: tuple[int, ...]
    sizes: tuple[tuple[float | None, ...], ...]
    totals: tuple[float, ...]


def triangles(trace: Trace, whole: Graph) -> tuple[Triangle, ...]:
    """One for each recurrent layer; `whole` is the graph without cuts."""
    reverse = whole_pass(trace, whole)
    return tuple(_Layer(reverse, name).triangle() for name in dict.fromkeys(c.layer for c in whole.carries))


def truncated(trace: Trace, whole: Graph, every: int) -> Truncation:
    """What would be lost of each gradient if recurrent layers sent nothing back over borders of `every` steps."""
    how = Backward(cut=over_time(whole, every))
    graph = reached(whole, how.cut, set())
    plan = schedule(graph, backward=how)
    recording = Recording(plan.stored, trace.recording.buffer.dtype)
    for leaf in graph.leaves:
        recording.view(plan.values[leaf.id])[...] = trace.view(trace.schedule.values[leaf.id])
    Plan(graph, plan, recording).run()
    return truncation(Trace(graph, plan, recording), whole)


class _Layer:
    def __init__(self, trace: Trace, name: str) -> None:
        self.trace, self.name, self.nodes = trace, name, trace.graph.nodes
        self.inside = {n.id for n in self.nodes if n.op and name in n.group}
        self.backwards = [n for n in reversed(self.nodes) if n.id in self.inside]
        self.saved = {
            e.node: [trace.view(ref) for ref in e.saved.values()]
            for e in trace.schedule.events
            if isinstance(e, Forward)
        }
        self.state = "c" if self._states("c") else "h"
        self.handed_on, self.states = self._states("h"), self._states(self.state)
        self.outside = self._from_outside()

    def _states(self, letter: str) -> list[int]:
        """The nodes of a state, step by step."""
        found = {n.label: n.id for n in self.nodes if n.id in self.inside}
        names = (f"{self.name}.{letter}{k + 1}" for k in range(len(found)))
        return [found[name] for name in names if name in found]

    def triangle(self) -> Triangle:
        steps = len(self.handed_on)
        rows = sorted(self.outside)
        spread = (
            sorted({rows[round(k)] for k in np.linspace(0, len(rows) - 1, min(len(rows), MOST_ROWS))}) if rows else []
        )
        total = {e.into: e.total for e in self.trace.schedule.events if isinstance(e, Contribution)}
        return Triangle(
            layer=self.name, state=self.state, steps=steps, rows=tuple(spread),
            sizes=tuple(tuple(self._row(t)) for t in spread),
            totals=tuple(size_of(self.trace.view(total[id])) if id in total else 0.0 for id in self.states),
        )  # fmt: skip

    def _from_outside(self) -> dict[int, Array]:
        """What comes back to the states, by step, not by way of the layer's later steps."""
        step = {id: k for k, id in enumerate(self.handed_on, 1)}
        found: dict[int, Array] = {}
        for e in self.trace.schedule.events:
            if isinstance(e, Contribution) and e.into in step and e.node not in self.inside:
                sent, k = self.trace.view(e.value), step[e.into]
                found[k] = found[k] + sent if k in found else sent
        return found

    def _row(self, time: int) -> Iterator[float | None]:
        with np.errstate(all="ignore"):
            arrived = self._back({self.handed_on[time - 1]: self.outside[time]})
        for step, id in enumerate(self.states, 1):
            yield size_of(arrived.get(id)) if step <= time else None

    def _back(self, arrived: dict[int, Array]) -> dict[int, Array]:
        """Gradients of the layer's nodes, from those of one of them."""
        for node in self.backwards:
            if node.id in arrived:
                for slot, into in enumerate(node.inputs):
                    if into in self.inside and self.nodes[into].wanted and node.row.vjps[slot] is not None:
                        sent = self._sent(node, slot, arrived[node.id])
                        arrived[into] = arrived[into] + sent if into in arrived else sent
        return arrived

    def _sent(self, node: Node, slot: int, upstream: Array) -> Array:
        rule = node.row.vjps[slot]
        assert rule is not None, "asked of inputs that get a gradient"
        y, *xs = (self.trace.view(self.trace.schedule.values[i]) for i in (node.id, *node.inputs))
        made = rule(upstream, y, *self.saved[node.id], *xs, **dict(node.options))
        return np.asarray(unbroadcast(made, self.nodes[node.inputs[slot]].shape))


def kept_cells(rows: Sequence[int], steps: int, every: int) -> tuple[tuple[bool | None, ...], ...]:
    """Which cells a truncation every so many steps leaves: no border lies between; None for later steps."""
    return tuple(
        tuple((s - 1) // every == (t - 1) // every if s <= t else None for s in range(1, steps + 1)) for t in rows
    )
