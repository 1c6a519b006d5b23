"""Three views of one trace: one cursor, one selection, switched by keys and buttons, named in the address."""

from tests.e2e.on_four_models.looking import go
from tests.e2e.reading import at

VIEWS = {"2": "network", "3": "code", "1": "graph"}
IN_THE_ADDRESS = """(view) => { const named = new URLSearchParams(location.search).get('view');
  return document.body.dataset.view === view && named === (view === 'graph' ? null : view); }"""
SHOWN = {
    "network": "#network [data-unit]",
    "code": "#code-view [data-event]",
    "graph": "svg.stage [data-node]",
}


def test_one_cursor_and_one_selection_in_all_three_views(opened):
    page, run = opened
    place = run.schedule.length // 2
    go(page, run, place)
    page.locator("svg.stage [data-node]").first.dispatch_event("click")
    page.wait_for_selector(".chosen header h2")
    name = page.locator(".chosen header h2").text_content()
    for key, view in VIEWS.items():
        page.keyboard.press(key)
        page.wait_for_function("(view) => document.body.dataset.view === view", arg=view)
        at(page, place)
        assert page.locator(".chosen header h2").text_content() == name
    assert page.locator("svg.stage [data-node]").first.get_attribute("aria-pressed") == "true"


def test_keys_and_buttons_switch_the_views_and_the_address_names_them(opened):
    page, _ = opened
    for by in ("key", "button"):
        for key, view in VIEWS.items():
            button = page.locator(f'#top [data-command="view-{view}"]')
            if by == "key":
                page.keyboard.press(key)
            else:
                button.click()
            page.wait_for_function(IN_THE_ADDRESS, arg=view)
            page.locator(SHOWN[view]).first.wait_for(state="visible")
            assert button.get_attribute("aria-pressed") == "true"
            pressed = page.locator('#top [data-command^="view-"][aria-pressed=true]')
            assert pressed.count() == 1


def test_a_link_opens_the_view_and_the_step_it_names(opened):
    page, run = opened
    place = run.schedule.length // 3
    go(page, run, place)
    page.keyboard.press("3")
    page.wait_for_function(IN_THE_ADDRESS, arg="code")
    page.wait_for_function("(place) => new URLSearchParams(location.search).get('cursor') === place", arg=str(place))
    page.goto(page.url)
    page.locator(f"#code-view [aria-selected=true][data-event='{place - 1}']").wait_for(timeout=60_000)
    at(page, place)
