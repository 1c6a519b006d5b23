"""Three views of one trace: one cursor, one selection."""

from tests.e2e.on_four_models.looking import go
from tests.e2e.reading import at


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
