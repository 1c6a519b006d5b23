"""Where the first number that is not finite appears, and what it was made from."""

from __future__ import annotations

import numpy as np

from engine.events import (
    AnyEvent,
    Assign,
    Batch,
    Clipped,
    Contribution,
    Credit,
    Forward,
    Influence,
    Probe,
    Quotient,
    Recompute,
    Seed,
    Slope,
    Statistics,
    Stopping,
    Tangent,
    ZeroGrad,
)
from engine.explain import Explainer
from engine.explanation import Operand
from engine.frozen import frozen
from engine.op import Index
from engine.tape import Array
from engine.trace import Trace

WITHOUT = (Batch, ZeroGrad, Stopping)  # events that make no number of a node


@frozen
class OperandRange:
    """An operand of the event: its number where it has one only, else its smallest and largest."""

    label: str
    says: str
    number: float | None
    low: float
    high: float


@frozen
class NonFinite:
    """The first event that brought NaN or an infinity, at which entry, from which operands."""

    event: int
    kind: str
    node: int
    label: str
    layer: str | None
    index: Index
    value: float
    operands: tuple[OperandRange, ...]
    sentence: str


def first_nonfinite(trace: Trace) -> NonFinite | None:
    """The first one in the order of events; None where every number is finite."""
    for event in trace.schedule.events:
        if not isinstance(event, WITHOUT):
            wrong = ~np.isfinite(trace.view(event.value))
            if wrong.any():
                return _found(trace, event, np.argwhere(wrong)[0])
    return None


def _found(trace: Trace, event: AnyEvent, place: Array) -> NonFinite:
    assert not isinstance(event, WITHOUT), "asked only of events with a value"
    node = trace.graph.nodes[_about(event)]
    index = tuple(map(int, place))
    explained = Explainer(trace.graph, trace.schedule).explain(event.index, index)
    value = float(trace.view(event.value)[index])
    operands = tuple(_range(trace, o) for o in explained.operands if o.ref != event.value and _numbers(trace, o).size)
    where = f" at entry {', '.join(map(str, index))}" if index else ""
    given = "; ".join(f"{o.label} = {o.number:g}" if o.number is not None else f"{o.label} from {o.low:g} to {o.high:g}"
                      for o in operands)  # fmt: skip
    return NonFinite(
        event=event.index, kind=event.kind, node=node.id, label=node.label, index=index, value=value,
        layer=node.group[0] if node.group else None, operands=operands,
        sentence=f"The first number that is not finite is {value:g}, in the {_what(event)} of {node.label}{where} "
        f"({explained.title}), made from {given or 'nothing'}.",
    )  # fmt: skip


def _what(event: AnyEvent) -> str:
    if isinstance(event, Forward | Recompute):
        return "value"
    named = {"assign": "new value", "statistics": "new value", "tangent": "tangent", "influence": "influence"}
    return named.get(event.kind, "loss with a number moved" if event.kind == "probe" else "gradient")


def _about(event: AnyEvent) -> int:
    match event:
        case Contribution() | Credit() | Slope() | Quotient():
            return event.into
        case Clipped():
            return event.params[0]
        case Assign():
            return event.param
        case Statistics():
            return event.target
        case Forward() | Recompute() | Seed() | Tangent() | Probe() | Influence():
            return event.node
    raise TypeError(f"{event.kind} has no value")


def _numbers(trace: Trace, operand: Operand) -> Array:
    return np.asarray(operand.number, np.float64) if operand.ref is None else trace.view(operand.ref)


def _range(trace: Trace, operand: Operand) -> OperandRange:
    x = _numbers(trace, operand)
    return OperandRange(
        label=operand.label, says=operand.says, number=float(x.reshape(-1)[0]) if x.size == 1 else None,
        low=float(x.min()), high=float(x.max()),
    )  # fmt: skip
