"""A guided lesson on the page: walked by a clicker, the engine's numbers in its text, the cards it names lit."""

import pytest
from playwright.sync_api import expect

from app.lessons.walks import WALKS
from engine import Contribution, Forward, Seed
from tests.app.test_lessons import bound
from tests.e2e.reading import assert_rounded, at, engine_run

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
ROOM = pytest.mark.browser_context_args(reduced_motion="reduce", viewport={"width": 1920, "height": 1080})
TOLD = """() => [...document.querySelectorAll('.lesson .told-number')]
  .map((each) => [each.dataset.place ?? null, each.textContent])"""
LIT = """() => [...document.querySelectorAll('#stage [data-node][data-named]')]
  .map((card) => Number(card.dataset.node)).sort((a, b) => a - b)"""
IN_SIGHT = """(node) => {
  const of = (selector) => document.querySelector(selector)?.getBoundingClientRect();
  const card = of(`#stage [data-node="${node}"]`), room = of('svg.stage');
  return card && card.left >= room.left && card.right <= room.right
    && card.top >= room.top && card.bottom <= room.bottom;
}"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.lesson *')].filter((each) => each.textContent.trim())
  .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""


def stands(page, stop):
    """Wait until the page stands at a stop, counted from 1, and all of its numbers are here."""
    page.wait_for_selector(f".lesson[data-stop='{stop}']:not([data-going]) .say", timeout=20_000)
    page.wait_for_function("() => !document.querySelector('.lesson .say').textContent.includes('…')", timeout=20_000)


def assert_told(page, stop, runs):
    """The place, the lit cards and the numbers of a stop are those of the engine's run."""
    at(page, stop.cursor, stop.iteration)
    page.wait_for_function(f"(wanted) => JSON.stringify(({LIT})()) === JSON.stringify(wanted)", arg=sorted(stop.nodes))
    numbers = [span for span in stop.text if not span.text]
    shown = page.evaluate(TOLD)
    assert len(shown) == len(numbers)
    for (place, text), span in zip(shown, numbers, strict=True):
        assert place == f"{span.iteration}:{span.offset}"
        recording = runs[span.iteration].recording
        assert_rounded(text, float(recording.numbers(span.offset, span.offset + 1)[0]))


@STILL
def test_a_clicker_walks_a_whole_lesson_and_back_and_every_number_is_the_engines(open_page, server):
    stops, runs = bound("neuron").stops(WALKS["neuron"]), [engine_run("neuron", step) for step in (0, 1)]
    page = open_page("?example=neuron")
    page.locator("[data-command=lesson]").wait_for()  # once the gallery is known
    page.keyboard.press("l")
    for k, stop in enumerate(stops, 1):
        stands(page, k)
        assert_told(page, stop, runs)
        said = page.locator("#spoken")
        expect(said).to_contain_text(f"Stop {k} of {len(stops)}.")
        page.keyboard.press("PageDown")
    expect(page.locator(".lesson [data-command=lesson-next]")).to_be_disabled()
    for k in range(len(stops) - 1, 0, -1):
        page.keyboard.press("PageUp")
        stands(page, k)
        assert_told(page, stops[k - 1], runs)
    # Whoever follows the session is told of the same places.
    page.keyboard.press("ArrowRight")
    stands(page, 2)
    session = page.evaluate("async () => (await import('/static/js/store.js')).session.value.id")
    page.wait_for_function(
        """([id, cursor]) => { fetch(`/api/v1/sessions/${id}`).then((answer) => answer.json())
          .then((told) => { window.toldCursor = told.cursor; }); return window.toldCursor === cursor; }""",
        arg=[session, stops[1].cursor],
    )
    # It ends where the page stands, and leaves nothing behind.
    page.keyboard.press("Escape")
    expect(page.locator(".lesson")).to_have_count(0)
    at(page, stops[1].cursor, 0)
    assert page.locator("[data-named]").count() == 0
    expect(page.locator(".explain .say")).to_be_visible()
    page.keyboard.press("PageDown")
    at(page, stops[1].cursor + 1)


