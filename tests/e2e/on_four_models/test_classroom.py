"""The classroom: presented, by a clicker, lit and darkened, as much of the page as a link shows."""

import pytest

from tests.e2e.on_four_models.looking import go
from tests.e2e.reading import at, press

SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('body *')].filter((element) =>
    !element.closest('.katex, .unseen, dialog, option') && element.checkVisibility()
    && [...element.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())
    && element.getBoundingClientRect().width > 0 && !element.matches('title, desc'))
  .map((element) => parseFloat(getComputedStyle(element).fontSize) * (element.getScreenCTM?.().a ?? 1)))"""
AWAY = ".operands, .listing, #legend, #top .group, .summary, .line.quiet"
BRIGHTNESS = """(selector) => { const [r, g, b] = getComputedStyle(document.querySelector(selector)).backgroundColor
  .match(/[\\d.]+/g).map(Number); return (r + g + b) / 765; }"""


@pytest.fixture
def presented(opened):
    """The page, presented to a room; afterwards no longer."""
    page, run = opened
    page.keyboard.press("p")
    page.wait_for_selector("html[data-present]")
    yield page, run
    for _ in range(2):  # Escape closes what is chosen, then the presentation
        page.keyboard.press("Escape")
    page.wait_for_selector("html:not([data-present])")


def test_presented_at_1080_lines_no_text_is_smaller_than_24_pixels(presented):
    page, run = presented
    page.set_viewport_size({"width": 1920, "height": 1080})  # the screen is filled after presenting has begun
    try:
        for place in (run.schedule.length // 2, run.schedule.length):
            go(page, run, place)
            page.wait_for_function(f"() => ({SMALLEST_TEXT})() >= 24")
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})


def test_presented_there_are_the_stage_the_sentence_and_the_transport(presented):
    page, run = presented
    go(page, run, run.schedule.length // 2)
    for selector in ("svg.stage", ".explain .say", ".timeline", "#transport [data-command=play]"):
        page.locator(selector).first.wait_for(state="visible")
    assert [found for found in page.locator(AWAY).all() if found.is_visible()] == []


def test_a_clicker_begins_steps_darkens_the_screen_and_ends(opened):
    page, _ = opened
    page.locator("[data-command=grain]").select_option("event")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("F5")
    page.wait_for_selector("html[data-present]")
    press(page, "PageDown", 1)
    press(page, "PageDown", 2)
    press(page, "PageUp", 1)
    page.keyboard.press(".")
    page.locator("#blank").wait_for(state="visible")
    page.keyboard.press("PageDown")  # whatever is pressed only brings the picture back
    page.locator("#blank").wait_for(state="hidden")
    at(page, 1)
    page.keyboard.press("Escape")
    page.wait_for_selector("html:not([data-present])")


def test_a_spotlight_follows_the_pointer_while_presenting(presented):
    page, _ = presented
    page.keyboard.press("L")
    for x, y in ((300, 200), (700, 400)):
        page.mouse.move(x, y)
        page.wait_for_function(
            "([x, y]) => { const box = document.querySelector('#spotlight').getBoundingClientRect();"
            " return Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) < 1; }",
            arg=[x, y],
        )
    page.keyboard.press("L")
    page.locator("#spotlight").wait_for(state="hidden")


def test_the_page_fills_the_screen_and_leaves_it(opened):
    page, _ = opened
    page.keyboard.press("F")
    page.wait_for_function("() => document.fullscreenElement === document.documentElement")
    page.keyboard.press("F")
    page.wait_for_function("() => document.fullscreenElement === null")


def test_light_and_dark_are_one_key_apart(opened):
    page, _ = opened
    for theme in ("dark", "light"):
        page.keyboard.press("d")
        page.wait_for_selector(f"html[data-theme={theme}]")
        page.wait_for_function(
            f"([selector, dark]) => (({BRIGHTNESS})(selector) < 0.3) === dark", arg=["body", theme == "dark"]
        )


def test_a_link_shows_the_panels_it_names_and_locks_the_others_away(opened):
    page, run = opened
    place = run.schedule.length // 2
    go(page, run, place)
    page.wait_for_function("(place) => new URLSearchParams(location.search).get('cursor') === String(place)", arg=place)
    whole = page.url
    page.goto(f"{whole}&panels=stage,sentence,transport")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    at(page, place)
    for selector in ("svg.stage", ".explain .say", "#transport"):
        page.locator(selector).first.wait_for(state="visible")
    for selector in ("#top", "#legend", ".explain .lines", ".operands", ".listing"):
        assert [found for found in page.locator(selector).all() if found.is_visible()] == []
    page.keyboard.press("g")  # what the bar at the top does is locked with it
    press(page, "ArrowRight", min(e for e in ends(run) if e > place))
    assert page.locator("dialog[open]").count() == 0
    page.goto(whole)
    page.wait_for_selector("html[data-ready]", timeout=60_000)


def ends(run):
    numbers = [event.operation for event in run.schedule.events]
    return [*(i for i in range(1, len(numbers)) if numbers[i] != numbers[i - 1]), len(numbers)]
