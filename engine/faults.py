"""Rules broken on purpose: what the usual mistakes compute, to be seen, walked through and found.

A run with a fault computes by the broken rule and hands its numbers on to the next step. Its events still say what the
honest rules are, so `verify`, which goes by those, names the first event that does not follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.backward import Backward
from engine.events import AnyEvent, Assign, Contribution
from engine.frozen import frozen
from engine.graph import Graph
from engine.ops import activations
from engine.optim import OptimizerSpec
from engine.recording import ArrayRef
from engine.schedule import Schedule, schedule
from engine.scope import Scope
from engine.tape import Array, Call

ACTIVATIONS = frozenset(row.name for row in activations.ROWS)


class FaultError(ValueError):
    """What goes by the honest rules was asked of a step that is broken on purpose."""


@frozen
class Fault:
    """One mistake. `touches`: the events that go wrong; `calls`: what they compute instead, from the honest calls.

    `optimizer` is what it does to an optimizer, `kept` what that hands on and an honest one does not. `absent` says why
    a model cannot go wrong so.
    """

    name: str
    doc: str
    absent: str
    touches: Callable[[Graph, AnyEvent], bool]
    calls: Callable[[Scope, Any, Sequence[Call]], Sequence[Call]] = lambda scope, event, honest: honest
    optimizer: Callable[[OptimizerSpec], OptimizerSpec] = lambda optimizer: optimizer
    kept: frozenset[str] = frozenset()


def named(name: str | None) -> Fault | None:
    """The row of a name. Raises ValueError where there is none."""
    if name is not None and name not in FAULTS:
        raise ValueError(f"there is no fault {name!r}; there are {', '.join(FAULTS)}")
    return FAULTS[name] if name is not None else None


def fitting(graph: Graph, schedule: Schedule) -> Fault | None:
    """The fault a schedule's backward phase is to have. Raises ValueError where nothing in it can go wrong so."""
    fault = named(schedule.backward.fault)
    if fault and not any(fault.touches(graph, event) for event in schedule.events):
        raise ValueError(fault.absent)
    return fault


def why_absent(fault: Fault, graph: Graph, optimizer: OptimizerSpec | None, backward: Backward) -> str | None:
    """Why a model cannot go wrong so; None where it can."""
    try:
        broken = None if optimizer is None else fault.optimizer(optimizer)
        fitting(graph, schedule(graph, broken, 1, replace(backward, fault=fault.name)))
    except ValueError as error:
        return str(error)
    return None


def honest(schedule: Schedule) -> Schedule:
    """The same events by the rules as they should be."""
    return replace(schedule, backward=replace(schedule.backward, fault=None))


def begun(schedule: Schedule) -> list[tuple[ArrayRef, float]]:
    """What a fault hands on from step to step, as places; and what an honest run begins each step with instead."""
    fault = named(schedule.backward.fault)
    return [(ref, first) for _, name, ref, first in schedule.slots if fault and name in fault.kept]


def _contribution(event: AnyEvent) -> bool:
    """One that computes a number of its own, and hands upstream on in no case."""
    return isinstance(event, Contribution) and event.value.offset != event.upstream.offset


def _apart(event: Contribution, calls: Sequence[Call]) -> tuple[Sequence[Call], Sequence[Call]]:
    """What computes the contribution, and what adds it to those before."""
    later = event.total.offset != event.value.offset
    return (calls[:-1], calls[-1:]) if later else (calls, ())


def _added(graph: Graph, event: AnyEvent) -> bool:
    return isinstance(event, Contribution) and event.total.offset != event.value.offset


def _overwritten(scope: Scope, event: Contribution, calls: Sequence[Call]) -> Sequence[Call]:
    value, total = scope.view(event.value), scope.view(event.total)
    return [*_apart(event, calls)[0], (np.copyto, (total, value))]


def _uncleared(optimizer: OptimizerSpec) -> OptimizerSpec:
    if not optimizer.zero_grad:
        raise ValueError("nothing clears the gradients of this model anyway")
    return replace(optimizer, zero_grad=False)


def _sloped(graph: Graph, event: AnyEvent) -> bool:
    return _contribution(event) and isinstance(event, Contribution) and graph.nodes[event.node].op in ACTIVATIONS


def _handed_on(scope: Scope, event: Contribution, calls: Sequence[Call]) -> Sequence[Call]:
    body, added = _apart(event, calls)
    return [*body, (np.copyto, (scope.view(event.value), scope.view(event.upstream))), *added]


def _update(graph: Graph, event: AnyEvent) -> bool:
    return isinstance(event, Assign) and event.target == "parameter"


def _uphill(scope: Scope, event: Assign, calls: Sequence[Call]) -> Sequence[Call]:
    """Every optimizer's last line takes the step off."""
    *before, (function, arguments) = calls
    assert function is np.subtract, "the last line of an update is a difference"
    return [*before, (np.add, arguments)]


def _masked(graph: Graph, event: AnyEvent) -> bool:
    if not (_contribution(event) and isinstance(event, Contribution)):
        return False
    other = graph.nodes[graph.nodes[event.node].inputs[-1]]
    return other.op is None and other.label.endswith(".mask")


def _redrawn(scope: Scope, event: Contribution, calls: Sequence[Call]) -> Sequence[Call]:
    body, added = _apart(event, calls)
    mask = scope.view(scope.place[scope.graph.nodes[event.node].inputs[-1]])
    other, upstream, value = np.empty_like(mask), scope.view(event.upstream), scope.view(event.value)
    return [*body, (_redraw, (mask, other)), (np.multiply, (upstream, other, value)), *added]


def _redraw(mask: Array, other: Array) -> None:
    """Another mask of as many zeros. It follows from the first one, so that the step can be made again."""
    rng = np.random.default_rng(np.packbits(mask != 0))
    other[...] = rng.permutation(mask.reshape(-1)).reshape(mask.shape)


FAULTS: Mapping[str, Fault] = {
    row.name: row
    for row in (
        Fault(
            name="overwrite", touches=_added, calls=_overwritten,
            doc="= where += is meant: of several contributions to a gradient only the last one stays.",
            absent="no node here is sent two contributions, so that = gives what += gives",
        ),
        Fault(
            name="no_zero_grad", touches=lambda graph, event: isinstance(event, Assign) and event.target == "kept",
            optimizer=_uncleared, kept=frozenset(("kept",)),
            doc="Gradients are not cleared: from the second step on they add up with those of all steps before.",
            absent="nothing trains this model, so that there are no gradients of a step before",
        ),
        Fault(
            name="no_slope", touches=_sloped, calls=_handed_on,
            doc="The slope of the activation is forgotten: σ′ is missing from the chain rule.",
            absent="there is no activation here whose slope could be forgotten",
        ),
        Fault(
            name="uphill", touches=_update, calls=_uphill,
            doc="Plus where minus is meant in the update: every step climbs the loss.",
            absent="nothing trains this model, so that there is no update",
        ),
        Fault(
            name="fresh_mask", touches=_masked, calls=_redrawn,
            doc="Dropout draws a fresh mask for the backward pass: other units get the gradient than gave the value.",
            absent="there is no dropout here whose mask could be drawn again",
        ),
    )
}  # fmt: skip
