"""The code: the lines of this very step, the current one lit."""

from tests.e2e.on_four_models.looking import go
from tests.e2e.reading import at


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
