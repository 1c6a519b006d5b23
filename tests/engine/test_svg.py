"""The picture of a training step: every number is in it, nothing in it can run, nothing lies on anything."""

import re
from functools import lru_cache
from importlib import import_module
from itertools import combinations
from xml.etree import ElementTree

import pytest

from engine import PictureError, numpy_script, svg
from engine.layered import layered
from engine.numerals import four
from engine.svg import DOWN, HEIGHT, WIDTH
from tests.engine.models import NAMES, expression, gallery, gallery_model, traced

SVG = "{http://www.w3.org/2000/svg}"
SMALL = [name for name in NAMES if len(gallery_model(name).graph.nodes) <= 60]
small = pytest.mark.parametrize("name", SMALL)


@lru_cache
def picture(name):
    return ElementTree.fromstring(svg(traced(gallery(name)), name))


def cards(root):
    """By name: the texts of its card."""
    return {
        group.find(f"{SVG}title").text: [text.text for text in group.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g")
    }


def corners(root):
    """Where the cards are."""
    found = (re.fullmatch(r"translate\((\S+) (\S+)\)", group.get("transform")) for group in root.iter(f"{SVG}g"))
    return [tuple(map(float, match.groups())) for match in found]


def test_the_neurons_numbers_stand_on_its_cards():
    found = cards(picture("neuron"))
    assert found["w"] == ["w", "parameter", "value", "0.5", "gradient", "−0.08107"]
    assert found["L"] == ["L", "×", "value", "0.06278", "gradient", "+1"]
    assert found["y"] == ["y", "target", "value", "1"]


def test_an_array_is_shown_by_its_shape_and_norm():
    found = cards(picture("spiral"))
    assert found["dense1.bias"][:4] == ["dense1.bias", "parameter · 100", "‖value‖", "0"]


@small
def test_every_node_has_one_card_inside_the_picture_and_no_two_overlap(name):
    root = picture(name)
    places = corners(root)
    assert len(places) == len(gallery_model(name).graph.nodes)
    width, height = float(root.get("width")), float(root.get("height"))
    assert all(0 <= x <= width - WIDTH and 0 <= y <= height - HEIGHT for x, y in places)
    apart = (abs(a - c) >= WIDTH or abs(b - d) >= HEIGHT + DOWN / 2 for (a, b), (c, d) in combinations(places, 2))
    assert all(apart)


@small
def test_every_edge_goes_to_the_right(name):
    graph = gallery_model(name).graph
    column = layered(graph).column
    assert all(column[i] < column[node.id] for node in graph.nodes for i in node.inputs)


@small
def test_there_is_an_edge_for_every_operand(name):
    edges = [p for p in picture(name).iter(f"{SVG}path") if p.get("class") == "edge"]
    assert len(edges) == sum(len(node.inputs) for node in gallery_model(name).graph.nodes)


def test_two_operands_that_would_cross_change_places():
    layout = layered(expression("a*(b*c)", a=1.0, b=2.0, c=3.0).graph)
    assert layout.columns[1] == [0, 3]  # a above b·c, as the product reads


def test_names_are_escaped_and_nothing_runs():
    text = svg(traced(gallery("neuron")), '</title><script>alert(1)</script>"&\x00\x1b\ud800')
    root = ElementTree.fromstring(text.encode(errors="strict"))
    assert root.find(f"{SVG}title").text.startswith('</title><script>alert(1)</script>"&')
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "style", "rect", "path", "g", "text",
    }  # fmt: skip
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


def test_colours_follow_the_readers_scheme_and_stay_inside_the_picture():
    style = picture("neuron").find(f"{SVG}style").text
    assert "@media (prefers-color-scheme: dark)" in style
    selectors = re.findall(r"(?:^|[}{])\s*(\.[^{]*)\{", style)
    assert selectors
    assert all(selector.startswith(".backprop-picture") for selector in selectors)


def test_a_graph_too_large_is_refused_with_its_number_and_the_limit(monkeypatch):
    assert svg(traced(gallery("gru")))
    monkeypatch.setattr(import_module("engine.svg"), "NODES", 149)
    with pytest.raises(PictureError, match=r"150 nodes; a picture is drawn of at most 149"):
        svg(traced(gallery("gru")))
    assert numpy_script(traced(gallery("gru")))


@pytest.mark.parametrize(
    ("x", "text"),
    [(-0.081068, "−0.08107"), (1e-05, "1e−05"), (float("nan"), "NaN"), (float("-inf"), "−∞"), (float("inf"), "∞")],
)
def test_numbers_have_four_digits_and_a_real_minus_sign(x, text):
    assert four(x) == text
