"""A step as a link, a session by its code, and screens that go where the teacher goes."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import assert_cards_are_the_engines, at, engine_run

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")


def opened(page, address):
    page.goto(address)
    page.wait_for_selector("html[data-ready]", timeout=20_000)


def shared(page, name):
    """The link that the dialog offers."""
    page.keyboard.press("c")
    return page.locator(f"[data-link={name}]").input_value()


def code_of(page):
    page.keyboard.press("c")
    page.wait_for_selector("[data-code]:not([data-code=''])")
    return page.locator("[data-code]").get_attribute("data-code")


def closed(page):
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('dialog[open]')")


def live(page):
    page.wait_for_selector("#following [data-following=live]")


@STILL
@pytest.mark.parametrize("example", ["neuron", "digits8", "lstm"])
def test_a_link_opens_this_very_step_for_somebody_else(open_page, stranger, example):
    page = open_page(f"?example={example}&cursor=9&view=code")
    at(page, 9)
    link = shared(page, "step")
    opened(stranger, link)
    at(stranger, 9)
    assert stranger.evaluate("() => document.body.dataset.view") == "code"
    stranger.keyboard.press("1")
    assert stranger.locator("#following").get_by_text("You walk alone.").count() == 1
    if example == "neuron":
        assert_cards_are_the_engines(stranger, engine_run(example), 9)
    stranger.keyboard.press("ArrowRight")
    stranger.wait_for_function("() => Number(document.body.dataset.cursor) > 9")
    closed(page)
    at(page, 9)  # whoever only looks moves nobody else


SIGHT = """() => import('/static/js/store.js').then(({ closed, sight }) => [[...closed.value].sort(), sight.value()])"""
RESTING = """async () => {
  const place = () => document.querySelector("svg.stage .world").getAttribute("transform");
  for (let before = ""; before !== place(); await new Promise((done) => setTimeout(done, 100))) before = place();
}"""


def seen(page):
    """Which groups are closed, and the part of the graph that is seen; null where it is all of it."""
    page.evaluate(RESTING)
    return page.evaluate(SIGHT)


@STILL
def test_a_link_opens_the_same_groups_and_the_same_part_of_the_graph(open_page, stranger, server):
    page = open_page("?example=spiral&cursor=9")
    at(page, 9)
    assert seen(page) == [[], None]
    page.locator('[data-group="dense2"]').first.dispatch_event("click")
    page.wait_for_selector('[data-group="dense2"][aria-expanded="false"]', state="attached")
    page.mouse.move(500, 400)
    page.mouse.wheel(0, -300)
    closed_groups, sight = seen(page)
    assert closed_groups == ["dense2"]
    assert sight["k"] > 0.5
    for name in ("step", "everything"):
        opened(stranger, shared(page, name))
        closed(page)
        at(stranger, 9)
        there = seen(stranger)
        assert there[0] == ["dense2"]
        assert there[1] == pytest.approx(sight, rel=1e-4, abs=0.01)
        stranger.goto("about:blank")
    page.wait_for_function("() => location.search.includes('groups=dense2') && !location.search.includes('camera')")
    page.reload()
    at(page, 9)
    page.wait_for_selector('[data-group="dense2"][aria-expanded="false"]', state="attached")
    # What no page has written is left out, or brought to the graph.
    opened(stranger, f"{server}/?example=spiral&groups=moon,dense1,dense1/stars&camera=77,-900000,4")
    there = seen(stranger)
    assert there[0] == ["dense1"]
    assert there[1]["k"] == 6
    assert -100 < there[1]["x"] < 0, "the graph begins on the stage"


@STILL
def test_a_class_joins_by_code_follows_walks_alone_and_comes_back(open_page, stranger, server):
    page = open_page("?example=neuron&cursor=5")
    code = code_of(page)
    closed(page)
    opened(stranger, server)
    stranger.keyboard.press("j")
    stranger.locator("[name=code]").fill(f"{code[:3].lower()} {code[3:]}")
    stranger.keyboard.press("Enter")
    live(stranger)
    at(stranger, 5)
    page.keyboard.press("ArrowRight")
    at(page, 6)
    at(stranger, 6)
    page.keyboard.press("n")
    at(stranger, 0, iteration=1)
    stranger.keyboard.press("ArrowRight")
    at(stranger, 1, iteration=1)
    stranger.wait_for_selector("#following [data-following=off]")
    page.keyboard.press("End")
    at(page, 19, iteration=1)
    at(stranger, 1, iteration=1)
    stranger.keyboard.press("v")
    at(stranger, 19, iteration=1)


@STILL
def test_what_the_teacher_changes_is_seen_by_who_follows(open_page, stranger):
    page = open_page("?example=neuron&cursor=6")
    opened(stranger, shared(page, "following"))
    closed(page)
    live(stranger)
    at(stranger, 6)
    page.locator("svg.stage [data-node='0']").click()
    page.wait_for_selector(".chosen .settable")
    page.keyboard.press("e")
    page.wait_for_selector("form.change input:focus")
    page.keyboard.type("0.75")
    page.keyboard.press("Enter")
    stranger.wait_for_function("() => document.querySelector(\"[data-node='0'] .value\").dataset.exact === '0.75'")
    at(stranger, 1)
    page.keyboard.press("Control+z")
    stranger.wait_for_function("() => document.querySelector(\"[data-node='0'] .value\").dataset.exact === '0.5'")
    at(stranger, 6)


@STILL
def test_who_follows_sees_the_next_sample_too_and_undo_brings_the_one_before(open_page, stranger):
    page = open_page("?example=digits8&cursor=6")
    opened(stranger, shared(page, "following"))
    closed(page)
    live(stranger)
    at(stranger, 6)
    session = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    for wanted in (1, 2):
        page.keyboard.press("]")
        shows_sample(page, wanted)
        shows_sample(stranger, wanted)
        at(page, 6, iteration=0)
        at(stranger, 6)
    page.keyboard.press("[")
    shows_sample(stranger, 1)
    page.keyboard.press("Control+z")
    shows_sample(page, 2)
    shows_sample(stranger, 2)
    assert page.evaluate("() => new URLSearchParams(location.search).get('session')") == session
    # Who looks around alone takes another sample in a session of their own.
    stranger.keyboard.press("v")
    stranger.keyboard.press("]")
    shows_sample(stranger, 3)
    stranger.wait_for_function("(old) => !location.search.includes(old)", arg=session)
    shows_sample(page, 2)


def shows_sample(page, number):
    expect(page.locator("[data-command=sample]")).to_have_value(str(number), timeout=20_000)


@STILL
def test_where_streams_do_not_come_through_the_page_asks_instead(open_page, stranger, server):
    page = open_page("?example=neuron&cursor=6")
    link = shared(page, "following")
    closed(page)
    stranger.route(re.compile(r"/live$"), lambda route: route.fulfill(status=503, body=""))
    opened(stranger, link)
    stranger.wait_for_selector("#following [data-following=asking]")
    at(stranger, 6)
    page.keyboard.press("ArrowRight")
    at(page, 7)
    at(stranger, 7)


@STILL
def test_a_code_that_leads_nowhere_is_refused_in_a_sentence(open_page):
    page = open_page("?example=neuron&cursor=6")
    page.keyboard.press("j")
    page.locator("[name=code]").fill("QQQQQQ")
    with page.expect_console_message(lambda message: "404" in message.text):
        page.keyboard.press("Enter")
    open_page.faults.clear()  # the browser's own words about it
    expect(page.locator("dialog.join [role=alert]")).to_contain_text("No session has the code")
    closed(page)
    at(page, 6)
