"""The chain rule written out: every path from an entry to the loss is a product of slopes; the gradient is their sum.

Paths are counted and summed by dynamic programming, so that a graph with 2⁶⁰ of them answers at once.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf, isnan, log
from typing import Any, Literal

import numpy as np

from engine.frozen import frozen
from engine.links import Entry, Link, Spread
from engine.op import Index
from engine.tape import Array
from engine.trace import Trace

SHOWN = 12
MOST_TRIED = 2_000  # arrays pushed forward in search of the largest paths of a large graph
MOST_HELD = 5_000_000  # numbers in them


@frozen
class PathStep:
    """Through input `slot` of `node`. `factor` is the slope from entry to entry.

    Where a path goes from array to array (`index` None), it is how much longer the change gets, as a norm; the last
    one has the sign.
    """

    node: int
    label: str
    op: str
    slot: int
    index: Index | None
    factor: float


@frozen
class Path:
    """One way to the loss; `product` is that of its factors."""

    steps: tuple[PathStep, ...]
    product: float


@frozen
class Paths:
    """`count` paths adding up to `total`; `shown` are the largest, `rest_count` others add up to `rest`.

    `level`: from entry to entry, or, in a large graph, from array to array. `exact`: none that is left out is larger.
    """

    level: Literal["entry", "array"]
    count: int | float
    total: float
    shown: tuple[Path, ...]
    rest_count: int | float
    rest: float
    exact: bool


def paths(trace: Trace, node: int, index: Index, most: int = SHOWN) -> Paths:
    """All chain-rule paths from one entry of a node to the loss."""
    spread = Spread(trace)
    flat = int(np.ravel_multi_index(index, trace.graph.nodes[node].shape)) if index else 0
    links = spread.links((node, flat))
    with np.errstate(all="ignore"):
        if links is None:
            return _between_arrays(spread, node, flat, most)
        return _between_entries(spread, (node, flat), links, most)


def _summary(
    level: Literal["entry", "array"], count: int, total: float, found: list[Path], most: int, exact: bool
) -> Paths:
    shown = tuple(sorted(found, key=lambda p: -inf if isnan(p.product) else -abs(p.product))[:most])
    rest_count = count - len(shown)
    rest = total - float(np.sum([p.product for p in shown])) if rest_count else 0.0
    return Paths(level=level, count=count, total=total, shown=shown, rest_count=rest_count, rest=rest, exact=exact)


# --- from entry to entry ---


class _Table:
    """Per entry: how many paths lead on to the loss, their sum, and the logarithm of the largest."""

    def __init__(self, links: dict[Entry, list[Link]], loss: Entry) -> None:
        self.count: dict[Entry, int] = {loss: 1}
        self.sum: dict[Entry, float] = {loss: 1.0}
        self.best: dict[Entry, float] = {loss: 0.0}
        self.ways: dict[Entry, list[Link]] = {loss: []}
        for entry in reversed(links):
            if entry != loss:
                ways = self.ways[entry] = [link for link in links[entry] if self.count[link.to]]
                self.count[entry] = sum(self.count[link.to] for link in ways)
                self.sum[entry] = float(np.sum([link.factor * self.sum[link.to] for link in ways]))
                self.best[entry] = max((self.size(link) for link in ways), default=-inf)

    def size(self, link: Link) -> float:
        """The logarithm of the largest path that begins with this link; no number counts as infinite."""
        own = inf if isnan(link.factor) else log(abs(link.factor)) if link.factor else -inf
        total = own + self.best[link.to]
        return inf if isnan(total) and isnan(link.factor) else -inf if isnan(total) else total

    def behind(self, entry: Entry, link: Link) -> float:
        """How far, as a logarithm, going this way falls behind the best way on: exactly 0 for that one."""
        best, here = self.best[entry], self.size(link)
        return 0.0 if best == here else best - here


def _between_entries(spread: Spread, start: Entry, links: dict[Entry, list[Link]], most: int) -> Paths:
    table = _Table(links, (spread.graph.loss.id, 0))
    found = [_path(spread, trail) for trail in _largest(table, start, most)]
    return _summary("entry", table.count[start], table.sum[start], found, most, True)


def _largest(table: _Table, start: Entry, most: int) -> list[Any]:
    """The largest paths, as chains (link, chain before it), best first.

    What is furthest along goes first among equals, so that a path that was begun is finished: the work is the
    number of links on the paths found and beside them.
    """
    waiting: list[tuple[float, int, Entry, Any]] = [(0.0, 0, start, None)] if table.count.get(start) else []
    found: list[Any] = []
    pushed = 0
    while waiting and len(found) < most:
        behind, _, entry, trail = heappop(waiting)
        if not table.ways[entry]:
            found.append(trail)
        for link in table.ways[entry]:
            pushed += 1
            heappush(waiting, (behind + table.behind(entry, link), -pushed, link.to, (link, trail)))
    return found


def _path(spread: Spread, trail: Any) -> Path:
    steps = []
    while trail is not None:
        link, trail = trail
        node = spread.graph.nodes[link.to[0]]
        index = tuple(map(int, np.unravel_index(link.to[1], node.shape))) if node.shape else ()
        steps.append(
            PathStep(node=node.id, label=node.label, op=node.op or "", slot=link.slot, index=index, factor=link.factor)
        )
    steps.reverse()
    return Path(steps=tuple(steps), product=float(np.prod([s.factor for s in steps])))


# --- from array to array ---


def _between_arrays(spread: Spread, node: int, flat: int, most: int) -> Paths:
    single = np.zeros(spread.graph.nodes[node].shape)
    single.reshape(-1)[flat] = 1.0
    counts = {spread.graph.loss.id: 1}
    moving = {node: single}
    order = spread.order(node)
    for id in reversed(order):
        counts.setdefault(id, sum(counts[user] for user, _ in spread.users.get(id, ())))
    for id in order:
        for user, slot in spread.users.get(id, ()):
            part = spread.push(spread.graph.nodes[user], slot, moving[id])
            moving[user] = moving[user] + part if user in moving else part
    found, exact = _walk(spread, node, single)
    return _summary("array", counts[node], float(moving[spread.graph.loss.id]), found, most, exact)


def _walk(spread: Spread, node: int, single: Array) -> tuple[list[Path], bool]:
    """Paths one after the other, towards the larger gradient first, until all are found or enough was tried."""
    gradients = {spread.graph.loss.id: np.ones(())}
    gradients |= {e.into: spread.trace.view(e.total) for e in spread.trace.schedule.events if e.kind == "contribution"}
    waiting: list[tuple[int, Array, Any]] = [(node, single, None)]
    found: list[Path] = []
    tried = held = 0
    while waiting and tried < MOST_TRIED and held < MOST_HELD:
        id, change, trail = waiting.pop()
        if id == spread.graph.loss.id:
            found.append(_array_path(spread, trail, float(change)))
            continue
        ahead = []
        for user, slot in spread.users.get(id, ()):
            moved = spread.push(spread.graph.nodes[user], slot, change)
            ahead.append(
                (
                    abs(float(np.vdot(moved, gradients.get(user, moved)))),
                    (user, moved, ((user, slot, _norm(moved)), trail)),
                )
            )
            tried, held = tried + 1, held + moved.size
        waiting += [item for _, item in sorted(ahead, key=lambda pair: pair[0])]
    return found, not waiting


def _array_path(spread: Spread, trail: Any, product: float) -> Path:
    passed = []
    while trail is not None:
        step, trail = trail
        passed.append(step)
    passed.reverse()
    before = [1.0, *(norm for _, _, norm in passed)]
    steps = []
    for (id, slot, norm), last in zip(passed, before, strict=False):
        node, signed = spread.graph.nodes[id], product if id == spread.graph.loss.id else norm
        factor = signed / last if last else 0.0
        steps.append(PathStep(node=id, label=node.label, op=node.op or "", slot=slot, index=None, factor=factor))
    return Path(steps=tuple(steps), product=product)


def _norm(x: Array) -> float:
    return float(np.linalg.norm(x.reshape(-1)))
