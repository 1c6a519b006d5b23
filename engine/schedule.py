"""The events of one training step, in order, each with the places of its numbers. Made once per graph."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from engine.events import AnyEvent, Assign, Batch, Clipped, Contribution, Forward, Phase, Recompute, Seed, ZeroGrad
from engine.graph import Graph, Node
from engine.optim import Clip, OptimizerSpec, Step
from engine.recording import ArrayRef
from engine.tape import Line, Options, Ref, Shape, UntraceableError, trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Backward:
    """How the backward pass goes. `cut`: edges (node, slot) that carry nothing back.

    `checkpoints`: with any, only these nodes' values are kept after the forward pass; what lies between two of them
    is computed again when the backward pass comes to it. What follows the last one is kept.
    """

    cut: tuple[tuple[int, int], ...] = ()
    checkpoints: tuple[int, ...] = ()

    def segment(self, node: int) -> int | None:
        """Which stretch between checkpoints a node belongs to; None where its value is kept."""
        passed = bisect_left(self.checkpoints, node)
        kept = passed == len(self.checkpoints) or self.checkpoints[passed] == node
        return None if kept else passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One training step: `events`, the place of every node's value, and the numbers a recording holds.

    `carried`: (from, to) places whose numbers are the next step's beginning. `slots`: what the optimizer keeps for a
    parameter, as (parameter, name, place, first value).
    """

    size: int
    dtype: str
    length: int
    values: tuple[ArrayRef, ...]
    events: tuple[AnyEvent, ...]
    carried: tuple[tuple[ArrayRef, ArrayRef], ...] = ()
    slots: tuple[tuple[int, str, ArrayRef, float], ...] = ()
    optimizer: OptimizerSpec | None = None
    backward: Backward = Backward()

    def phase(self, cursor: int) -> Phase:
        """The phase of the event that made the state at `cursor`; before all events, the first one's."""
        return self.events[max(cursor - 1, 0)].phase


class _Ordinals:
    """Numbers runs of equal keys: 0, 0, 1, 1, 1, 2, …"""

    def __init__(self) -> None:
        self.number, self.key = -1, None

    def of(self, key: Any) -> int:
        if key != self.key:
            self.number, self.key = self.number + 1, key
        return self.number