@ROOM
def test_a_link_opens_a_stop_large_enough_for_a_room_and_a_step_by_hand_finds_back(open_page):
    page = open_page("?example=neuron&lesson=7&present=1")
    stands(page, 7)
    assert page.evaluate(SMALLEST) >= 24
    place = page.evaluate("() => document.body.dataset.cursor")
    # The words of the text light their card; the step's own sentence waits.
    expect(page.locator(".explain .say")).to_have_count(0)
    page.locator(".lesson .told-name").first.hover()
    page.wait_for_selector("#stage [data-node][data-named=now]")
    page.keyboard.press("Home")
    at(page, 0)
    expect(page.locator(".explain .say")).to_be_visible()
    assert page.locator("#stage [data-named]").count() == 0
    page.keyboard.press("k")
    stands(page, 7)
    at(page, place)
    page.wait_for_function("() => new URLSearchParams(location.search).get('lesson') === '7'")
    page.reload()
    stands(page, 7)
    # Escape ends the lesson first, then the presentation.
    page.keyboard.press("Escape")
    expect(page.locator(".lesson")).to_have_count(0)
    assert page.evaluate("() => document.documentElement.hasAttribute('data-present')")
    page.wait_for_function("() => !new URLSearchParams(location.search).has('lesson')")


@ROOM
def test_what_happens_at_a_stop_is_in_sight_also_where_cards_are_large(open_page):
    page = open_page("?example=neuron&lesson=1&present=1")
    run, stops = engine_run("neuron"), bound("neuron").stops(WALKS["neuron"])
    for k, stop in enumerate(stops, 1):
        stands(page, k)
        event = run.schedule.events[stop.cursor - 1]
        if stop.view == "graph" and stop.cursor and isinstance(event, Forward | Contribution | Seed):
            page.wait_for_function(IN_SIGHT, arg=event.node)
        page.keyboard.press("PageDown")


@STILL
def test_the_gallery_offers_lessons_and_a_change_of_a_number_is_told_in_the_same_text(open_page):
    page = open_page("?example=polynomial")
    page.keyboard.press("g")
    expect(page.locator("[data-command=open-lesson]")).to_have_count(len(WALKS))
    page.locator("li:has([data-example=neuron]) [data-command=open-lesson]").click()
    stands(page, 1)
    for k in range(2, 7):
        page.keyboard.press("PageDown")
        stands(page, k)
    before = page.locator(".lesson .say").inner_text()
    assert page.locator(".lesson .aside").count() == 0
    # With a target below the answer, the gradient that "is negative" is positive: the lesson says that it is not so.
    page.evaluate("""async () => {
      const { session } = await import('/static/js/store.js'), { id, revision } = session.value;
      const { revise } = await import('/static/js/api/classroom.js'), { renew } = await import('/static/js/actions.js');
      await renew(await revise(id, 'edits', revision, { edits: [{ set: 'y', to: 0 }] }));
    }""")
    page.locator("[data-command=return-to-lesson], .lesson .aside").first.wait_for()
    if page.locator("[data-command=return-to-lesson]").count():
        page.keyboard.press("k")
    expect(page.locator(".lesson .aside")).to_be_visible(timeout=20_000)
    expect(page.locator(".lesson .say")).not_to_have_text(before)
    # A question for each number ends one.
    page.keyboard.press("q")
    expect(page.locator(".lesson")).to_have_count(0)
    # The formulas are of the entry that the text tells, not of the largest.
    open_page("?example=dying-relu&lesson=6")
    stands(page, 6)
    expect(page.locator(".which-entry b")).to_have_text("[0]", timeout=20_000)
    # An example without a lesson offers none.
    open_page("?example=polynomial")
    page.evaluate("async () => { await (await import('/static/js/actions.js')).loadGallery(); }")
    assert page.locator("[data-command=lesson]").count() == 0
