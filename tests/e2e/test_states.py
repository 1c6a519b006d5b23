"""What the page says while it opens a model and where that does not work: each state is designed, and left again."""

import json
import re

import pytest

from tests.e2e.reading import at, cursor, press

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
SESSIONS = "**/api/v1/sessions"
API = "**/api/v1/**"
OPEN = "(example) => import('/static/js/opening.js').then((opening) => void opening.openExample(example))"


def said(page):
    return re.sub(r"\s+", " ", page.locator("#notices").text_content()).strip()


def refuse(status, detail):
    body = json.dumps({"title": "Refused", "status": status, "detail": detail})
    return lambda route: route.fulfill(status=status, content_type="application/problem+json", body=body)


def stands_within(page, selector, host):
    inner, outer = page.locator(selector).bounding_box(), page.locator(host).bounding_box()
    assert outer["x"] <= inner["x"]
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    assert inner["y"] + inner["height"] <= outer["y"] + outer["height"]


@pytest.fixture(params=[(1280, 720), (390, 844)], ids=["desk", "phone"])
def sized(page, request):
    page.set_viewport_size({"width": request.param[0], "height": request.param[1]})
    return page


def test_the_opening_is_one_sentence_and_one_key_over_a_graph_that_walks(sized, open_page):
    page = open_page()
    page.wait_for_selector(".invitation")
    assert said(page) == "This neuron is walking through one training step.Press → to take a step yourself"
    assert page.locator("#notices button").count() == 1
    stands_within(page, ".invitation", "#stage")
    page.wait_for_function("() => Number(document.body.dataset.cursor) >= 1", timeout=30_000)
    page.locator("#notices button").click()
    page.wait_for_selector(".invitation", state="detached")
    assert cursor(page) >= 2


@STILL
def test_a_model_that_takes_its_time_is_said_to_be_opening(sized, server):
    page, held = sized, []
    page.route(SESSIONS, lambda route: held.append(route))
    page.goto(f"{server}/?example=neuron")
    page.wait_for_selector(".notice.quiet.alone")
    assert said(page).startswith("Opening the model…")
    page.wait_for_selector(".patience")
    stands_within(page, ".notice", "#stage")
    assert page.locator("#transport .round:enabled").count() == 0
    held[0].continue_()
    page.wait_for_selector("svg.stage [data-node]")
    page.wait_for_selector(".notice", state="detached")


@STILL
def test_an_example_that_there_is_not_is_named_and_the_gallery_has_the_others(sized, server):
    page = sized
    page.goto(f"{server}/?example=nothing")
    page.wait_for_selector(".notice.unknown")
    assert said(page).startswith("There is no example 'nothing'. The gallery has those there are.")
    stands_within(page, ".notice", "#stage")
    page.locator(".notice [data-command=gallery]").click()
    page.locator("[data-example=neuron]").click()
    page.wait_for_selector("svg.stage [data-node]")
    page.wait_for_selector(".notice", state="detached")


@STILL
def test_a_session_that_the_server_forgot_is_made_again_at_the_same_place(sized, open_page):
    page = sized
    open_page("?example=neuron&cursor=5")
    page.wait_for_url(re.compile("session="))
    before = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    page.route("**/api/v1/sessions/**", refuse(404, f"there is no session '{before}'"))
    press(page, "ArrowRight", 6)
    page.wait_for_selector(".notice.unknown")
    assert said(page).startswith("The server no longer knows this session.")
    stands_within(page, ".notice", "#stage")
    page.unroute("**/api/v1/sessions/**")
    page.locator("[data-command=reopen]").click()
    page.wait_for_selector(".notice", state="detached")
    page.wait_for_function("(old) => !location.search.includes(old)", arg=before)
    at(page, 6, iteration=0)
    open_page.faults.clear()  # the browser's own words about what was refused


