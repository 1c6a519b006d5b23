"""Where the nodes of a small graph stand in a picture: in columns, each to the right of what it is made from.

The layered method of Sugiyama, Tagawa & Toda 1981, in short: columns by longest path, long edges held by a bend in
every column they cross, the order in a column by the mean place of neighbours, heights pulled towards neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from engine.graph import Graph

Point = tuple[float, float]
Item = int | tuple[int, int, int]  # a node's id, or the bend of edge (node, slot) in a column
SWEEPS = 12


@dataclass(slots=True)
class Layout:
    """`columns` from left to right, each from top to bottom; `y` of every item, in units of one card and its gap."""

    columns: list[list[Item]]
    edges: dict[tuple[int, int], list[Item]]  # by (node, slot): the items it goes through, source first
    y: dict[Item, float] = field(default_factory=dict)

    @property
    def column(self) -> dict[Item, int]:
        return {item: k for k, items in enumerate(self.columns) for item in items}


def layered(graph: Graph) -> Layout:
    """The layout of a graph."""
    column = _columns(graph)
    columns: list[list[Item]] = [[] for _ in range(max(column) + 1)]
    for node in graph.nodes:
        columns[column[node.id]].append(node.id)
    edges: dict[tuple[int, int], list[Item]] = {}
    for node in graph.nodes:
        for slot, source in enumerate(node.inputs):
            bends: list[Item] = [(node.id, slot, k) for k in range(column[source] + 1, column[node.id])]
            for k, bend in enumerate(bends, start=column[source] + 1):
                columns[k].append(bend)
            edges[node.id, slot] = [source, *bends, node.id]
    layout = Layout(columns, edges)
    _order(layout)
    _place(layout)
    return layout


def _columns(graph: Graph) -> list[int]:
    """Results one to the right of their last operand; leaves one to the left of their first use."""
    column = [0] * len(graph.nodes)
    for node in graph.nodes:
        if node.op:
            column[node.id] = 1 + max(column[i] for i in node.inputs)
    first: dict[int, int] = {}
    for node in graph.nodes:
        for i in node.inputs:
            first[i] = min(first.get(i, column[node.id]), column[node.id])
    return [first.get(n.id, 1) - 1 if n.op is None else column[n.id] for n in graph.nodes]


Neighbours = dict[Item, list[tuple[Item, float]]]  # with where on its side an edge ends: −0.5 top, 0.5 bottom


def _neighbours(layout: Layout) -> tuple[Neighbours, Neighbours]:
    """To the left and to the right of every item."""
    left: Neighbours = {item: [] for items in layout.columns for item in items}
    right: Neighbours = {item: [] for item in left}
    for a, b, end in _lines(layout):
        right[a].append((b, end))
        left[b].append((a, 0.0))
    return left, right


def _lines(layout: Layout) -> Iterator[tuple[Item, Item, float]]:
    """Every edge from column to column, and where on its last item it ends: slot under slot."""
    slots = Counter(node for node, _ in layout.edges)
    for (node, slot), path in layout.edges.items():
        for a, b in pairwise(path):
            yield a, b, (slot + 1) / (slots[node] + 1) - 0.5 if b == node else 0.0


def _order(layout: Layout) -> None:
    """Sort columns by their neighbours' mean place, to and fro, and keep the order with the fewest crossings."""
    left, right = _neighbours(layout)
    best, fewest = [list(items) for items in layout.columns], _crossings(layout)
    for sweep in range(SWEEPS):
        sides, columns = (left, layout.columns) if sweep % 2 == 0 else (right, layout.columns[::-1])
        for before, items in pairwise(columns):
            place = {item: k for k, item in enumerate(before)}
            mean = {x: _mean([place[n] + end for n, end in sides[x]], k) for k, x in enumerate(items)}
            items.sort(key=mean.__getitem__)
        if (crossings := _crossings(layout)) < fewest:
            best, fewest = [list(items) for items in layout.columns], crossings
    layout.columns[:] = best


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _crossings(layout: Layout) -> int:
    place = {item: k for items in layout.columns for k, item in enumerate(items)}
    rows: dict[int, list[tuple[float, float]]] = {}
    column = layout.column
    for a, b, end in _lines(layout):
        rows.setdefault(column[a], []).append((place[a], place[b] + end))
    return sum((a - c) * (b - d) < 0 for row in rows.values() for (a, b), (c, d) in combinations(row, 2))


def _place(layout: Layout) -> None:
    """Heights: to and fro, each item to the mean of its neighbours' as far as those above and below it let it."""
    left, right = _neighbours(layout)
    layout.y = {x: k - len(items) / 2 for items in layout.columns for k, x in enumerate(items)}
    for sweep in range(SWEEPS):
        for items in layout.columns if sweep % 2 == 0 else layout.columns[::-1]:
            wanted = [_mean([layout.y[n] for n, _ in (*left[x], *right[x])], layout.y[x]) for x in items]
            layout.y.update(zip(items, _apart(items, wanted), strict=True))
    top = min(layout.y.values())
    layout.y = {item: y - top for item, y in layout.y.items()}


def _apart(items: Sequence[Item], wanted: Sequence[float]) -> Iterator[float]:
    """The heights wanted, moved as little as it takes to keep the items' order and distance."""
    down = list(_pushed(items, wanted))
    up = [-y for y in _pushed(items[::-1], [-y for y in wanted[::-1]])][::-1]
    return ((a + b) / 2 for a, b in zip(down, up, strict=True))


def _pushed(items: Sequence[Item], wanted: Sequence[float]) -> Iterator[float]:
    last: float | None = None
    for k, y in enumerate(wanted):
        last = y if last is None else max(y, last + _gap(items[k - 1], items[k]))
        yield last


def _gap(a: Item, b: Item) -> float:
    """Bends need less room than cards."""
    return {0: 1.0, 1: 0.7, 2: 0.35}[isinstance(a, tuple) + isinstance(b, tuple)]
