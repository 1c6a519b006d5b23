"""Predict, then reveal: an answer held to the number of an event, and to the numbers that usual mistakes give.

A mistake is recognised by making it: the number is computed again as somebody would who forgot the slope, took the
other factor, saw one path of several. Where two mistakes give one number, the first of the table is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, isfinite, log10
from typing import NamedTuple, cast

import numpy as np

from engine.events import AnyEvent, Assign, Batch, Contribution, Forward, Recompute, Seed
from engine.explanation import EntryError
from engine.frozen import frozen
from engine.graph import Node
from engine.links import Spread
from engine.op import Index
from engine.recording import ArrayRef
from engine.tape import Rule
from engine.trace import Trace

NEAR = 0.01  # of the number: an answer this near to it is that number, rounded


@frozen
class Prediction:
    """Whether an answer is right; where it is what a usual mistake gives, which one; and what to say to it."""

    event: int
    entry: Index
    right: bool
    mistake: str | None
    sentence: str


class Mistake(NamedTuple):
    name: str
    gives: float
    says: str


def predict_value(trace: Trace, event: int, entry: Index, answer: float, *, total: bool = False) -> Prediction:
    """Hold an answer to the value of an event at an entry; with `total`, to the gradient that has arrived so far.

    Raises `EntryError` for an event without such a number.
    """
    number = _number(trace, event, entry, total)
    if near(answer, number):
        return _said(event, entry, True, None, "Right.")
    for mistake in mistakes(trace, event, entry, total=total):
        if near(answer, mistake.gives) and not near(mistake.gives, number):
            return _said(event, entry, False, mistake.name, mistake.says)
    return _said(event, entry, False, None, _direction(answer, number))


def predict_sign(trace: Trace, event: int, entry: Index, answer: int, *, total: bool = False) -> Prediction:
    """Hold -1, 0 or 1 to the sign of the number."""
    sign = int(np.sign(_number(trace, event, entry, total)))
    wrong = {1: "The number is positive.", 0: "The number is exactly 0.", -1: "The number is negative."}[sign]
    return _said(
        event, entry, answer == sign, None if answer == sign else "sign", "Right." if answer == sign else wrong
    )


def predict_size(trace: Trace, event: int, entry: Index, answer: int, *, total: bool = False) -> Prediction:
    """Hold a power of ten to the number's size: 0.02 has the size -2, 30 the size 1."""
    number = abs(_number(trace, event, entry, total))
    if not number or not isfinite(number):
        return _said(event, entry, False, "size", "The number is 0." if number == 0 else "The number is not finite.")
    size = floor(log10(number))
    wrong = "The number is larger than that." if size > answer else "The number is smaller than that."
    return _said(
        event, entry, answer == size, None if answer == size else "size", "Right." if answer == size else wrong
    )


def near(answer: float, number: float) -> bool:
    return bool(answer == number or abs(answer - number) <= NEAR * abs(number))


def mistakes(trace: Trace, event: int, entry: Index, *, total: bool = False) -> Iterator[Mistake]:
    """The usual mistakes at an event, and the number each gives there."""
    number, found = _number(trace, event, entry, total), trace.schedule.events[event]
    with np.errstate(all="ignore"):
        match found:
            case Contribution() if total:
                here = float(trace.view(found.value)[entry])
                yield Mistake("path", here, "That is what this path brings; what came over the others is part of it.")
            case Contribution():
                yield from _sent(trace, found, entry, number)
            case Forward() | Recompute():
                yield from _computed(trace, found, entry)
            case Assign() if found.target == "parameter":
                yield from _updated(trace, found, entry, number)
            case Seed():
                yield Mistake("seed", 0.0, "Backward begins at the loss itself, and a number's slope by itself is 1.")
    yield Mistake("sign", -number, "The size is right, the sign is not.")


def _sent(trace: Trace, event: Contribution, entry: Index, number: float) -> Iterator[Mistake]:
    """What came back over one edge: the sum of arriving gradient times slope over all ways from the entry."""
    node, spread = trace.graph.nodes[event.node], Spread(trace)
    shape = trace.graph.nodes[event.into].shape
    flat = int(np.ravel_multi_index(entry, shape)) if shape else 0
    upstream = trace.view(event.upstream).reshape(-1)
    ways = [(float(upstream[link.to[1]]), link.factor) for _, link in spread.ways(node, event.slot, [flat])]
    yield from _averaged(spread, node, event, entry, number)
    if len(ways) > 1:
        for arriving, slope in ways:
            yield Mistake("path", arriving * slope, f"That is one of the {len(ways)} paths; all of them are added up.")
    if len(ways) != 1:
        return
    ((arriving, slope),) = ways
    yield Mistake("slope", arriving, f"That is what arrives; it is multiplied by the slope of the {node.row.title}.")
    yield Mistake("upstream", slope, f"That is the slope of the {node.row.title}; what arrives is multiplied by it.")
    yield Mistake("added", arriving + slope, "The chain rule multiplies what arrives by the slope; this is their sum.")
    yield from _wrong_slope(trace, node, event, entry, arriving)
    whole = float(trace.view(event.total)[entry])
    yield Mistake("total", whole, "That is all that has arrived so far; what this path brings is asked for.")


