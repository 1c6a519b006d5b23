"""Computes a training step: the schedule as a flat list of calls that write into the recording.

The one place where gradients accumulate and are un-broadcast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.events import AnyEvent, Assign, Batch, Clipped, Contribution, Forward, Recompute, Seed
from engine.graph import Graph, Node
from engine.op import unbroadcast
from engine.recording import ArrayRef, Recording
from engine.schedule import Schedule, schedule, step_inputs
from engine.spec import Model
from engine.tape import Array, Call, Options, Rule, Scratch, Shape, UntraceableError, bind, trace


class Plan:
    """The calls of every event of a schedule, bound to one recording."""

    def __init__(self, graph: Graph, schedule: Schedule, recording: Recording) -> None:
        self.graph, self.schedule, self.recording = graph, schedule, recording
        self.scratch = Scratch(recording.buffer.dtype)
        self.view = recording.view
        self._saved: dict[int, list[Array]] = {}
        self._place = {n.id: schedule.values[n.id] for n in graph.leaves}  # of every node's newest value
        self._gradient: dict[int, ArrayRef] = {}
        self._scope: dict[int, dict[str, Array]] = {}  # by parameter: what the lines of its update may read
        self._common: dict[str, Array] = {}
        self._lines: dict[int, int] = {}  # by parameter: how many lines of its update have run
        self._clipped: dict[int, ArrayRef] = {}
        self._clipping = False
        self.calls: list[list[Call]] = [self._emit(event) for event in schedule.events]

    def run(self) -> None:
        """Compute every event. Overflow and invalid operations are results here, not warnings."""
        with np.errstate(all="ignore"):
            for calls in self.calls:
                for function, arguments in calls:
                    function(*arguments)

    def forward(self) -> None:
        """Compute the values alone."""
        with np.errstate(all="ignore"):
            for event, calls in zip(self.schedule.events, self.calls, strict=True):
                if event.kind == "forward":
                    for function, arguments in calls:
                        function(*arguments)

    def _emit(self, event: AnyEvent) -> list[Call]:
        match event:
            case Forward() | Recompute():
                return self._forward(event)
            case Seed():
                self._gradient[event.node] = event.value
                return [(np.copyto, (self.view(event.value), 1.0))]
            case Contribution():
                return self._contribution(event)
            case Assign():
                return self._assign(event)
            case Clipped():
                return self._clip(event)
            case Batch():
                self._common = {"learning_rate": self.view(event.learning_rate), "t": self.view(event.step)}
        return []

    def _operands(self, node: Node) -> list[Array]:
        return [self.view(self._place[i]) for i in node.inputs]

    def _forward(self, event: Forward | Recompute) -> list[Call]:
        node = self.graph.nodes[event.node]
        self._place[node.id] = event.value
        self._saved[node.id] = [self.view(ref) for ref in event.saved.values()]
        outs = [self.view(event.value), *self._saved[node.id]]
        return rule_calls(node.row.forward, self._operands(node), outs, self.scratch, node.settings)

    def _contribution(self, event: Contribution) -> list[Call]:
        node = self.graph.nodes[event.node]
        before = self._gradient.get(event.into)
        self._gradient[event.into] = event.total
        calls = self._sent(event, node) if event.value != event.upstream else []
        if before is not None:
            calls.append((np.add, (self.view(before), self.view(event.value), self.view(event.total))))
        return calls

    def _sent(self, event: Contribution, node: Node) -> list[Call]:
        upstream, value = self.view(event.upstream), self.view(event.value)
        y = self.view(self._place[node.id])
        if event.local is None:
            operands = [upstream, y, *self._saved[node.id], *self._operands(node)]
            return rule_calls(node.row.vjps[event.slot], operands, [value], self.scratch, node.settings)
        calls: list[Call] = []
        local: Array | float = event.local if isinstance(event.local, float) else self.view(event.local)
        own = [self._place[i] for i in (node.id, *node.inputs)]
        if isinstance(event.local, ArrayRef) and event.local not in own:
            partial = node.row.partials[event.slot]
            operands = [y, *self._operands(node)]
            calls = rule_calls(partial, operands, [self.view(event.local)], self.scratch, node.settings)
        return calls + self._scaled(upstream, local, value)

    def _scaled(self, upstream: Array, local: Array | float, value: Array) -> list[Call]:
        """Upstream times local, summed over what broadcasting had repeated."""
        shape = ("shape", value.shape)
        if isinstance(local, float):
            return rule_calls(times, [upstream], [value], self.scratch, (("factor", local), shape))
        return rule_calls(scaled, [upstream, local], [value], self.scratch, (shape,))

    def _clip(self, event: Clipped) -> list[Call]:
        (param,) = event.params
        before, after = self.view(self._gradient[param]), self.view(event.value)
        clip = self.schedule.optimizer.clip if self.schedule.optimizer else None
        assert clip is not None, "a clip event comes from an optimizer that clips"
        calls: list[Call] = []
        if event.norm is None or event.factor is None:
            calls = [(np.clip, (before, -(clip.value or 0.0), clip.value, after))]
        else:
            norm, factor = self.view(event.norm), self.view(event.factor)
            if not self._clipping:  # the first event of several measures all gradients together
                gradients = [self.view(self._gradient[n.id]) for n in self.graph.parameters if n.id in self._gradient]
                calls.append((_measure, (gradients, norm, factor, clip.norm)))
                self._clipping = True
            calls.append((np.multiply, (before, factor, after)))
        self._clipped[param] = event.value
        return calls

    def _assign(self, event: Assign) -> list[Call]:
        optimizer = self.schedule.optimizer
        assert optimizer is not None, "an assignment comes from an optimizer"
        scope = self._scope.setdefault(event.param, self._beginning(event.param))
        step = optimizer.steps[self._lines.get(event.param, 0)]
        self._lines[event.param] = self._lines.get(event.param, 0) + 1
        operands, settings = step_inputs(step, optimizer)
        calls = rule_calls(step.rule, [scope[o] for o in operands], [self.view(event.value)], self.scratch, settings)
        scope[step.target] = self.view(event.value)
        return calls

    def _beginning(self, param: int) -> dict[str, Array]:
        gradient = self._clipped.get(param, self._gradient[param])
        own = {"p": self.view(self.schedule.values[param]), "g": self.view(gradient)}
        slots = {name: self.view(ref) for id, name, ref, _ in self.schedule.slots if id == param}
        return {**self._common, **own, **slots}


def _measure(gradients: Sequence[Array], norm: Array, factor: Array, most: float) -> None:
    """PyTorch's clip_grad_norm_: most / (norm + 1e-6), and never more than 1."""
    norm[...] = np.sqrt(sum(float(np.vdot(g, g)) for g in gradients))
    factor[...] = min(1.0, most / (float(norm) + 1e-6))


