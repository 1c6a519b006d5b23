"""A step as a link, a session by its code, and screens that go where the teacher goes."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import assert_cards_are_the_engines, at, engine_run

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")


@pytest.fixture
def student(browser):
    """A page in a browser of its own, without the teacher's cookie; errors on it fail the test."""
    faults = []
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


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
def test_a_link_opens_this_very_step_for_somebody_else(open_page, student, example):
    page = open_page(f"?example={example}&cursor=9&view=code")
    at(page, 9)
    link = shared(page, "step")
    opened(student, link)
    at(student, 9)
    assert student.evaluate("() => document.body.dataset.view") == "code"
    student.keyboard.press("1")
    assert student.locator("#following").get_by_text("You walk alone.").count() == 1
    if example == "neuron":
        assert_cards_are_the_engines(student, engine_run(example), 9)
    student.keyboard.press("ArrowRight")
    student.wait_for_function("() => Number(document.body.dataset.cursor) > 9")
    closed(page)
    at(page, 9)  # whoever only looks moves nobody else


@STILL
def test_a_class_joins_by_code_follows_walks_alone_and_comes_back(open_page, student, server):
    page = open_page("?example=neuron&cursor=5")
    code = code_of(page)
    closed(page)
    opened(student, server)
    student.keyboard.press("j")
    student.locator("[name=code]").fill(f"{code[:3].lower()} {code[3:]}")
    student.keyboard.press("Enter")
    live(student)
    at(student, 5)
    page.keyboard.press("ArrowRight")
    at(page, 6)
    at(student, 6)
    page.keyboard.press("n")
    at(student, 0, iteration=1)
    student.keyboard.press("ArrowRight")
    at(student, 1, iteration=1)
    student.wait_for_selector("#following [data-following=off]")
    page.keyboard.press("End")
    at(page, 19, iteration=1)
    at(student, 1, iteration=1)
    student.keyboard.press("v")
    at(student, 19, iteration=1)


@STILL
def test_what_the_teacher_changes_is_seen_by_who_follows(open_page, student):
    page = open_page("?example=neuron&cursor=6")
    opened(student, shared(page, "following"))
    closed(page)
    live(student)
    at(student, 6)
    page.locator("svg.stage [data-node='0']").click()
    page.wait_for_selector(".chosen .settable")
    page.keyboard.press("e")
    page.wait_for_selector("form.change input:focus")
    page.keyboard.type("0.75")
    page.keyboard.press("Enter")
    student.wait_for_function("() => document.querySelector(\"[data-node='0'] .value\").dataset.exact === '0.75'")
    at(student, 1)
    page.keyboard.press("Control+z")
    student.wait_for_function("() => document.querySelector(\"[data-node='0'] .value\").dataset.exact === '0.5'")
    at(student, 6)


@STILL
def test_who_follows_sees_the_next_sample_too_and_undo_brings_the_one_before(open_page, student):
    page = open_page("?example=digits8&cursor=6")
    opened(student, shared(page, "following"))
    closed(page)
    live(student)
    at(student, 6)
    session = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    for wanted in (1, 2):
        page.keyboard.press("]")
        shows_sample(page, wanted)
        shows_sample(student, wanted)
        at(page, 6, iteration=0)
        at(student, 6)
    page.keyboard.press("[")
    shows_sample(student, 1)
    page.keyboard.press("Control+z")
    shows_sample(page, 2)
    shows_sample(student, 2)
    assert page.evaluate("() => new URLSearchParams(location.search).get('session')") == session
    # Who looks around alone takes another sample in a session of their own.
    student.keyboard.press("v")
    student.keyboard.press("]")
    shows_sample(student, 3)
    student.wait_for_function("(old) => !location.search.includes(old)", arg=session)
    shows_sample(page, 2)


def shows_sample(page, number):
    expect(page.locator("[data-command=sample]")).to_have_value(str(number), timeout=20_000)


@STILL
def test_where_streams_do_not_come_through_the_page_asks_instead(open_page, student, server):
    page = open_page("?example=neuron&cursor=6")
    link = shared(page, "following")
    closed(page)
    student.route(re.compile(r"/live$"), lambda route: route.fulfill(status=503, body=""))
    opened(student, link)
    student.wait_for_selector("#following [data-following=asking]")
    at(student, 6)
    page.keyboard.press("ArrowRight")
    at(page, 7)
    at(student, 7)


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