def _averaged(spread: Spread, node: Node, event: Contribution, entry: Index, number: float) -> Iterator[Mistake]:
    """Where the op takes a mean: its slope without the division."""
    y, *xs = (spread.value(i) for i in (node.id, *node.inputs))
    whole, options = number * (xs[0].size / max(1, y.size)), dict(node.options)
    if options.get("reduction") in ("mean", "batch"):
        rule = cast(Rule, node.row.vjps[event.slot])
        summed = rule(
            spread.trace.view(event.upstream), y, *spread.saved[node.id], *xs, **options | {"reduction": "sum"}
        )
        whole = float(np.asarray(summed)[entry])
    elif node.op != "mean":
        return
    if number and round(whole / number) > 1:
        times = round(whole / number)
        yield Mistake("mean", whole, f"That is {times} times too much: a mean divides by how many there are.")


def _wrong_slope(
    trace: Trace, node: Node, event: Contribution, entry: Index, arriving: float
) -> Iterator[Mistake]:  # fmt: skip
    """The slope of a product by the wrong factor; a slope at the input in place of the output, or the reverse."""
    values = [trace.view(trace.schedule.values[i]) for i in (node.id, *node.inputs)]
    if node.op == "mul" and values[1].shape == values[2].shape:
        own = float(values[1 + event.slot][entry])
        yield Mistake("factor", arriving * own, "The slope of a product by one factor is the other factor, not itself.")
    partial = node.row.partials[0] if len(node.inputs) == 1 and node.row.partials else None
    if partial and values[0].shape == values[1].shape:
        y, x = values
        for place, said in ((x, "before"), (y, "after")):
            slope = np.broadcast_to(partial(place, place, **dict(node.options)), y.shape)[entry]
            says = f"That takes the slope from the number {said} the {node.row.title}; it is the other one that counts."
            yield Mistake("place", arriving * float(slope), says)


def _computed(trace: Trace, event: Forward | Recompute, entry: Index) -> Iterator[Mistake]:
    node = trace.graph.nodes[event.node]
    inputs = [trace.view(trace.schedule.values[i]) for i in node.inputs]
    if any(x.shape != node.shape for x in inputs):
        return
    xs = [np.float64(x[entry]) for x in inputs]
    if len(xs) == 1:
        yield Mistake("unchanged", xs[0], f"That is what goes into the {node.row.title}; what comes out is asked for.")
    elif len(xs) == 2:
        a, b = xs
        others = {
            "mul": ("added", a + b),
            "add": ("multiplied", a * b),
            "sub": ("order", b - a),
            "div": ("order", b / a),
        }
        if node.op in others:
            name, gives = others[node.op]
            yield Mistake(name, gives, f"This is a {node.row.title}, of these two in this order.")


def _updated(trace: Trace, event: Assign, entry: Index, number: float) -> Iterator[Mistake]:
    before = float(trace.view(trace.schedule.values[event.param])[entry])
    gradient = trace.gradient(event.param, event.index)
    yield Mistake("before", before, "That is the number before the update.")
    yield Mistake("uphill", 2 * before - number, "That goes up the slope; training goes down it, against the gradient.")
    yield Mistake("step", number - before, "That is the step; it is added to the number there was.")
    yield Mistake("step", before - number, "That is the step; it is taken off the number there was.")
    if gradient is not None:
        slope = float(gradient[entry])
        yield Mistake("rate", before - slope, "That takes off the whole gradient; the learning rate makes it smaller.")
        yield Mistake("gradient", slope, "That is the gradient; the update goes a small way against it.")


def _number(trace: Trace, event: int, entry: Index, total: bool) -> float:
    if not 0 <= event < trace.schedule.length:
        raise EntryError(f"event {event} asked for; a training step has {trace.schedule.length}")
    found = trace.schedule.events[event]
    ref = _asked(found, total)
    if ref is None:
        raise EntryError(f"event {event} ({found.kind}) has no such number to predict")
    if len(entry) != len(ref.shape) or any(not 0 <= i < n for i, n in zip(entry, ref.shape, strict=True)):
        raise EntryError(f"entry {entry} asked for; the number of event {event} has shape {ref.shape}")
    return float(trace.view(ref)[entry])


def _asked(event: AnyEvent, total: bool) -> ArrayRef | None:
    if total:
        return event.total if isinstance(event, Contribution) else None
    found = None if isinstance(event, Batch) else getattr(event, "value", None)
    return found if isinstance(found, ArrayRef) else None


def _direction(answer: float, number: float) -> str:
    if not isfinite(number):
        return "It is none of the usual mistakes; the number is not finite."
    if answer * number < 0:
        return "The sign is another one."
    return "The number is larger in size." if abs(answer) < abs(number) else "The number is smaller in size."


def _said(event: int, entry: Index, right: bool, mistake: str | None, sentence: str) -> Prediction:
    return Prediction(event=event, entry=entry, right=right, mistake=mistake, sentence=sentence)
