"""What the page promises of every model, on four of them: a neuron, a digit, convolutions, an LSTM.

One page for each model; every sentence is put to it in turn.
"""

import json
import math
import re

import pytest

from engine import Contribution, Forward
from tests.e2e.reading import at, engine_run, press

MODELS = ["neuron", "digits", "cnn", "lstm"]
PLACES = """() => Object.fromEntries([...document.querySelectorAll('[data-node], .closed[data-group]')].map((card) => {
  const { e, f } = new DOMMatrix(getComputedStyle(card).transform);
  return [card.dataset.node ?? card.dataset.group, [e, f]];
}))"""
EDGES = """() => [...document.querySelectorAll('path[data-edge]')].map((edge) => ({
  key: edge.dataset.edge, width: Number(edge.getAttribute('stroke-width')), carried: edge.dataset.carried ?? null,
  says: edge.getAttribute('aria-label'), size: edge.dataset.size ?? null,
}))"""
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('body *')].filter((element) =>
    !element.closest('.katex, .unseen, dialog, option') && element.checkVisibility()
    && [...element.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())
    && element.getBoundingClientRect().width > 0 && !element.matches('title, desc'))
  .map((element) => parseFloat(getComputedStyle(element).fontSize) * (element.getScreenCTM?.().a ?? 1)))"""
# A change that goes on would be read half done: still for as long as two frames.
SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""


@pytest.fixture(scope="module", params=MODELS)
def model(request, browser, server):
    """A page that stands at one of the four models, with the engine's run of the same step."""
    context = browser.new_context(
        base_url=server, viewport={"width": 1280, "height": 720}, reduced_motion="reduce", color_scheme="light"
    )
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"/?example={request.param}")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_url("**session=**")
    yield page, engine_run(request.param)
    context.close()
    assert faults == []


@pytest.fixture
def opened(model):
    """The page, back at the start of the step, in the graph, with nothing chosen."""
    page, run = model
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.locator("[data-command=grain]").select_option("operation")
    page.evaluate("() => document.activeElement.blur()")
    press(page, "Home", 0)
    page.wait_for_function("() => document.body.dataset.view === 'graph'")
    return page, run


def go(page, run, place):
    """Stand at an event."""
    page.evaluate(f"() => import('/static/js/actions.js').then(({{ seek }}) => seek({place}))")
    at(page, place)


def said(page, place):
    """The panel's words for an event, once they stand there."""
    page.wait_for_function(
        "(place) => document.querySelector('.explain h2')?.textContent.startsWith(`Step ${place} of`)"
        " && !document.querySelector('.explain .waiting')",
        arg=place,
    )
    return page.evaluate("""() => ({
      sentence: document.querySelector('.explain .say').textContent,
      wrong: document.querySelectorAll('.explain .katex-error').length,
      shapes: [...document.querySelectorAll('.operands tbody tr td:nth-of-type(1)')].map((cell) => cell.textContent),
    })""")


def test_operations_are_cards_layered_from_left_to_right(opened):
    page, run = opened
    places = page.evaluate(PLACES)
    nodes = {node.id: node for node in run.graph.nodes}
    shown = [int(key) for key in places if key.isdigit()]
    pairs = [(i, n) for n in shown for i in nodes[n].inputs if str(i) in places]
    assert len(pairs) >= 4
    assert all(places[str(before)][0] < places[str(after)][0] for before, after in pairs)
    assert len(places) <= 300


def test_a_card_has_a_value_and_a_gradient_and_a_dash_until_they_are_computed(opened):
    page, run = opened
    rows = page.evaluate("""() => [...document.querySelectorAll('[data-node]')].map((card) => [
      Number(card.dataset.node), ...['value', 'gradient'].map((role) => {
        const row = card.querySelector(`[data-role=${role}]`);
        return row.dataset.exact === undefined && row.dataset.offset === undefined;
      })])""")
    assert rows
    for node, no_value, no_gradient in rows:
        assert no_value == (run.graph.nodes[node].op is not None)
        assert no_gradient
    waiting = page.locator("[data-node] [data-role=gradient] text").all_text_contents()
    assert set(waiting) == {"—"}


