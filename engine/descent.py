"""What the optimizer does as events: gradients clipped, then its lines, parameter by parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.events import AnyEvent, Assign, Clipped
from engine.graph import Node
from engine.optim import Clip, OptimizerSpec, Step
from engine.recording import ArrayRef
from engine.tape import Line, Options, Shape, trace
from engine.walk import Walk, layer_of


@dataclass(slots=True)
class Descent:
    """The optimizer's events."""

    walk: Walk
    optimizer: OptimizerSpec

    def clip(self) -> Iterator[AnyEvent]:
        """The optimizer goes on with what is left of the gradients."""
        clip, walk = self.optimizer.clip or Clip(), self.walk
        if clip.norm is None and clip.value is None:
            return
        norm, factor = (walk.place(()), walk.place(())) if clip.norm is not None else (None, None)
        for node in self.trained():
            walk.total[node.id] = walk.place(node.shape)
            yield Clipped(
                **walk.head("backward", "clip", "clip"),
                params=(node.id,), norm=norm, factor=factor, value=walk.total[node.id],
            )  # fmt: skip

    def trained(self) -> list[Node]:
        """The parameters a gradient arrived at."""
        return [n for n in self.walk.graph.parameters if n.id in self.walk.total]

    def update(self) -> Iterator[AnyEvent]:
        """Places go line by line: what one line makes of all parameters lies side by side, and one call can make it."""
        trained, steps, first = self.trained(), self.optimizer.steps, self.optimizer.slots()
        slots = {(n.id, name): self.walk.place(n.shape) for name in first for n in trained}
        self.walk.slots += [(n.id, name, slots[n.id, name], value) for n in trained for name, value in first.items()]
        shapes = {n.id: dict.fromkeys(("p", "g", *first), n.shape) | {"learning_rate": (), "t": ()} for n in trained}
        values: dict[tuple[int, int], ArrayRef] = {}
        for number, step in enumerate(steps):
            for n in trained:
                shapes[n.id][step.target] = step_tape(step, shapes[n.id], self.optimizer).shape
                values[n.id, number] = self.walk.place(shapes[n.id][step.target])
        for n in trained:
            for number, step in enumerate(steps):
                value = values[n.id, number]
                kept = self.walk.values[n.id] if step.target == "parameter" else slots.get((n.id, step.target))
                if kept is not None:
                    self.walk.carried.append((value, kept))
                head = self.walk.head("update", n.id, layer_of(n))
                yield Assign(**head, param=n.id, target=step.target, value=value)


def step_tape(step: Step, shapes: Mapping[str, Shape], optimizer: OptimizerSpec) -> Line:
    """The last line of a step's tape: its shape is the result's."""
    operands, settings = step_inputs(step, optimizer)
    return trace(step.rule, tuple(shapes[name] for name in operands), settings).lines[-1]


def step_inputs(step: Step, optimizer: OptimizerSpec) -> tuple[tuple[str, ...], Options]:
    """What a step reads, as the names of its operands and as settings."""
    known = optimizer.complete
    operands = tuple(name for name in step.reads if name not in known)
    return operands, tuple((name, known[name]) for name in step.reads if name in known)
