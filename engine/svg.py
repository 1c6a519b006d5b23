"""A plain picture of a training step: the graph in columns, with every value and gradient. One SVG, no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

import numpy as np

from engine.graph import Node
from engine.layered import Item, Layout, layered
from engine.numerals import four
from engine.tape import Array
from engine.trace import Trace

NODES = 250  # a picture is drawn of at most so many
WIDTH, HEIGHT = 156, 94  # of a card
ACROSS, DOWN, EDGE = 84, 24, 24  # between columns, between cards, around the picture
LETTERS = 16  # of a name on a card

# The colours are the page's: blue forward, orange-red backward. Rules reach no further than this picture.
STYLE = """
.backprop-picture { --paper: #fbfaf7; --card: #fff; --ink: #1d2430; --faint: #566070; --line: #c4cad3; --edge: #9aa3b0;
  --value: #1d4ed8; --gradient: #b93a06; background: var(--paper); }
@media (prefers-color-scheme: dark) { .backprop-picture { --paper: #11151d; --card: #181e29; --ink: #e9edf4;
  --faint: #a7b1c1; --line: #3d4759; --edge: #66728a; --value: #8fb8ff; --gradient: #ff9a6b; } }
.backprop-picture text { font: 14px system-ui, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
.backprop-picture .paper { fill: var(--paper); }
.backprop-picture .card { fill: var(--card); stroke: var(--line); }
.backprop-picture .parameter .card { stroke: var(--ink); stroke-width: 2; }
.backprop-picture .name { font-weight: 600; }
.backprop-picture .what, .backprop-picture .says { fill: var(--faint); font-size: 12px; }
.backprop-picture .number { text-anchor: end; }
.backprop-picture .value { fill: var(--value); }
.backprop-picture .gradient { fill: var(--gradient); }
.backprop-picture .edge { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.backprop-picture .tip { fill: var(--edge); }
"""


class PictureError(ValueError):
    """A graph with too many nodes for a picture; the message names the number and the limit."""


def svg(trace: Trace, title: str = "A training step") -> str:
    """The picture as an SVG document, for light and dark pages: values, and gradients as the backward pass left them.

    An array is shown by its norm. Raises `PictureError` for a graph of too many nodes.
    """
    nodes = trace.graph.nodes
    if len(nodes) > NODES:
        raise PictureError(f"this graph has {len(nodes)} nodes; a picture is drawn of at most {NODES}")
    layout = layered(trace.graph)
    width = len(layout.columns) * (WIDTH + ACROSS) - ACROSS + 2 * EDGE
    height = (max(layout.y.values()) + 1) * (HEIGHT + DOWN) - DOWN + 2 * EDGE
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="backprop-picture" role="img" width="{width}" '
            f'height="{height:.0f}" viewBox="0 0 {width} {height:.0f}">',
            f"<title>{_escaped(title)}</title>",
            f"<style>{STYLE}</style>",
            '<rect class="paper" width="100%" height="100%"/>',
            *(_edge(layout, path, slot, len(nodes[id].inputs)) for (id, slot), path in layout.edges.items()),
            *(_card(trace, node, *_corner(layout, node.id)) for node in nodes),
            "</svg>",
            "",
        )
    )


def _corner(layout: Layout, item: Item) -> tuple[float, float]:
    return EDGE + layout.column[item] * (WIDTH + ACROSS), EDGE + layout.y[item] * (HEIGHT + DOWN)


def _edge(layout: Layout, path: list[Item], slot: int, slots: int) -> str:
    """From the right side of its source, through its bends, to its own place on the left side of its target."""
    corners = [_corner(layout, item) for item in path]
    (x, y), (end_x, end_y) = corners[0], corners[-1]
    points = [(x + WIDTH, y + HEIGHT / 2)]
    for bend_x, bend_y in corners[1:-1]:
        points += [(bend_x, bend_y + HEIGHT / 2), (bend_x + WIDTH, bend_y + HEIGHT / 2)]
    points.append((end_x - 7, end_y + HEIGHT * (slot + 1) / (slots + 1)))
    x, y = points[-1]
    tip = f'<path class="tip" d="M{x:.0f} {y - 4:.1f}l8 4l-8 4z"/>'
    to = f'data-edge="{path[-1]}:{slot}"'
    return (
        f'<path class="edge" {to} d="M{_point(points[0])}{"".join(_curve(*pair) for pair in pairwise(points))}"/>{tip}'
    )


def _point(point: tuple[float, float]) -> str:
    return f"{point[0]:.0f} {point[1]:.1f}"


def _curve(a: tuple[float, float], b: tuple[float, float]) -> str:
    middle = (a[0] + b[0]) / 2
    return f"C{_point((middle, a[1]))} {_point((middle, b[1]))} {_point(b)}"


def _card(trace: Trace, node: Node, x: float, y: float) -> str:
    return "".join(
        (
            f'<g class="{node.role}" data-node="{node.id}" transform="translate({x:.0f} {y:.1f})">',
            f"<title>{_escaped(node.label)}</title>",
            f'<rect class="card" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
            f'<text class="name" x="12" y="22">{_escaped(_short(node.label))}</text>',
            f'<text class="what" x="12" y="40">{_escaped(_what(node))}</text>',
            *_rows(trace, node),
            "</g>",
        )
    )


def _what(node: Node) -> str:
    what = node.row.symbol if node.op else node.role
    return f"{what} · {'×'.join(map(str, node.shape))}" if node.shape else what


def _rows(trace: Trace, node: Node) -> Iterator[str]:
    value, gradient = trace.value(node.id, trace.backward_end), trace.gradient(node.id, trace.schedule.length)
    if value is not None:
        yield _row("value", 62, value)
    if gradient is not None:
        yield _row("gradient", 82, gradient)


def _row(kind: str, y: int, x: Array) -> str:
    says, number = kind if x.ndim == 0 else f"‖{kind}‖", shown(x, signed=kind == "gradient")
    right = f'<text class="number {kind}" x="{WIDTH - 12}" y="{y}">{_escaped(number)}</text>'
    return f'<text class="says" x="12" y="{y}">{says}</text>{right}'


def shown(x: Array, *, signed: bool = False) -> str:
    """A number, or an array's norm. A gradient that is one number always has its sign."""
    if x.ndim:
        with np.errstate(all="ignore"):
            return four(float(np.sqrt(np.sum(np.square(x)))))
    return f"+{four(float(x))}" if signed and x > 0 else four(float(x))


def _short(label: str) -> str:
    return label if len(label) <= LETTERS else f"{label[: LETTERS - 1]}…"


def _escaped(text: str) -> str:
    """Text as XML takes it: no signs that are no characters, nothing that could be read as a tag."""
    return escape("".join(c if c.isprintable() else " " for c in text))
