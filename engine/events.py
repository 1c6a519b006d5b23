"""The kinds of events a training step is made of. Each names what it is about and where its numbers lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.recording import ArrayRef

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
class Statistics(Event):
    """Leaf `target`, a running statistic, moved towards what `node` found in its batch; `value` is what it is now."""

    node: int
    target: int
    value: ArrayRef
    kind: Literal["statistics"] = "statistics"


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
class Recompute(Event):
    """A value that was not kept after the forward pass was computed again, with what its op saves."""

    node: int
    value: ArrayRef
    saved: Mapping[str, ArrayRef] = field(default_factory=dict)
    kind: Literal["recompute"] = "recompute"


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


AnyEvent = Batch | Forward | Statistics | ZeroGrad | Seed | Contribution | Recompute | Clipped | Assign
