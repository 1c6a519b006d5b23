"""The first load: how much script it brings, and what can be done before the rest is here."""

import re

import pytest

from tests.e2e.reading import press

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
BUDGET = 250_000
SCRIPT = re.compile(r"\.js$")
# What the page asks for once its first picture stands; fonts may come when they like.
REST = re.compile(r"/static/vendor/katex\.|\.woff2$|/api/v1/examples$")
# What is only wanted once somebody does something.
LATER = {"scene/network/view.js", "panels/code-view.js", "panels/selection.js", "ui/palette.js", "ui/table.js"}


def scripts_of(page):
    """Address and compressed size of every script that comes, those of workers too."""
    found = {}

    def note(response):
        if SCRIPT.search(response.url):
            assert response.headers["content-encoding"] == "gzip", response.url
            found[response.url] = int(response.headers["content-length"])

    page.on("response", note)
    return found


def names_in(found):
    return {url.partition("/static/js/")[2] for url in found}


def test_the_first_load_brings_less_than_250_kilobytes_of_compressed_script(page, open_page):
    found = scripts_of(page)
    open_page()
    page.wait_for_function("() => Number(document.body.dataset.cursor) >= 2", timeout=30_000)
    page.wait_for_selector("#panel .katex")
    page.wait_for_load_state("networkidle")
    assert any(url.endswith("/vendor/katex.js") for url in found)
    assert {"model/layout-worker.js", "model/layout/order.js"} <= names_in(found)
    assert names_in(found).isdisjoint(LATER)
    assert sum(found.values()) < BUDGET, sorted(found.items(), key=lambda each: -each[1])


@STILL
def test_there_is_something_to_step_before_the_rest_arrives(page, server):
    held = []
    page.route(REST, lambda route: held.append(route))
    page.goto(server, wait_until="commit")
    page.wait_for_selector("svg.stage [data-node] .row.value.known")
    for place in (1, 2, 3):
        press(page, "ArrowRight", place)
    page.wait_for_selector(".card[data-live=forward] .row.value.known")
    page.wait_for_function("() => document.querySelector('.say:not(.waiting)')?.textContent.length > 10")
    assert any("katex.js" in route.request.url for route in held)
    assert page.locator(".katex").count() == 0
    for route in held:
        route.continue_()
    page.unroute(REST)
    page.wait_for_selector("#panel .katex")


@STILL
def test_what_the_first_picture_does_without_is_fetched_once_somebody_begins(page, open_page):
    found = scripts_of(page)
    open_page("?example=neuron")
    page.wait_for_load_state("networkidle")
    assert names_in(found).isdisjoint(LATER)
    with page.expect_response(re.compile("panels/code-view.js")):
        page.keyboard.press("ArrowRight")
    page.wait_for_load_state("networkidle")
    assert names_in(found) >= LATER
