"""The transport: grains, both directions, the place in the address."""

from tests.e2e.on_four_models.looking import EDGES, SETTLED, go, said
from tests.e2e.reading import CARDS, at, press


def test_steps_are_by_event_operation_layer_phase_and_training_step_in_both_directions(opened):
    page, run = opened
    keys = {"event": "index", "operation": "operation", "layer": "layer", "phase": "phase"}
    events = run.schedule.events
    for grain, key in keys.items():
        page.locator("[data-command=grain]").select_option(grain)
        page.evaluate("() => document.activeElement.blur()")
        numbers = [getattr(e, key) for e in events]
        ends = [i for i in range(1, len(events)) if numbers[i] != numbers[i - 1]] + [len(events)]
        assert page.evaluate("() => document.body.dataset.cursor") == "0"
        for end in ends[:3]:
            press(page, "ArrowRight", end)
        for end in reversed([0, *ends[:2]]) if len(ends) > 2 else [0]:
            press(page, "ArrowLeft" if len(ends) > 2 else "Home", end)
    page.locator("[data-command=grain]").select_option("iteration")
    page.evaluate("() => document.activeElement.blur()")
    press(page, "ArrowRight", run.schedule.length)


def test_the_place_is_in_the_address_and_a_reload_comes_back_to_it(opened):
    page, run = opened
    place = run.schedule.length * 2 // 3
    go(page, run, place)
    page.wait_for_function("(place) => new URLSearchParams(location.search).get('cursor') === String(place)", arg=place)
    page.reload()
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    at(page, place)


def test_the_grains_are_named_and_an_epoch_is_one_where_there_are_batches(opened, server):
    page, _ = opened
    grains = ["by event", "by operation", "by layer", "by phase", "by training step"]
    session = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    fed = page.request.get(f"{server}/api/v1/sessions/{session}").json()["data"]
    named = page.locator("[data-command=grain] option").all_text_contents()
    assert named == grains + (["by epoch"] if fed and fed["epoch"] > 1 else [])
    for command in ("start", "back", "play", "forward", "end"):
        assert page.locator(f"#transport [data-command={command}]").get_attribute("aria-label")


GAPS = """() => { let before = performance.now(); window.gaps = [];
  window.watch = new MutationObserver(() => { gaps.push(performance.now() - before); before = performance.now(); });
  window.watch.observe(document.body, { attributeFilter: ['data-cursor'] }); }"""
BEAT = 1500  # of speed 1, in ms


def test_play_walks_at_the_chosen_speed_until_it_is_paused(opened):
    page, _ = opened
    play = page.locator("#transport [data-command=play]")
    for speed, quickly in (("2", False), ("4", True)):
        page.locator("[data-command=speed]").select_option(speed)
        page.evaluate("() => document.activeElement.blur()")
        page.evaluate(GAPS)
        page.keyboard.press("Space")
        page.wait_for_selector("#transport [data-command=play][aria-pressed=true]")
        # A timer is never early, so at speed 2 no step takes less than its share; one at speed 4 does.
        page.wait_for_function("(most) => gaps.some((gap) => gap < most)", arg=BEAT / 2 * 0.95 if quickly else 60_000)
        page.keyboard.press("Space")
        page.wait_for_selector("#transport [data-command=play][aria-pressed=false]")
        assert quickly or min(page.evaluate("() => gaps")) >= BEAT / 2 * 0.95
        place = page.evaluate("() => document.body.dataset.cursor")
        page.evaluate(f"() => new Promise((done) => setTimeout(done, {BEAT / float(speed) * 1.3}))")
        assert page.evaluate("() => document.body.dataset.cursor") == place
        assert play.get_attribute("aria-pressed") == "false"
        page.evaluate("() => window.watch.disconnect()")
    page.locator("[data-command=speed]").select_option("1")
    page.evaluate("() => document.activeElement.blur()")


def looks(page):
    """Everything a step puts on the cards and the edges, and what is said of it."""
    place = int(page.evaluate("() => document.body.dataset.cursor"))
    return said(page, place)["sentence"] if place else None, page.evaluate(CARDS), page.evaluate(EDGES)


def test_the_timeline_drawn_along_by_pointer_shows_what_stepping_shows_from_either_side(opened):
    page, run = opened
    box = page.locator(".timeline").bounding_box()
    y = box["y"] + box["height"] / 2
    page.locator("[data-command=grain]").select_option("event")
    page.mouse.move(box["x"] + 2, y)
    page.mouse.down()
    for share in (0.9, 0.3, 0.6):
        page.mouse.move(box["x"] + share * box["width"], y, steps=5)
        page.evaluate(SETTLED)
        place = int(page.evaluate("() => document.body.dataset.cursor"))
        assert abs(place - share * run.schedule.length) <= 0.02 * run.schedule.length + 1
    page.mouse.up()
    drawn = looks(page)
    page.evaluate("() => document.activeElement.blur()")
    for away, back in (("ArrowLeft", "ArrowRight"), ("ArrowRight", "ArrowLeft")):
        press(page, away, place + (1 if away == "ArrowRight" else -1))
        press(page, back, place)
        assert looks(page) == drawn


def test_the_timeline_is_a_slider_of_the_keyboard_and_says_where_it_stands(opened):
    page, run = opened
    page.locator("[data-command=grain]").select_option("event")
    slider = page.locator(".timeline[role=slider]")
    slider.focus()
    for key, place in (("ArrowUp", 1), ("ArrowUp", 2), ("ArrowDown", 1), ("End", run.schedule.length), ("Home", 0)):
        press(page, key, place)
        page.wait_for_selector(f".timeline[aria-valuetext='step {place} of {run.schedule.length}']")


def test_past_the_end_lies_the_next_training_step_and_before_it_this_one(opened):
    page, run = opened
    press(page, "End", run.schedule.length)
    page.keyboard.press("ArrowRight")
    at(page, 0, iteration=1)
    page.keyboard.press("ArrowLeft")
    at(page, run.schedule.length, iteration=0)
