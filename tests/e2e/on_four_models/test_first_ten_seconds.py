"""The first ten seconds: a small graph that walks by itself, one sentence, one key; and numbers that read alike."""

import math
import re

import pytest

from tests.e2e.on_four_models.conftest import MODELS
from tests.e2e.on_four_models.looking import SETTLED, go
from tests.e2e.reading import at, cursor

SLOWLY = {"by itself": 2600, "played": 1500}  # milliseconds from one operation to the next
CARDS_ON_SCREEN = """() => { const stage = document.querySelector('#stage').getBoundingClientRect();
  const over = document.querySelector('.invitation')?.getBoundingClientRect();
  const cards = [...document.querySelectorAll('[data-node] .face')].map((face) => face.getBoundingClientRect());
  return { count: cards.length,
    inside: cards.filter((card) => card.left >= stage.left && card.right <= stage.right && card.top >= stage.top
      && card.bottom <= stage.bottom).length,
    covered: cards.filter((card) => over && card.left < over.right && card.right > over.left && card.top < over.bottom
      && card.bottom > over.top).length }; }"""
IN_THE_WAY = "dialog[open], .chosen, .notice, .predict, #training, #network [data-unit], #code-view [data-event]"
ONE_CLICK_AWAY = (
    *("gallery", "view-graph", "view-network", "view-code", "view-training", "help", "present", "theme"),
    *("play", "forward", "end", "predict", "doctor", "share"),
)

NUMBERS = """() => [...document.querySelectorAll(
    'svg.stage .row.known text.end, svg.stage .carried:not(.empty) text, .operands td:last-child, #network .says text, '
    + '#network .probability, #code-view .number')]
  .filter((place) => place.checkVisibility() && /[0-9∞N]/.test(place.textContent)
    && !place.querySelector('small, canvas, img'))
  .map((place) => { const pen = (window.ruler ??= document.createElement('canvas').getContext('2d'));
    const { fontWeight, fontSize, fontFamily } = getComputedStyle(place);
    pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    return { text: place.textContent.trim().replace(/^all /, ''),
      exact: place.closest('[data-exact]')?.dataset.exact ?? null,
      widths: new Set([...'0123456789'].map((digit) => pen.measureText(digit).width.toFixed(3))).size,
      where: place.closest('#network') ? 'network' : place.closest('#code-view') ? 'code'
        : place.closest('svg') ? 'graph' : 'panel' }; })"""
# Where numbers that stand under each other end; of those that begin in one place, where their digits do.
COLUMNS = """() => {
  const all = (selector, place = document) =>
    [...place.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const right = (each) => each.getBoundingClientRect().right;
  const digits = (text) => text.getStartPositionOfChar(text.textContent.startsWith('−') ? 1 : 0).x;
  return {
    cards: all('[data-node]').map((card) => all('.row.known text.end', card).map(right)),
    results: [all('#code-view .row-of-code .result > .number').map(right)],
    units: all('#network .unit').map((unit) => all('.says text', unit)
      .filter((text) => /[0-9]/.test(text.textContent) && !text.getAttribute('text-anchor')).map(digits)),
  }; }"""
OPERANDS = (
    "() => [...document.querySelectorAll('.operands td')].every((cell) => getComputedStyle(cell).textAlign === 'right')"
)
SHOWN = {"graph": "svg.stage [data-node]", "network": "#network [data-unit]", "code": "#code-view .number"}
A_PIXEL = 1
ONE = r"−?(\d\.\d{3}|\d\d\.\d\d|\d{3}\.\d|\d{4,5}|0\.0{0,2}[1-9]\d{3}|\d\.\d{3}e−?\d+|∞)|0|NaN"
SEVERAL = rf"(({ONE}), )+({ONE})|(−?\d+, )*−?\d+"  # a few in a row; where all are whole they are counted things


@pytest.fixture(params=MODELS)
def newcomer(request, browser, server):
    """A page of somebody who comes for the first time; its clock is ours. Who names no model lands on the neuron."""
    context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.clock.install()
    page.goto("/" if request.param == "neuron" else f"/?example={request.param}")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_url("**session=**")
    page.clock.pause_at(page.evaluate("() => Date.now() + 1000"))
    yield page, request.param
    context.close()
    assert faults == []