def times(g: Any, factor: float, shape: Shape) -> Any:
    return unbroadcast(g if factor == 1.0 else g * factor, shape)


def scaled(g: Any, local: Any, shape: Shape) -> Any:
    return unbroadcast(g * local, shape)


def rule_calls(
    rule: Any, ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, options: Options = ()
) -> list[Call]:
    """Calls that compute `rule(*ins)` into `outs`: in place where its tape allows, by a copy of its result else."""
    if hasattr(rule, "calls"):
        return list(rule.calls(ins, outs[0], **dict(options)))
    try:
        tape = trace(rule, tuple(x.shape for x in ins), options)
    except UntraceableError:
        return [(_copied, (rule, tuple(ins), outs[0], dict(options)))]
    return bind(tape, ins, outs, scratch)


def _copied(rule: Rule, ins: tuple[Array, ...], out: Array, options: Mapping[str, Any]) -> None:
    np.copyto(out, rule(*ins, **options))


class Run:
    """A model being trained: one schedule, one plan, one recording that each step writes anew."""

    def __init__(self, model: Model) -> None:
        self.model, self.graph, self.optimizer = model, model.graph, model.optimizer
        self.schedule = schedule(model.graph, model.optimizer, len(model.samples(0)), model.backward)
        self.recording = Recording(self.schedule.size, self.schedule.dtype)
        self.plan = Plan(model.graph, self.schedule, self.recording)
        self.iteration = 0
        self._load()
        self._compute()

    def _load(self) -> None:
        for id, value in self.model.values.items():
            self.recording.view(self.schedule.values[id])[...] = value
        for _, _, ref, first in self.schedule.slots:
            self.recording.view(ref)[...] = first

    def _compute(self) -> None:
        """Hand this iteration what it is given, then compute it."""
        for feed in self.model.feeds:
            self.recording.view(self.schedule.values[feed.node])[...] = feed.draw(self.iteration)
        batch = self.schedule.events[0]
        if isinstance(batch, Batch) and self.optimizer:
            self.recording.view(batch.samples)[...] = self.model.samples(self.iteration)
            self.recording.view(batch.learning_rate)[...] = self.optimizer.rate(self.iteration)
            self.recording.view(batch.step)[...] = self.iteration + 1
        self.plan.run()

    def advance(self) -> None:
        """Go on to the next iteration. Raises ValueError where nothing trains the model."""
        if self.optimizer is None:
            raise ValueError("a model without an optimizer has one iteration only")
        for source, target in self.schedule.carried:
            np.copyto(self.recording.view(target), self.recording.view(source))
        self.iteration += 1
        self._compute()

    @property
    def loss(self) -> float:
        return float(self.recording.view(self.schedule.values[self.graph.loss.id]))

    def snapshot(self) -> tuple[Array, ...]:
        """Copies of what one iteration hands to the next, as it stands at the beginning of this one."""
        return tuple(self.recording.view(target).copy() for _, target in self.schedule.carried)

    def restore(self, iteration: int, snapshot: Sequence[Array]) -> None:
        """Stand at the iteration a snapshot was taken at."""
        for (_, target), value in zip(self.schedule.carried, snapshot, strict=True):
            np.copyto(self.recording.view(target), value)
        self.iteration = iteration
        self._compute()
