"""What the page shows, as data, and what the engine says it should show."""

import json
import re

import numpy as np

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Assign, Contribution, Forward, Run, Seed, Trace

CARDS = """() => [...document.querySelectorAll('[data-node]')].map((card) => ({
  node: Number(card.dataset.node),
  rows: [...card.querySelectorAll('[data-role]')].map((row) => ({
    role: row.dataset.role, exact: row.dataset.exact ?? null, offset: row.dataset.offset ?? null,
    shape: row.dataset.shape ?? null, text: row.querySelector('text')?.textContent ?? '',
    picture: row.querySelector('image')?.getAttribute('href') ?? '',
  })),
}))"""

UNITS = """() => [...document.querySelectorAll('#network [data-unit]')].map((unit) => ({
  place: unit.dataset.unit, kind: unit.dataset.kind, label: unit.getAttribute('aria-label'),
  ring: Number(unit.querySelector('.halo')?.getAttribute('stroke-width') ?? 0),
  fill: unit.querySelector('circle.body')?.style.fill ?? '',
  numbers: [...unit.querySelectorAll('[data-role]')].map((row) => ({ role: row.dataset.role,
    exact: row.dataset.exact ?? null, offset: row.dataset.offset ?? null, text: row.textContent })),
}))"""
LINES = """() => [...document.querySelectorAll('#network [data-weight]')].map((line) => ({
  place: line.dataset.weight, which: line.dataset.which, exact: line.dataset.exact, offset: Number(line.dataset.offset),
  width: Number(line.querySelector('.ink').getAttribute('stroke-width')), label: line.getAttribute('aria-label'),
  dashes: getComputedStyle(line.querySelector('.ink')).strokeDasharray, colour: line.querySelector('.ink').style.stroke,
}))"""
ROWS = """() => [...document.querySelectorAll('#code-view [data-event]')].map((row) => ({
  event: Number(row.dataset.event), state: row.getAttribute('aria-selected'),
  code: [...row.querySelectorAll('.numpy code')].map((line) => line.textContent),
  pytorch: row.querySelector('.pytorch').textContent,
  exact: row.querySelector('[data-exact]')?.dataset.exact ?? null,
  offset: row.querySelector('[data-offset]')?.dataset.offset ?? null, result: row.querySelector('.result').textContent,
}))"""


def engine_run(example, iteration=0):
    run = Run(to_model(SpecRequest.model_validate(EXAMPLES[example].spec), Settings())[0])
    for _ in range(iteration):
        run.advance()
    return run


def cursor(page):
    return int(page.evaluate("() => document.body.dataset.cursor"))


def press(page, key, expected):
    """Press a key and wait until the page stands at `expected`."""
    page.keyboard.press(key)
    at(page, expected)


def at(page, expected, iteration=None):
    page.wait_for_function("(wanted) => document.body.dataset.cursor === wanted", arg=str(expected), timeout=20_000)
    if iteration is not None:
        page.wait_for_function(
            "(wanted) => document.body.dataset.iteration === wanted", arg=str(iteration), timeout=20_000
        )


def assert_cards_are_the_engines(page, run, place):
    """Every number on every card is the engine's after `place` events, and nothing shows before it is computed."""
    trace = Trace(run.graph, run.schedule, run.recording)
    cards = page.evaluate(CARDS)
    assert sorted(card["node"] for card in cards) == [n.id for n in run.graph.nodes]
    for card in cards:
        for row in card["rows"]:
            read = trace.value if row["role"] == "value" else trace.gradient
            assert_row_shows(row, read(card["node"], place), where_of(run, card["node"], row["role"], place))


def where_of(run, node, role, place):
    """Offset of what a row shows after `place` events."""
    found = run.schedule.values[node] if role == "value" else None
    for event in run.schedule.events[:place]:
        if role == "value" and isinstance(event, Assign) and event.param == node:
            found = event.value
        elif role == "gradient" and isinstance(event, Contribution) and event.into == node:
            found = event.total
        elif role == "gradient" and isinstance(event, Seed) and event.node == node:
            found = event.value
    return found


def value_known(run, node, place):
    found = [e.index for e in run.schedule.events if isinstance(e, Forward) and e.node == node]
    return not found or found[0] < place


def number_at(run, offset):
    return float(run.recording.numbers(offset, offset + 1)[0])


def split(place):
    node, flat = place.split(":")
    return int(node), int(flat)


def assert_row_shows(row, array, ref):
    if array is None:
        assert (row["exact"], row["text"], row["picture"]) == (None, "—", "")
    elif array.shape == ():
        assert float(row["exact"].replace("Infinity", "inf")) == float(array)
        assert_rounded(row["text"], float(array))
    else:
        assert (int(row["offset"]), tuple(json.loads(row["shape"]))) == (ref.offset, array.shape)
        assert row["picture"].startswith("data:image/png")
        if row["exact"] is not None:
            assert json.loads(row["exact"]) == array.reshape(-1).tolist()
        assert (row["exact"] is None) == (array.size > 64)


def assert_rounded(text, number):
    """Four significant digits, a real minus sign, and the number they stand for."""
    assert "-" not in text
    plain = re.sub(r"[×·]10(.*)", lambda m: "e" + m[1].translate(SUPERSCRIPTS), text.replace("−", "-"))
    assert np.isclose(float(plain), number, rtol=6e-4, atol=0), (text, number)


SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