def step_of_the_clock(page, most=40):
    """Let time pass until the page takes its next step; where it stands then."""
    before = cursor(page)
    for _ in range(most):
        page.clock.run_for(100)
        if cursor(page) != before:
            return cursor(page)
    raise AssertionError(f"stands at {before} for {most / 10} seconds")


def test_a_newcomer_meets_one_sentence_and_one_obvious_key_and_nothing_is_in_the_way(newcomer):
    page, model = newcomer
    assert page.locator(".explain .say").count() == 1
    assert re.fullmatch(r"[A-Z][^.;]+[.;][^.]*\.?", page.locator(".explain .say").text_content())
    assert page.locator(IN_THE_WAY).count() == 0
    for command in ONE_CLICK_AWAY:
        button = page.locator(f"[data-command={command}]").first
        assert button.is_visible(), command
        assert button.is_enabled(), command
    cards = page.evaluate(CARDS_ON_SCREEN)
    assert cards["covered"] == 0
    if model == "neuron":
        assert page.locator(".keycap").count() == 1
        assert page.locator(".keycap").inner_text().split() == ["Press", "→", "to", "take", "a", "step", "yourself"]
        assert cards["inside"] == cards["count"] == 11
    else:  # somebody who came by the link of a model knows what for: it waits, and the largest button plays it
        assert page.locator(".keycap").count() == 0
        sizes = page.locator("#transport .buttons button").evaluate_all(
            "(all) => all.map((one) => [one.getBoundingClientRect().width, one.dataset.command])"
        )
        assert max(sizes)[1] == "play"
        assert sorted(size for size, _ in sizes)[-2] < max(sizes)[0]


def test_it_walks_slowly_until_a_key_takes_over(newcomer):
    page, model = newcomer
    beat = SLOWLY["by itself" if model == "neuron" else "played"]
    if model != "neuron":
        page.clock.run_for(10_000)
        assert cursor(page) == 0, "a model somebody asked for waits for them"
        page.keyboard.press("Space")
    here = step_of_the_clock(page)
    page.clock.run_for(beat - 300)
    assert cursor(page) == here
    page.clock.run_for(600)
    there = cursor(page)
    assert there > here
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(there) => Number(document.body.dataset.cursor) > there", arg=there)
    own = cursor(page)
    page.clock.run_for(10_000)
    assert cursor(page) == own
    assert page.locator(".invitation").count() == 0


def as_read(number):
    """Four significant digits, a real minus sign."""
    if number == 0 or not math.isfinite(number):
        return {0.0: "0", math.inf: "∞", -math.inf: "−∞"}.get(number, "NaN")
    mantissa, exponent = f"{number:.3e}".split("e")
    plain = f"{number:.{max(0, 3 - int(exponent))}f}"
    return (plain if -3 <= int(exponent) < 5 else f"{mantissa}e{int(exponent)}").replace("-", "−")


def test_numbers_read_alike_everywhere_four_digits_a_real_minus_sign_and_aligned(opened):
    page, run = opened
    seen = set()
    for place in (run.schedule.length // 4, run.schedule.length * 2 // 3, run.schedule.length):
        page.keyboard.press("1")
        go(page, run, place)
        for key, view in (("1", "graph"), ("2", "network"), ("3", "code")):
            page.keyboard.press(key)
            page.wait_for_function("(view) => document.body.dataset.view === view", arg=view)
            at(page, place)
            page.locator(
                {"graph": "svg.stage", "network": "#network .unit", "code": "#code-view .number"}[view]
            ).first.wait_for()
            page.wait_for_function("() => !document.querySelector('.explain .waiting')")
            page.evaluate(SETTLED)
            for number in page.evaluate(NUMBERS):
                several = number["exact"] is None or number["exact"].startswith("[")
                assert re.fullmatch(f"{ONE}|{SEVERAL}" if several else ONE, number["text"]), number
                assert number["widths"] == 1, "every digit is as wide as every other"
                if not several:
                    assert number["text"] == as_read(float(number["exact"]))
                seen.add(number["where"])
            for columns in page.evaluate(COLUMNS).values():
                for edges in columns:
                    assert not edges or max(edges) - min(edges) < A_PIXEL
            assert page.evaluate(OPERANDS)
    assert {"network", "code", "panel"} <= seen
