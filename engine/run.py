"""Computes a training step: the schedule as a flat list of calls that write into the recording.

The one place where gradients accumulate and are un-broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np

from engine import statistics
from engine.bind import rule_calls
from engine.derived import Derived, Make, Received, aligned
from engine.events import AnyEvent, Assign, Batch, Clipped, Contribution, Forward, Recompute, Seed, Statistics, Stopping
from engine.faults import fitting
from engine.garbage import uncollected
from engine.graph import Graph, Node
from engine.keeping import Sender, apart
from engine.op import unbroadcast
from engine.recording import ArrayRef, Recording, side_by_side
from engine.scalar import program
from engine.schedule import Schedule, schedule
from engine.scope import Scope
from engine.spec import Model
from engine.stopping import StoppedError, watch
from engine.taking import part_of
from engine.tape import Array, Call, Options, Scratch, Shape
from engine.update import Update
from engine.watched import Watched
from engine.ways import callers


class Plan:
    """The calls of every event of a schedule, bound to one recording."""

    @uncollected()
    def __init__(self, graph: Graph, schedule: Schedule, recording: Recording) -> None:
        self.graph, self.schedule, self.recording = graph, schedule, recording
        self.scratch = Scratch(recording.buffer.dtype)
        self.view = recording.view
        self._saved: dict[int, list[Array]] = {}
        self._place = {n.id: schedule.values[n.id] for n in graph.leaves}  # of every node's newest value
        self._gradient: dict[int, ArrayRef] = {}
        self._scope = Scope(graph, recording, self.scratch, self._place, self._saved, self._gradient)
        self._callers = callers(self._scope, schedule.events)
        self._fault = fitting(graph, schedule)
        self._update = Update(schedule, self._gradient, self.view, self.scratch)
        self._received, self._apart = self._receivers()
        self._spare: dict[Shape, Array] = {}  # for contributions that are not kept
        self.program = None if self._fault else program(graph, schedule, recording)  # of a graph of single numbers
        if self.program is not None:
            return
        self._values = self._flat("forward")
        together = [*self._but("assign"), *self._update.together()] if not self._fault else self._but("")
        self._step = [*together, *((received.forget, ()) for received in self._received.values())]

    @cached_property
    def _final(self) -> dict[int, ArrayRef]:
        """Where each node's gradient ends up."""
        return {e.into: e.total for e in self.schedule.events if isinstance(e, Contribution)}

    @cached_property
    def calls(self) -> list[list[Call]]:
        """The calls of each event."""
        return [self._mistaken(event, self._emit(event)) for event in self.schedule.events]

    def _mistaken(self, event: AnyEvent, calls: list[Call]) -> list[Call]:
        if self._fault is None or not self._fault.touches(self.graph, event):
            return calls
        return list(self._fault.calls(self._scope, event, calls))

    def run(self) -> None:
        """Compute every event. Overflow and invalid operations are results here, not warnings."""
        if self.program is not None:
            return self.program.run()
        with np.errstate(all="ignore"):
            for function, arguments in self._step:
                function(*arguments)

    def forward(self) -> None:
        """Compute the values alone."""
        if self.program is not None:
            return self.program.forward()
        with np.errstate(all="ignore"):
            for function, arguments in self._values:
                function(*arguments)

    def _flat(self, *kinds: str) -> list[Call]:
        """The calls of all events of these kinds, in order."""
        events = zip(self.schedule.events, self.calls, strict=True)
        return [call for event, calls in events if event.kind in kinds for call in calls]

    def _but(self, kind: str) -> list[Call]:
        """The calls of all events of other kinds, in order."""
        return self._flat(*({event.kind for event in self.schedule.events} - {kind}))

    def _emit(self, event: AnyEvent) -> list[Call]:
        match event:
            case Forward() | Recompute():
                return self._forward(event)
            case Statistics():
                return self._statistics(event)
            case Stopping():
                return self._stopping(event)
            case Seed():
                self._gradient.clear()
                self._gradient[event.node] = event.value
                return [(self.view(event.value).fill, (1.0,))]
            case Contribution():
                return self._contribution(event)
            case Assign():
                return self._update.assign(event)
            case Clipped():
                return self._update.clip(event, [n.id for n in self.graph.parameters])
        caller = self._callers.get(event.kind)
        return caller(event) if caller else []

    def _operands(self, node: Node) -> list[Array]:
        return [self.view(self._place[i]) for i in node.inputs]

    def _forward(self, event: Forward | Recompute) -> list[Call]:
        node = self.graph.nodes[event.node]
        self._place[node.id] = event.value
        self._saved[node.id] = [self.view(ref) for ref in event.saved.values()]
        outs = [self.view(event.value), *self._saved[node.id]]
        return rule_calls(node.row.forward, self._operands(node), outs, self.scratch, node.settings)

    def _statistics(self, event: Statistics) -> list[Call]:
        running = next(r for r in self.graph.running if r.target == event.target)
        saved = self.graph.nodes[event.node].row.saved.index(running.saved)
        operands = [self.view(self._place[event.target]), self._saved[event.node][saved]]
        options = statistics.settings(self.graph, running)
        return rule_calls(statistics.RULES[running.saved], operands, [self.view(event.value)], self.scratch, options)

    def _stopping(self, event: Stopping) -> list[Call]:
        assert self.schedule.stop is not None, "a stop event comes from a model that stops early"
        kept = {name: self.view(ref) for _, name, ref, _ in self.schedule.slots}
        results = (self.view(event.best), self.view(event.waited), self.view(event.stops))
        return [(watch, (self.schedule.stop, self.view(event.value), kept["best"], kept["waited"], results))]

    def _receivers(self) -> tuple[dict[int, Received], set[int]]:
        """The nodes whose contributions or totals are not kept; and those of them that gradients of parts fill."""
        kept, dtype, nodes = self.schedule.stored, self.recording.buffer.dtype, self.graph.nodes
        if kept == self.schedule.size:
            return {}, set()
        sent = [e for e in self.schedule.events if isinstance(e, Contribution)]
        received = {e.into: Received(e.total.shape, dtype) for e in sent if e.total.offset >= kept}
        senders: dict[int, list[Sender]] = {id: [] for id in received}
        for e in sent if received else ():
            if e.into in received:
                senders[e.into].append((nodes[e.node], e.slot))
        return received, {id for id in received if apart(nodes[id], senders[id])}

    def _contribution(self, event: Contribution) -> list[Call]:
        node = self.graph.nodes[event.node]
        before = self._gradient.get(event.into)
        self._gradient[event.into] = event.total
        calls, make = self._local(event, node), self._sender(event, node)
        if event.into in self._received:
            return calls + self._accumulated(event, node, make)
        if event.value.offset != event.upstream.offset:
            calls += make(self.view(event.value))
        if before is not None:
            calls.append((np.add, (self.view(before), self.view(event.value), self.view(event.total))))
        return calls

    def _accumulated(self, event: Contribution, node: Node, make: Make) -> list[Call]:
        """Into the gradient at once, by way of a spare array: the same additions in the same order."""
        received, final = self._received[event.into], self.view(self._final[event.into])
        number = len(received.makes)
        received.makes.append(make)
        for ref, summed in ((event.value, False), (event.total, True)):
            if ref.offset >= self.recording.buffer.size:
                self.recording.derived.setdefault(ref.offset, Derived(received, number, summed))
        if event.into in self._apart:
            return self._filled(event, node, final, number == 0)
        if number == 0:
            return make(final)
        if final.shape not in self._spare:
            self._spare[final.shape] = aligned(final.shape, final.dtype)
        spare = self._spare[final.shape]
        return [*make(spare), (np.add, (final, spare, final))]

    def _filled(self, event: Contribution, node: Node, final: Array, first: bool) -> list[Call]:
        """Into a part of its own. To each all others add 0, which makes -0 a 0: so does one addition at the end."""
        assert node.row.part is not None, "what fills a part comes from a row that takes one"
        there = part_of(final, node.row.part(final.shape, **node.options))
        calls: list[Call] = [(final.fill, (0.0,))] if first else []
        calls.append((np.copyto, (there, self.view(event.upstream))))
        last = event.total == self._final[event.into]
        return [*calls, (np.add, (final, np.zeros((), final.dtype), final))] if last else calls

    def _local(self, event: Contribution, node: Node) -> list[Call]:
        """The slope, where it has a place of its own."""
        own = [self._place[i] for i in (node.id, *node.inputs)]
        if not isinstance(event.local, ArrayRef) or event.local in own:
            return []
        operands = [self.view(ref) for ref in own]
        return rule_calls(
            node.row.partials[event.slot], operands, [self.view(event.local)], self.scratch, node.settings
        )

    def _sender(self, event: Contribution, node: Node) -> Make:
        """The calls that compute the contribution into an array: upstream times local, or the op's own rule."""
        upstream, shape = self.view(event.upstream), ("shape", event.value.shape)
        if isinstance(event.local, float):
            return self._made(times, [upstream], (("factor", event.local), shape))
        if event.local is not None:
            return self._made(scaled, [upstream, self.view(event.local)], (shape,))
        operands = [upstream, self.view(self._place[node.id]), *self._saved[node.id], *self._operands(node)]
        return self._made(node.row.vjps[event.slot], operands, node.settings)

    def _made(self, rule: Any, operands: list[Array], options: Options) -> Make:
        return partial(_into, rule, operands, self.scratch, options)


