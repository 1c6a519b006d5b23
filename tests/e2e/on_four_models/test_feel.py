"""How it feels: nothing waits for the network, and what goes wrong is said and left again."""

import json
import re

from tests.e2e.on_four_models.looking import go
from tests.e2e.reading import CARDS, at, press

API, SESSIONS = "**/api/v1/**", "**/api/v1/sessions"
OTHER = "() => import('/static/js/opening.js').then((opening) => void opening.openExample('square'))"


def test_stepping_asks_the_service_for_no_numbers_again_and_the_session_follows(opened, server):
    page, run = opened
    press(page, "End", run.schedule.length)
    press(page, "Home", 0)
    asked = []

    def hear(request):
        if re.search(r"/(recording|schedule|graph|trace)\b", request.url):
            asked.append(request.url)

    page.on("request", hear)
    place = 0
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(before) => Number(document.body.dataset.cursor) > before", arg=place)
        place = int(page.evaluate("() => document.body.dataset.cursor"))
    page.remove_listener("request", hear)
    assert [url for url in asked if "iteration=1" not in url] == [], "the next training step may be fetched ahead"
    session = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    told = None
    for _ in range(100):
        told = page.request.get(f"{server}/api/v1/sessions/{session}").json()["cursor"]
        if told == place:
            break
        page.wait_for_timeout(100)
    assert told == place


def test_before_anything_is_computed_the_page_says_so(opened):
    page, run = opened
    assert page.locator(".explain h2").first.text_content() == f"{run.schedule.length} steps ahead"
    page.keyboard.press("t")
    page.locator("dialog.table .empty", has_text="Nothing has happened yet in this training step.").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.evaluate(f"() => import('/static/js/actions.js').then(({{ select }}) =>"
                  f" select({{ node: {run.graph.loss.id}, which: 'value', entry: null }}))")  # fmt: skip
    page.locator(".chosen .numbers.value .empty", has_text="not computed yet").wait_for()


def test_while_another_model_is_waited_for_or_refused_this_one_can_be_stepped(opened, faults):
    page, run = opened
    stood, held = page.evaluate(CARDS), []
    page.route(SESSIONS, lambda route: held.append(route))
    page.evaluate(OTHER)
    page.locator(".notice.quiet", has_text="Opening the model…").wait_for()
    place = ends(run)[0]
    press(page, "ArrowRight", place)
    detail = "10.0.0.7 has made 60 sessions in a minute, the most one may"
    held[0].fulfill(
        status=429, content_type="application/problem+json",
        body=json.dumps({"title": "Refused", "status": 429, "detail": detail}),
    )  # fmt: skip
    page.locator(".notice.problem", has_text=f"That did not work. {detail}.").wait_for()
    page.unroute(SESSIONS)
    press(page, "Home", 0)
    assert page.evaluate(CARDS) == stood
    page.locator("[data-command=dismiss]").click()
    page.wait_for_selector(".notice", state="detached")
    faults.clear()  # the browser's own words about what was refused


def test_a_lost_server_is_said_and_the_step_goes_on_and_it_recovers_at_the_same_place(opened, faults):
    page, run = opened
    place = run.schedule.length // 2
    go(page, run, place)
    page.route(API, lambda route: route.abort())
    page.locator("[data-command=grain]").select_option("event")
    page.evaluate("() => document.activeElement.blur()")
    press(page, "ArrowRight", place + 1)
    lost = page.locator(".notice.lost[role=alert]")  # an alert is read out at once
    lost.wait_for()
    assert "The server does not answer. What you see stays." in lost.text_content()
    press(page, "ArrowRight", place + 2)
    page.unroute(API)
    page.wait_for_selector(".notice", state="detached", timeout=30_000)
    assert page.locator("#spoken").text_content() == "The server answers again."
    at(page, place + 2, iteration=0)
    press(page, "ArrowLeft", place + 1)
    faults.clear()


def ends(run):
    numbers = [event.operation for event in run.schedule.events]
    return [*(i for i in range(1, len(numbers)) if numbers[i] != numbers[i - 1]), len(numbers)]
