"""The page that plays a training step by itself: its numbers are the recording's, and it asks nobody for anything."""

import json
import re
from functools import lru_cache
from importlib import import_module
from xml.etree import ElementTree

import numpy as np
import pytest

from app import player as players
from app.errors import TooLargeError
from app.mathml import mathml
from app.player import player
from engine import PictureError, Trace
from tests.e2e.reading import engine_run

STEP = re.compile(r'<script id="step" type="application/json">(.*?)</script>', re.DOTALL)
NAMES = ("neuron", "digits8", "training-loop", "square")


@lru_cache
def traced(name):
    run = engine_run(name)
    return Trace(run.graph, run.schedule, run.recording)


@lru_cache
def page(name):
    return player(traced(name), f"{name} <i> & 1")


@lru_cache
def step(name):
    return json.loads(STEP.search(page(name))[1])


@pytest.mark.parametrize("name", NAMES)
def test_every_number_on_every_card_is_the_engines_after_every_event(name):
    trace, shown = traced(name), {(node, role): (text, exact) for node, role, text, exact in step(name)["begins"]}
    for cursor in range(trace.schedule.length + 1):
        for node, role, text, exact in step(name)["events"][cursor - 1]["changes"] if cursor else []:
            shown[node, role] = (text, exact)
        for node in trace.graph.nodes:
            for role, array in (("value", trace.value(node.id, cursor)), ("gradient", trace.gradient(node.id, cursor))):
                assert_shows(shown.get((node.id, role), (None, None)), array)


def assert_shows(row, array):
    text, exact = row
    assert (text is None) == (array is None)
    if array is None or array.size > 64:
        assert exact is None
    else:
        np.testing.assert_array_equal(np.array(exact, float), array.reshape(-1) if array.ndim else array)
    if text is not None:
        norm = float(np.sqrt(np.sum(np.square(array)))) if array.ndim else float(array)
        assert np.isclose(float(text.replace("−", "-")), norm, rtol=6e-4, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_every_event_is_told_with_its_numbers_and_its_formulas_are_whole(name):
    events = step(name)["events"]
    assert len(events) == traced(name).schedule.length
    for event in events:
        assert event["title"]
        assert event["sentence"]
        assert "\\" not in event["sentence"]
        for line in event["lines"]:
            assert line["math"]
            for formula in line["math"]:
                assert "\\" not in "".join(ElementTree.fromstring(formula).itertext())


def test_the_page_names_no_other_place_and_takes_no_title_for_a_tag():
    whole = page("neuron")
    assert set(re.findall(r"https?://[^\"' <)]*", whole)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"(?:src|href)=|@import|url\(|fetch\(|import\(", whole)
    assert "default-src 'none'" in whole
    assert "<title>neuron &lt;i&gt; &amp; 1</title>" in whole
    assert "<" not in STEP.search(whole)[1]


@pytest.mark.parametrize(
    ("tex", "says"),
    [
        (r"\num{1} = \num{0} \cdot \num{1}", "−0.5=2·(−0.5)"),
        (r"\num{1}^{2}", "(−0.5)2"),
        (r"\frac{\partial L}{\partial {W_{ih}^{\text{lstm\_1}}}}", "∂L∂Wihlstm_1"),
        (r"\left(\hat{m}\right)_{ij} \mathrel{+} = \sqrt{v} - a < b", "(m^)ij+=v−a<b"),
        (r"\strange x", "strangex"),
    ],
)
def test_a_formula_in_tex_becomes_a_formula_that_browsers_draw(tex, says):
    formula = ElementTree.fromstring(mathml(tex, lambda place: ("2", "−0.5")[place]))
    assert "".join(formula.itertext()) == says


def test_a_step_that_is_too_large_is_refused_with_number_and_limit(monkeypatch):
    monkeypatch.setattr(players, "EVENTS", 18)
    with pytest.raises(TooLargeError, match="this training step has 19 events; a file plays at most 18"):
        player(traced("neuron"), "neuron")
    monkeypatch.undo()
    monkeypatch.setattr(import_module("engine.svg"), "NODES", 149)
    with pytest.raises(PictureError, match="this graph has 150 nodes; a picture is drawn of at most 149"):
        player(traced("gru"), "gru")