@STILL
def test_a_lost_session_is_made_again_with_its_changes_where_it_stood(open_page):
    page = open_page("?example=neuron&cursor=13")
    page.wait_for_url(re.compile("session="))
    before = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    page.locator("svg.stage [data-node='0']").click()
    page.locator(".chosen .settable").click()
    page.locator("form.change input").fill("0.75")
    page.keyboard.press("Enter")
    page.wait_for_function(SHOWS, arg="0.75")
    page.keyboard.press("n")
    at(page, 0, iteration=1)
    page.evaluate("async () => { window.seen = await import('/static/js/store.js'); }")
    page.wait_for_function("(id) => seen.kept.value?.id === id && seen.kept.value.text.includes('0.75')", arg=before)
    weight = page.evaluate(WEIGHT)
    page.route(f"**/api/v1/sessions/{before}/**", refuse(404, f"there is no session '{before}'"))
    press(page, "ArrowRight", 1)
    page.wait_for_selector(".notice.unknown")
    page.locator("[data-command=reopen]").click()
    page.wait_for_function("(old) => !location.search.includes(old)", arg=before)
    at(page, 1, iteration=1)
    page.wait_for_selector(".notice", state="detached")
    assert page.evaluate(WEIGHT) == weight
    page.keyboard.press("b")
    at(page, 0, iteration=0)
    page.wait_for_function(SHOWS, arg="0.75")
    open_page.faults.clear()


WEIGHT = "() => document.querySelector(\"[data-node='0'] .value\").dataset.exact"
SHOWS = f"(wanted) => ({WEIGHT})() === wanted"


@STILL
def test_a_page_that_finds_no_server_opens_as_soon_as_there_is_one(sized, server):
    page = sized
    page.route(API, lambda route: route.abort())
    page.goto(f"{server}/?example=neuron")
    page.wait_for_selector(".notice.lost.alone")
    assert "opens as soon as it does" in said(page)
    stands_within(page, ".notice", "#stage")
    page.unroute(API)
    page.wait_for_selector("svg.stage [data-node]", timeout=30_000)
    page.wait_for_selector(".notice", state="detached")


@STILL
def test_what_the_server_refuses_is_said_in_its_words_and_what_stood_stays(sized, open_page):
    page = sized
    open_page("?example=neuron&cursor=5")
    page.route(SESSIONS, refuse(429, "10.0.0.7 has made 60 sessions in a minute, the most one may"))
    page.evaluate(OPEN, "square")
    page.wait_for_selector(".notice.problem")
    assert said(page).startswith("That did not work. 10.0.0.7 has made 60 sessions in a minute, the most one may.")
    stands_within(page, ".notice", "#stage")
    press(page, "ArrowRight", 6)
    page.locator("[data-command=dismiss]").click()
    page.wait_for_selector(".notice", state="detached")
    open_page.faults.clear()


@STILL
def test_a_first_model_that_is_refused_can_be_tried_again(page, server):
    page.route(SESSIONS, refuse(503, "64 requests are being answered; try again"))
    page.goto(f"{server}/?example=neuron")
    page.wait_for_selector(".notice.problem.alone")
    page.unroute(SESSIONS)
    page.locator("[data-command=again]").click()
    page.wait_for_selector("svg.stage [data-node]")


@STILL
def test_a_dialog_that_cannot_be_fetched_takes_no_keys_and_opens_later(page, open_page):
    open_page("?example=neuron")
    page.wait_for_load_state("networkidle")
    page.route("**/static/js/ui/*.js", lambda route: route.abort())
    page.keyboard.press("?")
    page.wait_for_selector(".notice.lost")
    press(page, "ArrowRight", 1)
    page.unroute("**/static/js/ui/*.js")
    page.wait_for_selector(".notice", state="detached", timeout=30_000)
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open] dd")
    open_page.faults.clear()


@STILL
def test_only_its_own_end_closes_a_dialog(open_page):
    page = open_page("?example=neuron")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open] dd")
    # The browser tells that one has closed when another is open already.
    page.evaluate("""async () => {
      const { dialog } = await import('/static/js/store.js');
      const help = document.querySelector('dialog.help');
      const told = new Promise((resolve) => help.addEventListener('close', resolve, { once: true }));
      help.close();
      dialog.value = 'share';
      await told;
    }""")
    page.wait_for_selector("dialog.share[open] [name=session-file]", state="attached")
    # A file that is not chosen after all ends the choosing, not the dialog.
    page.evaluate("""() => document.querySelector('dialog.share [name=session-file]')
      .dispatchEvent(new Event('cancel', { bubbles: true }))""")
    assert page.evaluate("async () => (await import('/static/js/store.js')).dialog.value") == "share"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open] dd")