def _into(rule: Any, operands: list[Array], scratch: Scratch, options: Options, out: Array) -> list[Call]:
    return rule_calls(rule, operands, [out], scratch, options)


def times(g: Any, factor: float, shape: Shape) -> Any:
    return unbroadcast(g if factor == 1.0 else g * factor, shape)


def scaled(g: Any, local: Any, shape: Shape) -> Any:
    return unbroadcast(g * local, shape)


class Run:
    """A model being trained: one schedule, one plan, one recording that each step writes anew."""

    def __init__(self, model: Model) -> None:
        self.model, self.graph, self.optimizer = model, model.graph, model.optimizer
        samples = len(model.samples(0))
        self.schedule = schedule(model.graph, model.optimizer, samples, model.backward, model.dtype, model.stop)
        self.recording = Recording(self.schedule.stored, self.schedule.dtype)
        self.plan = Plan(model.graph, self.schedule, self.recording)
        self.iteration = 0
        view = self.recording.view
        self._loss = view(self.schedule.values[self.graph.loss.id])
        self._feeds = [(view(self.schedule.values[feed.node]), feed.draw) for feed in model.feeds]
        self._carried = [(view(source), view(target)) for source, target in side_by_side(self.schedule.carried)]
        batch = self.schedule.events[0]
        given = (batch.samples, batch.learning_rate, batch.step) if isinstance(batch, Batch) else ()
        self._batch = [view(ref) for ref in given]
        self._rate = model.optimizer.rates() if model.optimizer else float
        self._watched = Watched(model, self.schedule, view) if model.stop else None
        self._load()
        self.compute()

    @np.errstate(over="ignore")  # a number that is too large for float32 is infinity there
    def _load(self) -> None:
        for id, value in self.model.values.items():
            self.recording.view(self.schedule.values[id])[...] = value
        for _, _, ref, first in self.schedule.slots:
            self.recording.view(ref)[...] = first

    def compute(self) -> None:
        """Hand this iteration what it is given, then compute it."""
        if self._feeds:
            self._feed()
        if self._batch:
            samples, rate, step = self._batch
            samples[...] = self.model.samples(self.iteration)
            rate[...] = self._rate(self.iteration - self.model.began)
            step[...] = self.iteration - self.model.began + 1
        self.plan.run()
        if self._watched:
            self._watched.look(self.plan.calls)

    @np.errstate(over="ignore")
    def _feed(self) -> None:
        for view, draw in self._feeds:
            view[...] = draw(self.iteration)

    def advance(self) -> None:
        """Go on to the next iteration. Raises as `carry` does."""
        self.carry()
        self.compute()

    def carry(self) -> None:
        """Hand the next iteration what it begins with, and compute nothing yet.

        Raises ValueError where nothing trains the model, `StoppedError` where early stopping has ended training.
        """
        if self.optimizer is None:
            raise ValueError("a model without an optimizer has one iteration only")
        if self._watched and self._watched.stops:
            raise StoppedError(f"there is no iteration {self.iteration + 1}: {self._watched.reason(self.iteration)}")
        for source, target in self._carried:
            target[...] = source  # for few numbers in half the time of np.copyto
        self.iteration += 1

    @property
    def loss(self) -> float:
        """The loss of this iteration, before its update."""
        return float(self._loss)

    def snapshot(self) -> tuple[Array, ...]:
        """Copies of what one iteration hands to the next, as it stands at the beginning of this one."""
        return tuple(self.recording.view(target).copy() for _, target in self.schedule.carried)

    def restore(self, iteration: int, snapshot: Sequence[Array]) -> None:
        """Stand at the iteration a snapshot was taken at."""
        for (_, target), value in zip(self.schedule.carried, snapshot, strict=True):
            np.copyto(self.recording.view(target), value)
        self.iteration = iteration
        self.compute()
