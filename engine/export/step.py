"""The numbers of one training step that a script begins with and ends with, by the names of one listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.events import Assign, Batch, Contribution, Quotient, Seed, Slope
from engine.faults import FaultError
from engine.frozen import frozen
from engine.graph import Node
from engine.names import literal
from engine.recording import ArrayRef
from engine.tape import Array
from engine.trace import Trace

NUMBERS = 100_000  # a script holds at most so many
EVENTS = 5_000  # and is written for a step of at most so many


class ExportError(ValueError):
    """A training step that cannot be written down; the message names the number and the limit."""


class Held(NamedTuple):
    """Numbers expected of a node. `among`: the size of the numbers they are what is left of, where those are larger."""

    node: Node
    numbers: Array
    among: float = 0.0

    @property
    def rounding(self) -> bool:
        """Nothing but rounding: larger numbers have cancelled."""
        eps = float(np.finfo(self.numbers.dtype).eps)
        return self.among > 0 and largest(self.numbers) <= 100 * eps * self.among


@frozen(kw_only=False)
class Gradients:
    """What one output's pass leaves behind; it is over before event `end`."""

    output: Node
    end: int
    leaves: list[Held]


@frozen(kw_only=False)
class Expected:
    """The numbers a training step must come to: outputs, the leaves' gradients, the new parameters."""

    outputs: list[Held]
    gradients: list[Gradients]
    updated: list[Held]


@frozen(kw_only=False)
class Given:
    """What a training step begins with. `slots`: what the optimizer has kept, as (parameter, name, numbers)."""

    leaves: list[tuple[Node, Array]]
    slots: list[tuple[Node, str, Array]]
    learning_rate: float | None
    updates: int


def given(trace: Trace) -> Given:
    view, nodes = trace.view, trace.graph.nodes
    batch = next((e for e in trace.schedule.events if isinstance(e, Batch)), None)
    return Given(
        leaves=[(n, view(trace.schedule.values[n.id])) for n in trace.graph.leaves if not literal(n)],
        slots=[(nodes[id], name, view(ref)) for id, name, ref, _ in trace.schedule.slots],
        learning_rate=float(view(batch.learning_rate)) if batch else None,
        updates=int(view(batch.step)) - 1 if batch else 0,
    )


def expected(trace: Trace) -> Expected:
    """Raises `ExportError` where a script would hold too many numbers or lines, `FaultError` for a broken step."""
    if fault := trace.schedule.backward.fault:
        raise FaultError(f"this step is broken on purpose ({fault}): a script by the honest rules gives other numbers")
    _allow("events", trace.schedule.length, EVENTS)
    graph = trace.graph
    outputs = [(graph.nodes[id], trace.value(id, trace.schedule.length)) for id in graph.outputs]
    gradients = [_gradients(trace, output, end) for output, end in _passes(trace)]
    chance = {held.node.id for found in gradients for held in found.leaves if held.rounding or differences(trace)}
    new = ((graph.nodes[id], trace.view(ref)) for id, ref in trained_parameters(trace).items() if id not in chance)
    made = Expected([Held(n, x) for n, x in outputs if x is not None], gradients, [Held(n, x) for n, x in new])
    numbers = [x for _, x in given(trace).leaves] + [held.numbers for held in made.updated]
    numbers += [held.numbers for found in gradients for held in found.leaves]
    _allow("numbers", sum(x.size for x in numbers), NUMBERS)
    return made


def trained_parameters(trace: Trace) -> dict[int, ArrayRef]:
    """The parameters an update changes, and where their new values lie."""
    events = trace.schedule.events
    return {e.param: e.value for e in events if isinstance(e, Assign) and e.target == "parameter"}


def _passes(trace: Trace) -> list[tuple[Node, int]]:
    """The outputs whose gradients can be held to account, and where each one's pass ends.

    Backward they follow each other; other ways go through all outputs at once, and the last one's gradients stay.
    """
    seeds = [e for e in trace.schedule.events if isinstance(e, Seed)]
    update = next((e.index for e in trace.schedule.events if e.phase == "update"), trace.schedule.length)
    ends = [*(e.index for e in seeds[1:]), update]
    nodes = [e.node for e in seeds] or [trace.graph.outputs[-1]]
    return [(trace.graph.nodes[node], end) for node, end in zip(nodes, ends, strict=True)]


def _gradients(trace: Trace, output: Node, end: int) -> Gradients:
    newest = {e.into: e.node for e in trace.schedule.events if isinstance(e, Slope)}
    found = ((n, trace.gradient(n.id, end)) for n in trace.graph.leaves if n.wanted)
    kept = [(n, g) for n, g in found if g is not None and newest.get(n.id, output.id) == output.id]
    among = _among(trace, {n.id: g for n, g in kept})
    return Gradients(output, end, [Held(n, g, among.get(n.id, 0.0)) for n, g in kept])


def _among(trace: Trace, gradients: Mapping[int, Array]) -> dict[int, float]:
    """How large the numbers are that a gradient is summed from: what it is rounded by, even where it is 0."""
    quotients = [e for e in trace.schedule.events if isinstance(e, Quotient)]
    if quotients:
        lost = 1e3 * np.finfo(trace.schedule.dtype).eps * max(largest(trace.view(e.above)) for e in quotients)
        return dict.fromkeys(gradients, float(lost / quotients[0].step / within(trace, 0.0)))
    if trace.schedule.backward.mode != "reverse":
        return dict.fromkeys(gradients, max(map(largest, gradients.values()), default=0.0))
    found: dict[int, float] = {}
    for e in trace.schedule.events:
        if isinstance(e, Contribution) and trace.graph.nodes[e.into].op is None:
            found[e.into] = max(found.get(e.into, 0.0), _terms(trace, e))
    return found


def _terms(trace: Trace, event: Contribution) -> float:
    """How large the terms of a contribution are: exactly 0 where every one of them is."""
    node, upstream = trace.graph.nodes[event.node], trace.view(event.upstream)
    if event.local is not None:
        return largest(upstream * (event.local if isinstance(event.local, float) else trace.view(event.local)))
    if node.row.family != "contraction":
        return largest(upstream)
    rule = node.row.vjps[event.slot]
    assert rule is not None, "it has sent something"
    y, *xs = (np.abs(trace.view(trace.schedule.values[i])) for i in (node.id, *node.inputs))
    return largest(np.asarray(rule(np.abs(upstream), y, *xs, **node.options)))


def largest(x: Array) -> float:
    """The size of the largest entry that is finite."""
    return float(np.abs(x[np.isfinite(x)]).max(initial=0.0))


def within(trace: Trace, usual: float) -> float:
    """How near a result must come to the number expected, as a part of the largest entry.

    Single precision has 7 digits. A quotient of differences keeps about half of the digits that the loss has.
    """
    return 1e-4 if trace.schedule.dtype == "float32" else 1e-6 if differences(trace) else usual


def differences(trace: Trace) -> bool:
    """Gradients are quotients of differences: their last digits, and an update that divides by them, are chance."""
    return trace.schedule.backward.mode == "difference"


def _allow(what: str, asked: int, allowed: int) -> None:
    if asked > allowed:
        raise ExportError(f"this training step has {asked:,} {what}; a script is written for at most {allowed:,}")
