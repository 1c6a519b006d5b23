"""The optimizer's events as calls: clipping, and the lines of the update, for one parameter or for all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from engine.bind import rule_calls
from engine.descent import step_inputs
from engine.events import Assign, Batch, Clipped
from engine.optim import Clip, Step
from engine.recording import ArrayRef
from engine.schedule import Schedule
from engine.tape import Array, Call, Scratch, Shape


class Use(NamedTuple):
    """One line of the update as one parameter takes it."""

    reads: tuple[ArrayRef, ...]
    value: ArrayRef


class Update:
    """The calls of one optimizer. `gradient` is where each parameter's gradient lies, and is filled from outside."""

    def __init__(
        self, schedule: Schedule, gradient: Mapping[int, ArrayRef], view: Callable[[ArrayRef], Array], scratch: Scratch
    ) -> None:
        optimizer = schedule.optimizer
        self.clips = optimizer.clip if optimizer else None
        self.steps: tuple[Step, ...] = optimizer.steps if optimizer else ()
        self.inputs = [step_inputs(step, optimizer) for step in self.steps] if optimizer else []
        self.schedule, self.gradient, self.view, self.scratch = schedule, gradient, view, scratch
        self.scope: dict[int, dict[str, ArrayRef]] = {}  # by parameter: what the next of its lines may read
        self.done: Counter[int] = Counter()  # by parameter: how many of its lines have run
        self.uses: list[list[Use]] = [[] for _ in self.steps]  # by line
        self.kept: dict[int, dict[str, ArrayRef]] = {}
        for param, name, ref, _ in schedule.slots:
            self.kept.setdefault(param, {})[name] = ref
        self._clipped: dict[int, ArrayRef] = {}

    def clip(self, event: Clipped, parameters: Sequence[int]) -> list[Call]:
        (param,) = event.params
        before, after = self.view(self.gradient[param]), self.view(event.value)
        assert self.clips is not None, "a clip event comes from an optimizer that clips"
        first = not self._clipped
        self._clipped[param] = event.value
        if event.norm is None or event.factor is None:
            return [(np.clip, (before, -(self.clips.value or 0.0), self.clips.value, after))]
        norm, factor = self.view(event.norm), self.view(event.factor)
        calls: list[Call] = [(np.multiply, (before, factor, after))]
        if first:  # the first event of several measures all gradients together
            gradients = [self.view(self.gradient[id]) for id in parameters if id in self.gradient]
            calls.insert(0, (_measure, (gradients, norm, factor, self.clips)))
        return calls

    def assign(self, event: Assign) -> list[Call]:
        """The next line of the parameter's update."""
        return self._calls(*self.use(event))

    def use(self, event: Assign) -> tuple[int, Use]:
        """The number of the parameter's next line, and where it finds and puts its numbers."""
        scope = self.scope.get(event.param) or self.scope.setdefault(event.param, self._beginning(event.param))
        number = self.done[event.param]
        self.done[event.param] += 1
        operands = self.inputs[number][0]
        use = Use(tuple(scope[name] for name in operands), event.value)
        self.uses[number].append(use)
        scope[self.steps[number].target] = event.value
        return number, use

    def _beginning(self, param: int) -> dict[str, ArrayRef]:
        batch = self.schedule.events[0]
        assert isinstance(batch, Batch), "a step with an update begins with a batch"
        common = {"learning_rate": batch.learning_rate, "t": batch.step}
        gradient = self._clipped.get(param, self.gradient[param])
        return {**common, "p": self.schedule.values[param], "g": gradient, **self.kept.get(param, {})}

    def together(self) -> list[Call]:
        """All parameters' lines, line by line: where their numbers lie side by side, one call serves them all."""
        calls: list[Call] = []
        for number, uses in enumerate(self.uses):
            for use in united(uses):
                calls += self._calls(number, use)
        return calls

    def _calls(self, number: int, use: Use) -> list[Call]:
        reads = [self.view(ref) for ref in use.reads]
        settings = self.inputs[number][1]
        return rule_calls(self.steps[number].rule, reads, [self.view(use.value)], self.scratch, settings)


def united(uses: Sequence[Use]) -> Sequence[Use]:
    """One use over all numbers in place of several, where each operand is common to all or lies side by side."""
    if len(uses) < 2:
        return uses
    shapes = [use.value.shape for use in uses]
    *reads, value = (_joined(column, shapes) for column in zip(*((*use.reads, use.value) for use in uses), strict=True))
    if value is None or None in reads:
        return uses
    return [Use(tuple(ref for ref in reads if ref is not None), value)]


def _joined(refs: Sequence[ArrayRef], shapes: Sequence[Shape]) -> ArrayRef | None:
    """The one place that all refs are, or that they make up in order; None where there is no such place."""
    first = refs[0]
    if not first.shape and all(ref == first for ref in refs):
        return first
    side_by_side = all(a.offset + a.size == b.offset for a, b in pairwise(refs))
    if side_by_side and all(ref.shape == shape for ref, shape in zip(refs, shapes, strict=True)):
        return ArrayRef(first.offset, (sum(ref.size for ref in refs),))
    return None


def _measure(gradients: Sequence[Array], norm: Array, factor: Array, clip: Clip) -> None:
    """PyTorch's clip_grad_norm_: most / (norm + 1e-6), and never more than 1."""
    assert clip.norm is not None, "a norm is measured where it is bounded"
    norm[...] = np.sqrt(sum(float(np.vdot(g, g)) for g in gradients))
    factor[...] = min(1.0, clip.norm / (float(norm) + 1e-6))