def test_an_edge_is_as_wide_as_what_it_carried_on_the_scale_of_the_legend(opened):
    page, run = opened
    last = 1 + max(e.index for e in run.schedule.events if isinstance(e, Contribution))
    go(page, run, last)
    page.evaluate(SETTLED)
    sizes = page.evaluate("""() => import('/static/js/store.js').then(({ trace }) => [...trace.value.magnitudes])""")
    carried = {f"{e.node}:{e.slot}": sizes[e.index] for e in run.schedule.events if isinstance(e, Contribution)}
    shown = [(carried[edge["key"]], edge) for edge in page.evaluate(EDGES) if edge["key"] in carried]
    assert len(shown) >= 4
    for size, edge in shown:
        assert edge["carried"] == "backward"
        share = 0 if size <= 1e-6 else min(1, math.log(size / 1e-6) / math.log(10 / 1e-6))
        assert edge["width"] == pytest.approx(2.5 + 5.5 * share, abs=1e-6)
        assert (edge["size"] == "zero") == (size == 0)
    assert re.search("10−6.*10−3.*1.*gradient size", page.locator("#legend").inner_text().replace("\n", ""))


def test_the_sizes_that_edges_are_drawn_by_are_the_root_mean_squares_of_what_was_recorded(opened):
    page, run = opened
    sizes = page.evaluate("() => import('/static/js/store.js').then(({ trace }) => [...trace.value.magnitudes])")
    for event in run.schedule.events:
        if isinstance(event, Contribution):
            sent = run.recording.numbers(event.value.offset, event.value.offset + event.value.size)
            assert sizes[event.index] == pytest.approx(math.sqrt(sum(x * x for x in sent) / len(sent)), rel=1e-9)


def test_the_same_model_is_laid_out_the_same_again(opened, model):
    page, _ = opened
    before = page.evaluate(PLACES)
    page.reload()
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_function(
        "(n) => document.querySelectorAll('[data-node], .closed[data-group]').length === n", arg=len(before)
    )
    assert page.evaluate(PLACES) == before


def test_a_group_closes_and_opens_in_place_and_the_others_keep_their_order(opened):
    page, _ = opened
    before = page.evaluate(PLACES)
    name = page.locator("[data-group]").first.get_attribute("data-group")
    state = f"() => document.querySelector(`[data-group='{name}']`)?.getAttribute('aria-expanded')"
    was = page.evaluate(state)
    for wanted in ({"true": "false", "false": "true"}[was], was):
        page.locator(f"[data-group='{name}']").first.dispatch_event("click")
        page.wait_for_function(f"(wanted) => ({state})() === wanted", arg=wanted)
        page.evaluate(SETTLED)
    page.wait_for_function(
        f"(wanted) => JSON.stringify(({PLACES})()) === wanted", arg=json.dumps(before, separators=(",", ":"))
    )


