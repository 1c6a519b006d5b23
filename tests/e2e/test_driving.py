"""Who made a session moves it, without knowing of any token; everyone else only looks."""

import re

import pytest

from tests.e2e.reading import cursor


@pytest.fixture
def browser_context_args(browser_context_args):
    """Under reduced motion the page does not play by itself."""
    return {**browser_context_args, "reduced_motion": "reduce"}


def id_of(page):
    page.wait_for_url(re.compile("session="))
    return re.search(r"session=([\w-]+)", page.url)[1]


def place(page, server, id):
    found = page.request.get(f"{server}/api/v1/sessions/{id}").json()
    return found["iteration"], found["cursor"]


def test_the_page_that_made_a_session_moves_it_by_a_cookie_that_its_scripts_cannot_read(page, open_page, server):
    open_page("?example=neuron")
    id = id_of(page)
    with page.expect_response(lambda answer: answer.url.endswith("/seek") and answer.request.post_data_json["cursor"]):
        page.keyboard.press("ArrowRight")
    assert place(page, server, id) == (0, cursor(page)) != (0, 0)
    assert page.evaluate("document.cookie") == ""
    held = [c for c in page.context.cookies(f"{server}/api/v1/sessions/{id}") if c["name"] == "drive"]
    assert [(c["httpOnly"], c["sameSite"], c["path"]) for c in held] == [(True, "Strict", f"/api/v1/sessions/{id}")]


def test_who_opens_anothers_session_looks_at_it_and_moves_nothing(page, open_page, server, browser):
    open_page("?example=neuron")
    id = id_of(page)
    asked, faults = [], []
    with browser.new_context(reduced_motion="reduce") as stranger:
        other = stranger.new_page()
        other.on("request", lambda request: asked.append(request.url))
        other.on("pageerror", lambda error: faults.append(str(error)))
        other.goto(f"{server}/?session={id}")
        other.wait_for_selector("html[data-ready]", timeout=20_000)
        before = place(page, server, id)
        begun = cursor(other)
        other.keyboard.press("ArrowRight")
        other.wait_for_url(re.compile(r"cursor=[1-9]"))  # it has reported where it stands, to its own address
        assert cursor(other) > begun
        assert not [url for url in asked if url.endswith(("/seek", "/step"))]
        assert not other.locator(".notice").count()
    assert place(page, server, id) == before
    assert faults == []
