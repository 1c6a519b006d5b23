"""Small pictures of graphs: every node of a small one, the groups of a large one."""

import re
from xml.etree import ElementTree

import numpy as np

from engine import Data, ExpressionModel, LayerSpec, NetworkModel, Spec, build, thumbnail
from engine.thumbnail import GROUP, MARKS, folded

SVG = "{http://www.w3.org/2000/svg}"


def expression(source, **values):
    return build(Spec(model=ExpressionModel(source=source, values=values))).graph


def chain(length):
    return expression("\n".join(f"a{k} = sigmoid({f'a{k - 1}' if k else 'x'})" for k in range(length)), x=0.5)


def test_a_small_graph_keeps_its_nodes_and_its_edges():
    graph = expression("z = 3*x*x", x=2)
    assert [n.inputs for n in folded(graph).nodes] == [n.inputs for n in graph.nodes]


def test_every_node_is_a_mark_and_every_edge_a_line_inside_the_picture():
    graph = expression("y = (w*x + b)**2", w=3, x=2, b=1)
    root = ElementTree.fromstring(thumbnail(graph))
    circles, lines = list(root.iter(f"{SVG}circle")), list(root.iter(f"{SVG}path"))
    assert len(circles) == len(graph.nodes) + 1  # and a ring around the result
    assert len(lines) == sum(len(n.inputs) for n in graph.nodes)
    _, _, width, height = map(float, root.get("viewBox").split())
    for circle in circles:
        x, y, r = (float(circle.get(name)) for name in ("cx", "cy", "r"))
        assert r <= x <= width - r
        assert r <= y <= height - r


def test_the_same_graph_has_the_same_picture_in_the_colour_of_the_text_around_it():
    graph = expression("y = x**3 + 5*x", x=2)
    assert thumbnail(graph) == thumbnail(graph)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', thumbnail(graph))) == {"none", "currentColor"}


def test_of_a_large_graph_groups_are_squares_and_no_more_than_there_is_room_for():
    kinds = ("dense", "tanh") * 20
    layers = [
        LayerSpec(type=kind, name=f"{kind}{k}", options={"units": 3} if kind == "dense" else {})
        for k, kind in enumerate(kinds)
    ]
    data = Data(x=np.ones((1, 2)), targets=np.ones((1, 3)), samples=range(1))
    graph = build(Spec(model=NetworkModel(layers=layers, loss="mse")), data).graph
    small = folded(graph)
    assert len(small.nodes) <= MARKS < len(graph.nodes)
    assert sum(n.label == GROUP for n in small.nodes) >= 20
    assert "<rect" in thumbnail(graph)


def test_where_nothing_is_grouped_every_node_stays():
    assert len(folded(chain(MARKS + 10)).nodes) == MARKS + 11
