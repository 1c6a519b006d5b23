"""The events of one training step, in order, each with the places of its numbers. Made once per graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from math import inf

from engine.backward import Backward, Mode
from engine.descent import Descent
from engine.difference import difference
from engine.events import AnyEvent, Batch, Forward, Phase, Seed, Slope, Statistics, Stopping, ZeroGrad
from engine.forward import forward
from engine.frozen import frozen
from engine.garbage import uncollected
from engine.graph import Graph, Node
from engine.optim import OptimizerSpec
from engine.recording import ArrayRef, Precision
from engine.reverse import reverse
from engine.rtrl import rtrl
from engine.stopping import Stop
from engine.walk import Walk, layer_of

WAYS: Mapping[Mode, Callable[[Walk], Iterator[AnyEvent]]] = {
    "reverse": reverse,
    "forward": forward,
    "difference": difference,
    "rtrl": rtrl,
}


@frozen
class Schedule:
    """One training step: `events`, the place of every node's value, and the numbers there are.

    Of `size` numbers the first `stored` are kept; those after them are derived from these when they are read.
    `carried`: (from, to) places whose numbers are the next step's beginning. `slots`: what the optimizer keeps for a
    parameter, as (parameter, name, place, first value).
    """

    size: int
    stored: int
    dtype: Precision
    length: int
    values: tuple[ArrayRef, ...]
    events: tuple[AnyEvent, ...]
    carried: tuple[tuple[ArrayRef, ArrayRef], ...] = ()
    slots: tuple[tuple[int, str, ArrayRef, float], ...] = ()
    optimizer: OptimizerSpec | None = None
    backward: Backward = field(default_factory=Backward)
    stop: Stop | None = None

    def phase(self, cursor: int) -> Phase:
        """The phase of the event that made the state at `cursor`; before all events, the first one's."""
        return self.events[max(cursor - 1, 0)].phase


def of_pass(schedule: Schedule, output: int) -> Iterator[AnyEvent]:
    """The events, but without those that are spent on other outputs."""
    others = False
    for e in schedule.events:
        others = e.node != output if isinstance(e, Seed) else others
        if not others and not (isinstance(e, Slope) and e.node != output):
            yield e


@uncollected()
def schedule(
    graph: Graph,
    optimizer: OptimizerSpec | None = None,
    samples: int = 1,
    backward: Backward | None = None,
    dtype: Precision = "float64",
    stop: Stop | None = None,
) -> Schedule:
    """The events of one training step of `graph`: with batch, zero_grad and update where an optimizer trains it."""
    walk = Walk(graph, optimizer, backward or Backward())
    descent = Descent(walk, optimizer) if optimizer else None
    events = tuple(_events(walk, descent, samples, stop))
    if walk.beyond:
        events = tuple(map(walk.settled, events))
    return Schedule(
        size=walk.size + walk.beyond, stored=walk.size, dtype=dtype, length=len(events),
        values=tuple(walk.values[n.id] for n in graph.nodes),
        events=events, carried=tuple(walk.carried), slots=tuple(walk.slots), optimizer=optimizer, backward=walk.how,
        stop=stop,
    )  # fmt: skip


def _events(walk: Walk, descent: Descent | None, samples: int, stop: Stop | None) -> Iterator[AnyEvent]:
    if descent:
        yield _batch(walk, samples)
    yield from _forward(walk)
    if walk.optimizer and walk.optimizer.zero_grad:
        yield _zero_grad(walk)
    yield from WAYS[walk.how.mode](walk)
    if descent:
        yield from descent.clip()
        yield from descent.update()
    if stop:
        yield _stopping(walk)


def _batch(walk: Walk, samples: int) -> Batch:
    which, rate, step = walk.place((samples,)), walk.place(()), walk.place(())
    return Batch(**walk.head("forward", "batch", "batch"), samples=which, learning_rate=rate, step=step)


def _forward(walk: Walk) -> Iterator[AnyEvent]:
    """The loss function's nodes come last; nothing else waits for them."""
    loss_function = walk.graph.loss_function()
    running = {r.node for r in walk.graph.running}
    for node in sorted(walk.graph.nodes, key=lambda n: n.id in loss_function):
        if node.op is None:
            continue
        phase: Phase = "loss" if node.id in loss_function else "forward"
        walk.values[node.id] = walk.now[node.id] = walk.place(node.shape)
        head = walk.head(phase, node.id, layer_of(node))
        yield Forward(**head, node=node.id, value=walk.values[node.id], saved=walk.saved(node))
        if node.id in running:
            yield from _statistics(walk, node)


def _statistics(walk: Walk, node: Node) -> Iterator[Statistics]:
    """What a node keeps of its batches belongs to its operation, and is the next step's beginning."""
    for running in walk.graph.running:
        if running.node == node.id:
            value = walk.place(walk.graph.nodes[running.target].shape)
            walk.carried.append((value, walk.values[running.target]))
            head = walk.head("forward", node.id, layer_of(node))
            yield Statistics(**head, node=node.id, target=running.target, value=value)


def _stopping(walk: Walk) -> Stopping:
    """The best loss and the steps waited are handed on from step to step."""
    loss = walk.graph.loss.id
    places = {name: walk.place(()) for name in ("value", "best", "waited", "stops")}
    for name, first in (("best", inf), ("waited", 0.0)):
        kept = walk.place(())
        walk.slots.append((loss, name, kept, first))
        walk.carried.append((places[name], kept))
    return Stopping(
        **walk.head("update", "stop", "stop"), value=places["value"], best=places["best"], waited=places["waited"],
        stops=places["stops"],
    )  # fmt: skip


def _zero_grad(walk: Walk) -> ZeroGrad:
    params = tuple(n.id for n in walk.graph.parameters if n.wanted)
    return ZeroGrad(**walk.head("backward", "zero_grad", "zero_grad"), params=params)
