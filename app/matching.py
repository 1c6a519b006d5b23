"""Which node and which event of one model is which of another's.

Where both graphs are wired alike, nodes correspond by their number, whatever their operations; else by their name, or
by what they are computed from. Events correspond by what they do to which nodes, the first to the first, and so on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from app.wire import names as fields_of
from engine import AnyEvent, Graph, Run

NODES = ("node", "into", "param", "leaf", "through")  # fields of events that name a node
PLAIN = ("slot", "target", "direction", "entry")
By = Literal["event", "name"]


@dataclass(frozen=True)
class Matching:
    """Two runs side by side. `events[k]` is the other's event that event k corresponds to, None where it has none."""

    a: Run
    b: Run

    @cached_property
    def alike(self) -> bool:
        """Whether the graphs are wired alike."""
        return _wiring(self.a.graph) == _wiring(self.b.graph)

    @cached_property
    def _names(self) -> tuple[list[Hashable], list[Hashable]]:
        if self.alike:
            numbers: list[Hashable] = list(range(len(self.a.graph.nodes)))
            return numbers, numbers
        known: dict[Hashable, int] = {}
        return _named(self.a.graph, known), _named(self.b.graph, known)

    @cached_property
    def _keys(self) -> tuple[Sequence[Hashable], Sequence[Hashable]]:
        if self.alike and self.a.schedule.events == self.b.schedule.events:
            same = range(self.a.schedule.length)
            return same, same
        runs = zip((self.a, self.b), self._names, strict=True)
        a, b = (_counted([_key(e, names) for e in run.schedule.events]) for run, names in runs)
        return a, b

    @cached_property
    def nodes(self) -> list[tuple[int | None, int | None]]:
        """Pairs of nodes in the order of the first graph; those that only the second has come last."""
        return _paired(*self._names)

    @cached_property
    def events(self) -> list[int | None]:
        there = {key: k for k, key in enumerate(self._keys[1])}
        return [there.get(key) for key in self._keys[0]]

    @cached_property
    def by(self) -> By:
        """How places correspond: one by one, or only where both do the same."""
        return "event" if self._keys[0] == self._keys[1] else "name"

    def cursor(self, cursor: int) -> int:
        """Where the second stands when the first has done `cursor` events: behind the last that both have done."""
        if cursor >= self.a.schedule.length:
            return self.b.schedule.length
        return next((k + 1 for k in reversed(self.events[:cursor]) if k is not None), 0)


def _wiring(graph: Graph) -> list[tuple[Any, ...]]:
    return [(n.inputs, n.role, n.op is None, n.wanted) for n in graph.nodes]


def _named(graph: Graph, known: dict[Hashable, int]) -> list[Hashable]:
    """A number for each node: the same one for the same name, or for the same operation on the same nodes."""
    found: list[Hashable] = []
    for node in graph.nodes:
        unnamed = node.op is not None and node.label == f"v{node.id}"
        key = (node.op, node.group, *(found[i] for i in node.inputs)) if unnamed else node.label
        found.append(known.setdefault(key, len(known)))
    return _counted(found)


def _counted(keys: Sequence[Hashable]) -> list[Hashable]:
    """Each key with how often it came before, so that no two are the same."""
    seen: Counter[Hashable] = Counter()
    found: list[Hashable] = []
    for key in keys:
        found.append((key, seen[key]))
        seen[key] += 1
    return found


def _paired(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int | None, int | None]]:
    there = {key: k for k, key in enumerate(b)}
    pairs: list[tuple[int | None, int | None]] = [(k, there.pop(key, None)) for k, key in enumerate(a)]
    return pairs + [(None, k) for k in there.values()]


def _key(event: AnyEvent, names: Sequence[Hashable]) -> Hashable:
    """What an event does, and to which nodes."""
    known = fields_of(type(event))
    nodes = tuple(None if (n := getattr(event, f)) is None else names[n] for f in NODES if f in known)
    cleared = tuple(names[n] for n in getattr(event, "params", ()))
    return event.kind, event.phase, nodes, cleared, *(getattr(event, f) for f in PLAIN if f in known)