class _Scheduler:
    """Walks one training step, giving out places and emitting events."""

    def __init__(self, graph: Graph, optimizer: OptimizerSpec | None, samples: int, how: Backward) -> None:
        self.graph, self.optimizer, self.samples, self.how = graph, optimizer, samples, how
        self.recomputed: set[int] = set()  # stretches between checkpoints
        self.next = 0
        self.events: list[AnyEvent] = []
        self.operations, self.layers = _Ordinals(), _Ordinals()
        self.indices = count()
        self.total: dict[int, ArrayRef] = {}
        self.awaited: Counter[int] = Counter()  # contributions still to come
        self.final: dict[int, ArrayRef] = {}  # places for the parameters' gradients
        self.carried: list[tuple[ArrayRef, ArrayRef]] = []
        self.slots: list[tuple[int, str, ArrayRef, float]] = []
        self.loss_function = graph.loss_function()
        self.values: dict[int, ArrayRef] = {n.id: self.place(n.shape) for n in graph.leaves}
        self.now = dict(self.values)  # where the backward pass finds a value: after a recompute, its new place

    def place(self, shape: Shape) -> ArrayRef:
        ref = ArrayRef(self.next, shape)
        self.next += ref.size
        return ref

    def head(self, phase: Phase, operation: Any, layer: Any) -> dict[str, Any]:
        numbers = (self.operations.of((phase, operation)), self.layers.of((phase, layer)))
        return {"index": next(self.indices), "phase": phase, "operation": numbers[0], "layer": numbers[1]}

    def run(self) -> Schedule:
        if self.optimizer:
            self.events.append(self.batch())
        self.events.extend(self.forward())
        self.events.extend(self.backward())
        if self.optimizer:
            self.events.extend(self.clip(self.optimizer.clip or Clip()))
            self.events.extend(self.update(self.optimizer))
        values = tuple(self.values[n.id] for n in self.graph.nodes)
        return Schedule(size=self.next, dtype="float64", length=len(self.events), values=values,
                        events=tuple(self.events), carried=tuple(self.carried), slots=tuple(self.slots),
                        optimizer=self.optimizer, backward=self.how)  # fmt: skip

    def batch(self) -> Batch:
        samples, rate, step = self.place((self.samples,)), self.place(()), self.place(())
        return Batch(**self.head("forward", "batch", "batch"), samples=samples, learning_rate=rate, step=step)

    def forward(self) -> Iterator[AnyEvent]:
        """The loss function's nodes come last; nothing else waits for them."""
        for node in sorted(self.graph.nodes, key=lambda n: n.id in self.loss_function):
            if node.op is None:
                continue
            phase: Phase = "loss" if node.id in self.loss_function else "forward"
            self.values[node.id] = self.now[node.id] = self.place(node.shape)
            yield Forward(
                **self.head(phase, node.id, _layer(node)),
                node=node.id,
                value=self.values[node.id],
                saved=self.saved(node),
            )

    def saved(self, node: Node) -> dict[str, ArrayRef]:
        """Places for what `forward` returns beside y; their shapes are on its tape."""
        row = node.row
        if not row.saved:
            return {}
        tape = trace(row.forward, tuple(self.graph.nodes[i].shape for i in node.inputs), node.settings)
        return {
            name: self.place(tape.lines[r - tape.inputs].shape)
            for name, r in zip(row.saved, tape.results[1:], strict=True)
        }

    def backward(self) -> Iterator[AnyEvent]:
        if self.optimizer:
            params = tuple(n.id for n in self.graph.parameters if n.wanted)
            yield ZeroGrad(**self.head("backward", "zero_grad", "zero_grad"), params=params)
        loss = self.graph.loss
        self.expect()
        self.total[loss.id] = self.place(())
        yield Seed(**self.head("backward", "seed", "seed"), node=loss.id, value=self.total[loss.id])
        for node in reversed(self.graph.nodes):
            if node.op and node.id in self.total:
                yield from self.recompute(self.how.segment(node.id))
                yield from self.contributions(node)

    def recompute(self, segment: int | None) -> Iterator[AnyEvent]:
        """Compute a stretch between checkpoints again, the first time the backward pass enters it."""
        if segment is None or segment in self.recomputed:
            return
        self.recomputed.add(segment)
        for node in self.graph.nodes:
            if node.op and self.how.segment(node.id) == segment:
                self.now[node.id] = self.place(node.shape)
                head = self.head("backward", ("again", node.id), _layer(node))
                yield Recompute(**head, node=node.id, value=self.now[node.id], saved=self.saved(node))

    def contributions(self, node: Node) -> Iterator[AnyEvent]:
        """A node sends to its inputs once all its own contributions have arrived: ids fall, so they have."""
        upstream = self.total[node.id]
        for slot, into in enumerate(node.inputs):
            if not self.sends(node, slot):
                continue
            local = self.local(node, slot)
            before, shape = self.total.get(into), self.graph.nodes[into].shape
            self.awaited[into] -= 1
            last = self.final.get(into) if not self.awaited[into] else None
            if last and before is None:
                value = last
            else:
                value = upstream if local == 1.0 and shape == node.shape else self.place(shape)
            self.total[into] = value if before is None else last or self.place(shape)
            yield Contribution(
                **self.head("backward", node.id, _layer(node)),
                node=node.id, slot=slot, into=into, upstream=upstream, local=local, value=value, total=self.total[into],
            )  # fmt: skip

    def sends(self, node: Node, slot: int) -> bool:
        into = self.graph.nodes[node.inputs[slot]]
        return into.wanted and node.row.vjps[slot] is not None and (node.id, slot) not in self.how.cut

    def expect(self) -> None:
        """Count the contributions to come; what the parameters end up with shall lie side by side, for the update."""
        self.awaited[self.graph.loss.id] = 1
        for node in reversed(self.graph.nodes):
            if node.op and self.awaited[node.id]:
                self.awaited.update(into for slot, into in enumerate(node.inputs) if self.sends(node, slot))
        if self.optimizer:
            parameters = (n for n in self.graph.parameters if self.awaited[n.id])
            self.final = {n.id: self.place(n.shape) for n in parameters}

    def local(self, node: Node, slot: int) -> ArrayRef | float | None:
        """A number where the partial is constant, the operand's place where it is one, else a place of its own."""
        if not node.row.partials:
            return None
        operands = (node.id, *node.inputs)
        shapes = tuple(self.graph.nodes[i].shape for i in operands)
        try:
            tape = trace(node.row.partials[slot], shapes, node.settings)
        except UntraceableError:
            return self.place(node.shape)
        result = tape.results[0]
        if not isinstance(result, Ref):
            return float(result)
        if result < tape.inputs:
            return self.now[operands[result]]
        return self.place(tape.lines[result - tape.inputs].shape)

    def clip(self, clip: Clip) -> Iterator[AnyEvent]:
        """The optimizer goes on with what is left of the gradients."""
        if clip.norm is None and clip.value is None:
            return
        norm, factor = (self.place(()), self.place(())) if clip.norm is not None else (None, None)
        for node in self.trained():
            self.total[node.id] = self.place(node.shape)
            yield Clipped(
                **self.head("backward", "clip", "clip"),
                params=(node.id,), norm=norm, factor=factor, value=self.total[node.id],
            )  # fmt: skip

    def trained(self) -> list[Node]:
        """The parameters a gradient arrived at."""
        return [n for n in self.graph.parameters if n.id in self.total]

    def update(self, optimizer: OptimizerSpec) -> Iterator[AnyEvent]:
        """Places go line by line: what one line makes of all parameters lies side by side, and one call can make it."""
        trained, steps, first = self.trained(), optimizer.steps, optimizer.slots()
        slots = {(n.id, name): self.place(n.shape) for name in first for n in trained}
        self.slots += [(n.id, name, slots[n.id, name], value) for n in trained for name, value in first.items()]
        shapes = {n.id: dict.fromkeys(("p", "g", *first), n.shape) | {"learning_rate": (), "t": ()} for n in trained}
        values: dict[tuple[int, int], ArrayRef] = {}
        for number, step in enumerate(steps):
            for n in trained:
                shapes[n.id][step.target] = step_tape(step, shapes[n.id], optimizer).shape
                values[n.id, number] = self.place(shapes[n.id][step.target])
        for n in trained:
            for number, step in enumerate(steps):
                value = values[n.id, number]
                kept = self.values[n.id] if step.target == "parameter" else slots.get((n.id, step.target))
                if kept is not None:
                    self.carried.append((value, kept))
                yield Assign(**self.head("update", n.id, _layer(n)), param=n.id, target=step.target, value=value)


def step_tape(step: Step, shapes: Mapping[str, Shape], optimizer: OptimizerSpec) -> Line:
    """The last line of a step's tape: its shape is the result's."""
    operands, settings = step_inputs(step, optimizer)
    return trace(step.rule, tuple(shapes[name] for name in operands), settings).lines[-1]


def step_inputs(step: Step, optimizer: OptimizerSpec) -> tuple[tuple[str, ...], Options]:
    """What a step reads, as the names of its operands and as settings."""
    known = optimizer.complete
    operands = tuple(name for name in step.reads if name not in known)
    return operands, tuple((name, known[name]) for name in step.reads if name in known)


def _layer(node: Node) -> Any:
    """Nodes of one outermost group are one layer; a node outside all groups is its own."""
    return node.group[:1] or node.id


def schedule(
    graph: Graph, optimizer: OptimizerSpec | None = None, samples: int = 1, backward: Backward | None = None
) -> Schedule:
    """The events of one training step of `graph`: with batch, zero_grad and update where an optimizer trains it."""
    return _Scheduler(graph, optimizer, samples, backward or Backward()).run()