def test_every_event_is_one_plain_sentence_with_its_formula_its_numbers_and_its_shapes(opened):
    page, run = opened
    apart = max(1, run.schedule.length // 12)
    for place in range(1, run.schedule.length + 1, apart):
        go(page, run, place)
        event = run.schedule.events[place - 1]
        if isinstance(event, Forward | Contribution):  # the formula, and the same with these numbers
            page.wait_for_function("() => document.querySelectorAll('.explain .line .katex').length >= 2")
        told = said(page, place)
        assert re.fullmatch(r"\S.+[.:]", told["sentence"], re.S), told["sentence"]
        assert told["wrong"] == 0
        if isinstance(event, Forward | Contribution):
            assert told["shapes"]
            assert all(re.fullmatch(r"\(.*\)", shape) for shape in told["shapes"])


def test_steps_are_by_event_operation_layer_phase_and_training_step_in_both_directions(opened):
    page, run = opened
    keys = {"event": "index", "operation": "operation", "layer": "layer", "phase": "phase"}
    events = run.schedule.events
    for grain, key in keys.items():
        page.locator("[data-command=grain]").select_option(grain)
        page.evaluate("() => document.activeElement.blur()")
        numbers = [getattr(e, key) for e in events]
        ends = [i for i in range(1, len(events)) if numbers[i] != numbers[i - 1]] + [len(events)]
        assert page.evaluate("() => document.body.dataset.cursor") == "0"
        for end in ends[:3]:
            press(page, "ArrowRight", end)
        for end in reversed([0, *ends[:2]]) if len(ends) > 2 else [0]:
            press(page, "ArrowLeft" if len(ends) > 2 else "Home", end)
    page.locator("[data-command=grain]").select_option("iteration")
    page.evaluate("() => document.activeElement.blur()")
    press(page, "ArrowRight", run.schedule.length)


def test_the_place_is_in_the_address_and_a_reload_comes_back_to_it(opened):
    page, run = opened
    place = run.schedule.length * 2 // 3
    go(page, run, place)
    page.wait_for_function("(place) => new URLSearchParams(location.search).get('cursor') === String(place)", arg=place)
    page.reload()
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    at(page, place)


def test_stepping_asks_the_service_for_no_numbers_again_and_the_session_follows(opened, server):
    page, run = opened
    press(page, "End", run.schedule.length)
    press(page, "Home", 0)
    asked = []

    def hear(request):
        if re.search(r"/(recording|schedule|graph|trace)\b", request.url):
            asked.append(request.url)

    page.on("request", hear)
    place = 0
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(before) => Number(document.body.dataset.cursor) > before", arg=place)
        place = int(page.evaluate("() => document.body.dataset.cursor"))
    page.remove_listener("request", hear)
    assert [url for url in asked if "iteration=1" not in url] == [], "the next training step may be fetched ahead"
    session = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    told = None
    for _ in range(100):
        told = page.request.get(f"{server}/api/v1/sessions/{session}").json()["cursor"]
        if told == place:
            break
        page.wait_for_timeout(100)
    assert told == place


def test_the_line_of_this_event_is_lit_and_a_click_on_a_line_goes_to_its_event(opened):
    page, run = opened
    go(page, run, run.schedule.length // 2)
    page.keyboard.press("3")
    lit = page.locator("#code-view [aria-selected=true]")
    lit.wait_for(timeout=20_000)
    assert lit.get_attribute("data-event") == str(run.schedule.length // 2 - 1)
    other = page.locator(f'#code-view [data-event="{run.schedule.length // 2 + 1}"]')
    other.click()
    at(page, run.schedule.length // 2 + 2)


def test_one_cursor_and_one_selection_in_all_three_views(opened):
    page, run = opened
    place = run.schedule.length // 2
    go(page, run, place)
    page.locator("svg.stage [data-node]").first.dispatch_event("click")
    page.wait_for_selector(".chosen header h2")
    name = page.locator(".chosen header h2").text_content()
    for key, view in (("2", "network"), ("3", "code"), ("1", "graph")):
        page.keyboard.press(key)
        page.wait_for_function("(view) => document.body.dataset.view === view", arg=view)
        at(page, place)
        assert page.locator(".chosen header h2").text_content() == name


def test_the_spoken_text_is_the_sentence_on_the_screen(opened):
    page, _ = opened
    page.locator("[data-command=grain]").select_option("event")
    page.evaluate("() => document.activeElement.blur()")
    for place in (1, 2, 3):
        press(page, "ArrowRight", place)
        sentence = said(page, place)["sentence"]
        page.wait_for_function("(said) => document.querySelector('#spoken').textContent === said", arg=sentence)


def test_every_edge_says_what_it_carried_in_words_and_with_its_sign(opened):
    page, run = opened
    last = 1 + max(e.index for e in run.schedule.events if isinstance(e, Contribution))
    go(page, run, last)
    page.evaluate(SETTLED)
    sent = {f"{e.node}:{e.slot}": e for e in run.schedule.events if isinstance(e, Contribution)}
    shown = [edge for edge in page.evaluate(EDGES) if edge["key"] in sent]
    assert shown
    for edge in shown:
        assert "the gradient" in edge["says"]
        event = sent[edge["key"]]
        numbers = run.recording.numbers(event.value.offset, event.value.offset + event.value.size)
        if event.value.shape == () and numbers[0] < 0:
            assert "−" in edge["says"].split("the gradient")[1]


def test_the_step_is_a_table_too(opened):
    page, run = opened
    go(page, run, 4)
    page.keyboard.press("t")
    page.locator("dialog.table tbody tr").nth(3).wait_for()
    assert page.locator("dialog.table tbody tr").count() == 4
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.table", state="hidden")


def test_under_reduced_motion_the_order_is_numbered(opened):
    page, run = opened
    shown = {int(key) for key in page.evaluate(PLACES) if key.isdigit()}
    event = next(e for e in run.schedule.events if isinstance(e, Contribution) and {e.node, e.into} <= shown)
    go(page, run, event.index + 1)
    page.wait_for_function("() => [...document.querySelectorAll('.order')].map((o) => o.dataset.order).includes('2')")
    assert "1" in page.locator(".order").evaluate_all("(all) => all.map((one) => one.dataset.order)")


def test_presented_at_1080_lines_no_text_is_smaller_than_24_pixels(opened):
    page, run = opened
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.keyboard.press("p")
    try:
        for place in (run.schedule.length // 2, run.schedule.length):
            go(page, run, place)
            page.wait_for_function(f"() => ({SMALLEST_TEXT})() >= 24")
        assert not page.locator(".operands, .listing, #legend").first.is_visible()
    finally:
        page.keyboard.press("p")
        page.set_viewport_size({"width": 1280, "height": 720})


def test_light_and_dark_are_one_key_apart(opened):
    page, _ = opened
    for theme in ("dark", "light"):
        page.keyboard.press("d")
        page.wait_for_selector(f"html[data-theme={theme}]")
