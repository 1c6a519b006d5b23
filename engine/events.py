"""The kinds of events a training step is made of. Each names what it is about and where its numbers lie.

| kind | way | says |
|---|---|---|
| `batch` | all | which samples this step sees, at which learning rate |
| `forward` | all | a node has its value |
| `statistics` | all | a running statistic moved |
| `zero_grad` | all | gradients were cleared |
| `seed` | reverse | the pass of one output begins: its slope with respect to itself is 1 |
| `contribution` | reverse | a node sent its part to the gradient of one of its inputs |
| `recompute` | reverse | a value that was not kept was computed again |
| `tangent` | forward | how fast a node moves when one entry of one leaf does |
| `slope` | forward | the pass has reached an output: one entry of a leaf's gradient is there |
| `probe` | difference | the loss once more, with one entry of one leaf moved |
| `quotient` | difference | two losses and the step between them: one entry of a leaf's gradient |
| `influence` | rtrl | how a state answers to a leaf, carried on by one time step |
| `credit` | rtrl | a state's gradient times its influence: a part of the leaf's gradient |
| `clip` | all | gradients were clipped |
| `assign` | all | one line of the optimizer ran |
| `stop` | all | early stopping looked at the test loss |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from engine.frozen import frozen
from engine.recording import ArrayRef

Phase = Literal["forward", "loss", "backward", "update"]


@frozen
class Event:
    """What every event has: its place, its phase, and the operation and layer it belongs to, as ordinals."""

    index: int
    phase: Phase
    operation: int
    layer: int


@frozen
class Batch(Event):
    """Which samples this training step sees, at which learning rate; `step` counts the updates, this one included."""

    samples: ArrayRef
    learning_rate: ArrayRef
    step: ArrayRef
    kind: Literal["batch"] = "batch"


@frozen
class Forward(Event):
    """`node` has its value; `saved` are further results the backward pass will read, by name."""

    node: int
    value: ArrayRef
    saved: Mapping[str, ArrayRef] = field(default_factory=dict)
    kind: Literal["forward"] = "forward"


@frozen
class Statistics(Event):
    """The running statistic `target`, a leaf, moved towards what `node` found in its batch: `value` is what it is."""

    node: int
    target: int
    value: ArrayRef
    kind: Literal["statistics"] = "statistics"


@frozen
class ZeroGrad(Event):
    """The gradients of `params` were cleared."""

    params: tuple[int, ...]
    kind: Literal["zero_grad"] = "zero_grad"


@frozen
class Seed(Event):
    """The backward pass begins: the loss changes by 1 where the loss changes by 1."""

    node: int
    value: ArrayRef
    kind: Literal["seed"] = "seed"


@frozen
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


@frozen
class Recompute(Event):
    """A value that was not kept after the forward pass was computed again, with what its op saves."""

    node: int
    value: ArrayRef
    saved: Mapping[str, ArrayRef] = field(default_factory=dict)
    kind: Literal["recompute"] = "recompute"


@frozen
class Clipped(Event):
    """The gradient of `params` was clipped; `value` is what is left.

    By norm: `norm` is that of all gradients together and `factor` what each is multiplied by. By value: neither.
    """

    params: tuple[int, ...]
    norm: ArrayRef | None
    factor: ArrayRef | None
    value: ArrayRef
    kind: Literal["clip"] = "clip"


@frozen
class Assign(Event):
    """One line of the optimizer ran for parameter `param`; target `parameter` is its new value."""

    param: int
    target: str
    value: ArrayRef
    kind: Literal["assign"] = "assign"


@frozen
class Stopping(Event):
    """Early stopping looked at the test loss, `value`: the `best` so far, and how many steps it has `waited` for a
    better one. Where `stops` is 1, training ends with this step.
    """

    value: ArrayRef
    best: ArrayRef
    waited: ArrayRef
    stops: ArrayRef
    kind: Literal["stop"] = "stop"


@frozen
class Tangent(Event):
    """Forward mode reached `node`: `value` is how fast it moves when entry `entry` of `leaf` does.

    `direction` counts the passes, one for each entry of each leaf. A pass begins at the leaf itself: 1 at the entry
    and 0 elsewhere.
    """

    node: int
    direction: int
    leaf: int
    entry: tuple[int, ...]
    value: ArrayRef
    kind: Literal["tangent"] = "tangent"


@frozen
class Slope(Event):
    """The tangent of output `node` is entry `entry` of its gradient with respect to leaf `into`.

    `total` is the whole gradient, once this was its last entry.
    """

    node: int
    into: int
    direction: int
    entry: tuple[int, ...]
    value: ArrayRef
    total: ArrayRef | None
    kind: Literal["slope"] = "slope"


@frozen
class Probe(Event):
    """One more forward pass, with entry `entry` of leaf `node` moved by `shift`: `value` is its loss."""

    node: int
    entry: tuple[int, ...]
    shift: float
    value: ArrayRef
    kind: Literal["probe"] = "probe"


@frozen
class Quotient(Event):
    """Two losses, `above` and `below`, and their `difference` over the `step` between them: entry `entry` of the
    gradient of `into`. `total` is the whole gradient, once this was its last entry.
    """

    into: int
    entry: tuple[int, ...]
    above: ArrayRef
    below: ArrayRef
    difference: ArrayRef
    step: float
    value: ArrayRef
    total: ArrayRef | None
    kind: Literal["quotient"] = "quotient"


@frozen
class Influence(Event):
    """How state `node` answers to leaf `param`: d(node)/d(param), with the node's axes first.

    `through` an earlier state: its `jacobian` d(node)/d(through) times the influence it had `before`. Else the part
    of this time step alone. `total` is the influence so far, this part included.
    """

    node: int
    param: int
    through: int | None
    jacobian: ArrayRef | None
    before: ArrayRef | None
    value: ArrayRef
    total: ArrayRef
    kind: Literal["influence"] = "influence"


@frozen
class Credit(Event):
    """The gradient of state `node` times its influence: the part of the gradient of leaf `into` that came through it.

    `total` is the gradient of `into` so far, this part included.
    """

    node: int
    into: int
    upstream: ArrayRef
    influence: ArrayRef
    value: ArrayRef
    total: ArrayRef
    kind: Literal["credit"] = "credit"


AnyEvent = (
    Batch
    | Forward
    | Statistics
    | ZeroGrad
    | Seed
    | Contribution
    | Recompute
    | Tangent
    | Slope
    | Probe
    | Quotient
    | Influence
    | Credit
    | Clipped
    | Assign
    | Stopping
)


def arrived(event: AnyEvent) -> dict[int, ArrayRef]:
    """The gradients that an event of the backward pass brings up to date, by node."""
    match event:
        case Seed():
            return {event.node: event.value}
        case Contribution() | Credit():
            return {event.into: event.total}
        case Slope() | Quotient() if event.total is not None:
            return {event.into: event.total}
    return {}
