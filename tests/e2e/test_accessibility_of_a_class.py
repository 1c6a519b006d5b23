"""axe-core finds nothing while numbers are predicted, changed and shared."""

from tests.e2e.reading import at
from tests.e2e.test_accessibility import STILL, examine

__all__ = ["examine"]  # a fixture


def closed(page):
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('dialog[open]')")


@STILL
def test_axe_finds_nothing_while_numbers_are_predicted(page, open_page, examine):
    open_page("?example=neuron&cursor=12&predict=1")
    page.wait_for_selector(".predict .formula .hole")
    examine("a sign is asked for", 2)
    page.get_by_role("button", name="its size").click()
    examine("a size is asked for", 2)
    page.get_by_role("button", name="its value").click()
    page.get_by_role("textbox", name="It is").fill("1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".told .verdict")
    examine("an answer was wrong", 2)
    page.keyboard.press("PageDown")
    page.wait_for_selector(".explain .say:not(.waiting)")
    examine("the number is shown", 2)


@STILL
def test_axe_finds_nothing_while_numbers_are_changed_and_shared(page, open_page, examine):
    open_page("?example=digits8&cursor=6")
    for key, name in (("o", "setup"), ("c", "share"), ("j", "join")):
        page.keyboard.press(key)
        page.wait_for_selector(f"dialog.{name} h3" if name != "join" else "dialog.join input")
        examine(name, 2)
        closed(page)
    page.evaluate(
        "() => import('/static/js/actions.js').then(({ select }) => select({ node: 3, which: 'value', entry: null }))"
    )
    page.wait_for_selector(".chosen .settable")
    examine("a number that may be changed", 2)
    page.keyboard.press("e")
    page.wait_for_selector("form.change input")
    examine("a number is typed anew", 2)
    page.locator("form.change input").fill("0.5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.changed")
    at(page, 2)
    examine("a number was changed", 2)
    page.keyboard.press("Escape")
    page.evaluate("() => import('/static/js/store.js').then(({ following }) => { following.value = true; })")
    page.wait_for_selector("#following [data-following=live]")
    examine("the screen follows", 2)
