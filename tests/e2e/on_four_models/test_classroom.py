"""The classroom: presented, light and dark."""

from tests.e2e.on_four_models.looking import go

SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('body *')].filter((element) =>
    !element.closest('.katex, .unseen, dialog, option') && element.checkVisibility()
    && [...element.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())
    && element.getBoundingClientRect().width > 0 && !element.matches('title, desc'))
  .map((element) => parseFloat(getComputedStyle(element).fontSize) * (element.getScreenCTM?.().a ?? 1)))"""


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
