"""The numbers of one training step that a script begins with and ends with, by the names of one listing."""

from __future__ import annotations

from dataclasses import dataclass

from engine.events import Assign, Batch
from engine.graph import Node
from engine.names import literal
from engine.tape import Array
from engine.trace import Trace

NUMBERS = 100_000  # a script holds at most so many
EVENTS = 5_000  # and is written for a step of at most so many


class ExportError(ValueError):
    """A training step that cannot be written down; the message names the number and the limit."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The numbers a training step must come to: the loss, the leaves' gradients, the new parameters."""

    loss: Array
    gradients: list[tuple[Node, Array]]
    updated: list[tuple[Node, Array]]


@dataclass(frozen=True, slots=True)
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
    """Raises `ExportError` where a script would hold too many numbers or lines."""
    _allow("events", trace.schedule.length, EVENTS)
    end, graph = trace.schedule.length, trace.graph
    loss = trace.value(graph.loss.id, end)
    assert loss is not None, "a training step computes its loss"
    found = ((n, trace.gradient(n.id, end)) for n in graph.leaves if n.wanted)
    new = [e for e in trace.schedule.events if isinstance(e, Assign) and e.target == "parameter"]
    made = Expected(
        loss=loss,
        gradients=[(n, g) for n, g in found if g is not None],
        updated=[(graph.nodes[e.param], trace.view(e.value)) for e in new],
    )
    held = [x for _, x in given(trace).leaves] + [x for _, x in (*made.gradients, *made.updated)]
    _allow("numbers", sum(x.size for x in held), NUMBERS)
    return made


def _allow(what: str, asked: int, allowed: int) -> None:
    if asked > allowed:
        raise ExportError(f"this training step has {asked:,} {what}; a script is written for at most {allowed:,}")
