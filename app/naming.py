"""The names in guided lessons: from a node's name, or an event's, to where it is in a training step."""

from __future__ import annotations

import re
from typing import TypeVar

import numpy as np

from engine import AnyEvent, ArrayRef, Assign, Batch, Clipped, Contribution, Forward, Node, Seed, Trace, ZeroGrad

E = TypeVar("E")
PLACE = re.compile(
    r"(?P<what>value|gradient|new|kept|contribution|total|upstream|local|size|rate|norm|factor)"
    r"(?: (?P<name>[^→@\[\]]+?))?(?: → (?P<into>[^→@\[\]]+?))?(?:\[(?P<entry>\d+(?:,\d+)*)\])?(?: @(?P<step>\d))?"
)


UNCLIPPED = "No gradients are clipped in this training step."
ASSIGNED = {"new": "parameter", "kept": "kept"}  # the optimizer's own names


class MissingError(LookupError):
    """A lesson names what this training step does not have; the message says so to a student."""


def place(trace: Trace, match: re.Match[str]) -> tuple[int | None, ArrayRef | float | int]:
    """The node a number belongs to; and its array, the one slope it has everywhere, or the event of that magnitude."""
    what, name, into = match["what"], match["name"], match["into"]
    if what in ("rate", "norm", "factor"):
        return None, _of_all(trace, what)
    about = node(trace, into or name)
    if what == "value":
        return about.id, trace.schedule.values[about.id]
    if what == "gradient":
        return about.id, _arrived(_last(trace, about))
    if what in ASSIGNED:
        return about.id, _assign(trace, about, ASSIGNED[what]).value
    event = _contribution(trace, node(trace, name), about)
    if what == "size":
        return about.id, event.index
    ref: ArrayRef | float | None = event.value if what == "contribution" else getattr(event, what)
    if ref is None:
        raise MissingError(f"There is no slope of {name} entry by entry.")
    return about.id, ref


def _of_all(trace: Trace, what: str) -> ArrayRef:
    """A number that belongs to no node."""
    if what == "rate":
        return _only(trace, Batch, "There is no learning rate here.").learning_rate
    found: ArrayRef | None = getattr(_only(trace, Clipped, UNCLIPPED), what)
    if found is None:
        raise MissingError("Gradients are clipped entry by entry here, not by their norm.")
    return found


def entry_at(ref: ArrayRef, entry: str | None) -> int:
    """The offset of an entry ("0,2"; none of a number) in its array. Raises `MissingError` where there is none."""
    index = tuple(map(int, entry.split(","))) if entry else ()
    if len(index) != len(ref.shape) or any(i >= n for i, n in zip(index, ref.shape, strict=True)):
        raise MissingError(f"There is no entry [{entry or ''}] in an array of shape {ref.shape} here.")
    return int(np.ravel_multi_index(index, ref.shape)) if index else 0


def node(trace: Trace, name: str) -> Node:
    """Raises `MissingError` where no node is called so."""
    for found in trace.graph.nodes:
        if found.label == name:
            return found
    raise MissingError(f"This model has no {name}.")


def cursor(trace: Trace, at: str) -> int:
    """How many events have happened behind the one that a stop names. Raises `MissingError` where there is none."""
    what, _, name = at.partition(" ")
    if what in ("start", "end"):
        return trace.schedule.length if what == "end" else 0
    return _event(trace, what, name).index + 1


def _event(trace: Trace, what: str, name: str) -> AnyEvent:
    match what:
        case "batch":
            return _only(trace, Batch, "This model has no optimizer, so no batch.")
        case "clear":
            return _only(trace, ZeroGrad, "No gradients are cleared in this training step.")
        case "clip":
            return _only(trace, Clipped, UNCLIPPED)
        case "seed":
            return _only(trace, Seed, "Nothing is sent back in this training step.")
        case "forward":
            return _forward(trace, node(trace, name))
        case "gradient":
            return _last(trace, node(trace, name))
        case "update":
            return _assign(trace, node(trace, name), "parameter")
        case "keep":
            return _assign(trace, node(trace, name), "kept")
        case "contribution":
            sender, _, into = name.partition(" → ")
            return _contribution(trace, node(trace, sender), node(trace, into))
    raise ValueError(f"{what!r} is no kind of stop")


def _only(trace: Trace, kind: type[E], missing: str) -> E:
    """The first event of a kind."""
    for event in trace.schedule.events:
        if isinstance(event, kind):
            return event
    raise MissingError(missing)


def _arrived(event: Seed | Contribution) -> ArrayRef:
    return event.value if isinstance(event, Seed) else event.total


def _forward(trace: Trace, about: Node) -> AnyEvent:
    for event in trace.schedule.events:
        if isinstance(event, Forward) and event.node == about.id:
            return event
    raise MissingError(f"{about.label} is not computed in this training step; it is given.")


def _last(trace: Trace, about: Node) -> Seed | Contribution:
    for event in reversed(trace.schedule.events):
        if (isinstance(event, Seed) and event.node == about.id) or (
            isinstance(event, Contribution) and event.into == about.id
        ):
            return event
    raise MissingError(f"No gradient reaches {about.label} in this training step.")


def _assign(trace: Trace, about: Node, target: str) -> Assign:
    for event in trace.schedule.events:
        if isinstance(event, Assign) and (event.param, event.target) == (about.id, target):
            return event
    done = "is not updated" if target == "parameter" else "keeps no gradient of an earlier step"
    raise MissingError(f"{about.label} {done} in this training step.")


def _contribution(trace: Trace, sender: Node, into: Node) -> Contribution:
    for event in trace.schedule.events:
        if isinstance(event, Contribution) and (event.node, event.into) == (sender.id, into.id):
            return event
    raise MissingError(f"{sender.label} sends nothing back to {into.label} in this training step.")
