"""A very small picture of a graph: a dot for each node, or, of a large graph, a square for each of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.graph import Graph, Node
from engine.layered import Item, Layout, layered

WIDTH, HEIGHT, EDGE = 240, 72, 8  # of the picture, and what stays free around it
MARKS = 64  # at most so many dots and squares, where the groups allow it
ACROSS, DOWN = 34.0, 18.0  # between columns and between rows, at most
SMALLEST, LARGEST = 1.6, 5.0  # radius of a dot
GROUP = "group"

Key = tuple[str, ...] | int
Place = tuple[float, float]


def thumbnail(graph: Graph) -> str:
    """An SVG document of one colour, the text's: what is given as rings, results as dots, groups as squares.

    The picture is the element `picture`, so a page can show it by `use` in its own colour.
    """
    small = folded(graph)
    layout = layered(small)
    places, radius = _places(layout)
    lines = (_line([places[item] for item in path]) for path in layout.edges.values())
    marks = (_mark(node, places[node.id], radius, ends=node.id in small.outputs) for node in small.nodes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<g id="picture" fill="none" stroke="currentColor">{"".join(lines)}{"".join(marks)}</g></svg>\n'
    )


def folded(graph: Graph) -> Graph:
    """What the result is made from; of more than `MARKS` nodes, with groups as single ones, as few as that takes."""
    deepest = max(len(node.group) for node in graph.nodes)
    found = [[_key(node, depth) for node in graph.nodes] for depth in range(deepest + 1, 0, -1)]
    return _of(graph, next((keys for keys in found if len(set(keys)) <= MARKS), found[-1]))


def _key(node: Node, depth: int) -> Key:
    """Nodes of one key are one mark. Those that lie less deep stand for themselves."""
    return node.group[:depth] if len(node.group) >= depth else node.id


def _of(graph: Graph, keys: Sequence[Key]) -> Graph:
    """A graph of the keys, in the order in which each is first computed; an edge against that order is left out."""
    computed = dict.fromkeys(keys[n.id] for n in graph.nodes if n.op)
    used = {keys[i] for n in graph.nodes for i in n.inputs}
    given = dict.fromkeys(key for key in keys if key in used and key not in computed)
    place = {key: k for k, key in enumerate([*given, *computed])}
    inputs: list[list[int]] = [[] for _ in place]
    for node in graph.nodes:
        for source in (place[keys[i]] for i in node.inputs):
            to = place[keys[node.id]]
            if source < to and (isinstance(keys[node.id], int) or source not in inputs[to]):
                inputs[to].append(source)
    nodes = tuple(_mark_of(k, key, tuple(inputs[k])) for key, k in place.items())
    return Graph(nodes=nodes, groups=(), outputs=tuple(place[keys[i]] for i in graph.outputs))


def _mark_of(k: int, key: Key, inputs: tuple[int, ...]) -> Node:
    label = "" if isinstance(key, int) else GROUP
    return Node(id=k, op=GROUP if inputs else None, inputs=inputs, shape=(), role="intermediate", label=label, group=())


def _places(layout: Layout) -> tuple[dict[Item, Place], float]:
    """Where each mark and each bend stands, in the middle of the picture, and a dot's radius."""
    columns, rows = len(layout.columns) - 1, max(layout.y.values())
    across = min(ACROSS, (WIDTH - 2 * EDGE) / max(columns, 1))
    down = min(DOWN, (HEIGHT - 2 * EDGE) / max(rows, 1))
    left, top = (WIDTH - columns * across) / 2, (HEIGHT - rows * down) / 2
    places = {item: (left + k * across, top + layout.y[item] * down) for item, k in layout.column.items()}
    return places, max(SMALLEST, min(LARGEST, 0.3 * across, 0.36 * down))


def _line(points: Sequence[Place]) -> str:
    """Through every bend, leaving and arriving level."""
    curves = ((f"C{_at((a + c) / 2, b)} {_at((a + c) / 2, d)} {_at(c, d)}") for (a, b), (c, d) in pairwise(points))
    return f'<path stroke-opacity=".4" d="M{_at(*points[0])}{"".join(curves)}"/>'


def _mark(node: Node, place: Place, radius: float, *, ends: bool) -> str:
    x, y = place
    centre = f'cx="{x:.1f}" cy="{y:.1f}"'
    if node.label == GROUP:
        corner = f'x="{x - radius:.1f}" y="{y - radius:.1f}"'
        return f'<rect {corner} width="{2 * radius:.1f}" height="{2 * radius:.1f}" rx="1" fill="currentColor"/>'
    if node.op is None:
        return f'<circle {centre} r="{0.8 * radius:.1f}"/>'
    ring = f'<circle {centre} r="{radius + 2.5:.1f}" stroke-opacity=".6"/>' if ends else ""
    return f'{ring}<circle {centre} r="{radius:.1f}" fill="currentColor"/>'


def _at(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"
