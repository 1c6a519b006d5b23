"""The events of one training step, in order, each with the places of its numbers. Made once per graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from engine.graph import Graph, Node
from engine.optim import Clip, OptimizerSpec, Step
from engine.recording import ArrayRef
from engine.tape import Line, Options, Ref, Shape, UntraceableError, trace

Phase = Literal["forward", "loss", "backward", "update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has: its place, its phase, and the operation and layer it belongs to, as ordinals."""

    index: int
    phase: Phase
    operation: int
    layer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Event):
    """Which samples this training step sees, at which learning rate; `step` counts the updates, this one included."""

    samples: ArrayRef
    learning_rate: ArrayRef
    step: ArrayRef
    kind: Literal["batch"] = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward(Event):
    """`node` has its value; `saved` are further results the backward pass will read, by name."""

    node: int
    value: ArrayRef
    saved: Mapping[str, ArrayRef] = field(default_factory=dict)
    kind: Literal["forward"] = "forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroGrad(Event):
    """The gradients of `params` were cleared."""

    params: tuple[int, ...]
    kind: Literal["zero_grad"] = "zero_grad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed(Event):
    """The backward pass begins: the loss changes by 1 where the loss changes by 1."""

    node: int
    value: ArrayRef
    kind: Literal["seed"] = "seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution(Event):
    """`node` sent `value` to its input number `slot`, node `into`.

    `local` is dy/dx where the op works entry by entry: a place, or a number where it is constant. `total` is the
    gradient of `into` so far, this part included.
    """

    node: int
    slot: int
    into: int
    upstream: ArrayRef
    local: ArrayRef | float | None
    value: ArrayRef
    total: ArrayRef
    kind: Literal["contribution"] = "contribution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipped(Event):
    """The gradient of `params` was clipped; `value` is what is left.

    By norm: `norm` is that of all gradients together and `factor` what each is multiplied by. By value: neither.
    """

    params: tuple[int, ...]
    norm: ArrayRef | None
    factor: ArrayRef | None
    value: ArrayRef
    kind: Literal["clip"] = "clip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Event):
    """One line of the optimizer ran for parameter `param`; target `parameter` is its new value."""

    param: int
    target: str
    value: ArrayRef
    kind: Literal["assign"] = "assign"


AnyEvent = Batch | Forward | ZeroGrad | Seed | Contribution | Clipped | Assign


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

    def __init__(self, graph: Graph, optimizer: OptimizerSpec | None, samples: int) -> None:
        self.graph, self.optimizer, self.samples = graph, optimizer, samples
        self.next = 0
        self.events: list[AnyEvent] = []
        self.operations, self.layers = _Ordinals(), _Ordinals()
        self.indices = count()
        self.total: dict[int, ArrayRef] = {}
        self.carried: list[tuple[ArrayRef, ArrayRef]] = []
        self.slots: list[tuple[int, str, ArrayRef, float]] = []
        self.loss_function = graph.loss_function()
        self.values: dict[int, ArrayRef] = {n.id: self.place(n.shape) for n in graph.leaves}

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
                        optimizer=self.optimizer)  # fmt: skip

    def batch(self) -> Batch:
        samples, rate, step = self.place((self.samples,)), self.place(()), self.place(())
        return Batch(**self.head("forward", "batch", "batch"), samples=samples, learning_rate=rate, step=step)

    def forward(self) -> Iterator[AnyEvent]:
        for node in self.graph.nodes:
            if node.op is None:
                continue
            phase: Phase = "loss" if node.id in self.loss_function else "forward"
            self.values[node.id] = self.place(node.shape)
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
        self.total[loss.id] = self.place(())
        yield Seed(**self.head("backward", "seed", "seed"), node=loss.id, value=self.total[loss.id])
        for node in reversed(self.graph.nodes):
            if node.op and node.wanted:
                yield from self.contributions(node)

    def contributions(self, node: Node) -> Iterator[AnyEvent]:
        """A node sends to its inputs once all its own contributions have arrived: ids fall, so they have."""
        upstream = self.total[node.id]
        for slot, into in enumerate(node.inputs):
            if not self.graph.nodes[into].wanted or node.row.vjps[slot] is None:
                continue
            local = self.local(node, slot)
            value = (
                upstream
                if local == 1.0 and self.graph.nodes[into].shape == node.shape
                else self.place(self.graph.nodes[into].shape)
            )
            before = self.total.get(into)
            self.total[into] = value if before is None else self.place(value.shape)
            yield Contribution(
                **self.head("backward", node.id, _layer(node)),
                node=node.id, slot=slot, into=into, upstream=upstream, local=local, value=value, total=self.total[into],
            )  # fmt: skip

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
            return self.values[operands[result]]
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
        for node in self.trained():
            slots = {name: self.place(node.shape) for name in optimizer.slots()}
            self.slots += [(node.id, name, ref, optimizer.slots()[name]) for name, ref in slots.items()]
            shapes = dict.fromkeys(("p", "g", *slots), node.shape) | {"learning_rate": (), "t": ()}
            for step in optimizer.steps:
                shapes[step.target] = step_tape(step, shapes, optimizer).shape
                value = self.place(shapes[step.target])
                kept = self.values[node.id] if step.target == "parameter" else slots.get(step.target)
                if kept is not None:
                    self.carried.append((value, kept))
                yield Assign(
                    **self.head("update", node.id, _layer(node)), param=node.id, target=step.target, value=value
                )


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


def schedule(graph: Graph, optimizer: OptimizerSpec | None = None, samples: int = 1) -> Schedule:
    """The events of one training step of `graph`: with batch, zero_grad and update where an optimizer trains it."""
    return _Scheduler(graph, optimizer, samples).run()
