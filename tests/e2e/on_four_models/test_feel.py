"""How it feels: nothing waits for the network."""

import re

from tests.e2e.reading import press


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
