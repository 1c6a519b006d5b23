"""Three lines in a notebook: a training step that shows itself."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from engine import ExpressionError, OptimizerSpec, trace, verify

NEURON = "L = 0.5*(sigmoid(w*x + b) - y)**2"
VALUES = {"w": 0.5, "x": 1, "b": 0.1, "y": 1}
TAGS = {"svg", "title", "style", "rect", "path", "g", "text", "div", "table", "thead", "tbody", "tr", "th", "td"}


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.attributes = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def cells(text):
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", text) if "<td>" in row]


def test_three_lines_give_the_neurons_gradients():
    step = trace(NEURON, **VALUES)
    assert step.loss == pytest.approx(0.0627797, rel=1e-6)
    assert step.gradients["w"] == pytest.approx(-0.0810683, rel=1e-6)
    assert list(step.gradients) == ["w", "x", "b", "y"]
    assert verify(step).passed


def test_it_says_its_gradients_where_there_is_no_notebook():
    lines = repr(trace(NEURON, **VALUES)).splitlines()
    assert lines[0] == "L = 0.06278 after 16 events"
    assert lines[1] == "dL/dw = −0.08107"
    assert repr(trace("sum(x*x)", x=[[3.0, 4.0]])).splitlines()[1].endswith("dx = 1 × 2 numbers, norm 10")


def test_the_table_holds_every_name_with_its_gradient():
    rows = cells(trace(NEURON, optimizer=OptimizerSpec(name="sgd", learning_rate=0.5), **VALUES)._repr_html_())
    assert rows[0] == ["w", "parameter", "0.5", "−0.08107"]
    assert rows[-1] == ["y", "target", "1", "—"]


def test_what_a_notebook_shows_has_nothing_that_runs_or_is_fetched():
    tags = Tags(trace(NEURON, **VALUES)._repr_html_())
    assert tags.found <= TAGS
    assert not any(name.startswith("on") or name in ("src", "href", "xlink:href") for name in tags.attributes)


def test_a_graph_too_large_for_a_picture_keeps_its_table():
    step = trace(" + ".join(["x*x"] * 130), x=1.0)
    html = step._repr_html_()
    assert "<svg" not in html
    assert "a picture is drawn of at most 250" in html
    assert cells(html) == [["x", "parameter", "1", "260"]]


def test_gradients_are_copies():
    step = trace("x*x", x=3.0)
    step.gradients["x"][...] = 0.0
    np.testing.assert_array_equal(step.gradients["x"], 6.0)


def test_a_text_that_cannot_be_read_is_refused():
    with pytest.raises(ExpressionError):
        trace("x*", x=3.0)
