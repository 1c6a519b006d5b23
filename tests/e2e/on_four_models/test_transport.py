"""The transport: grains, both directions, the place in the address."""

from tests.e2e.on_four_models.looking import go
from tests.e2e.reading import at, press


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
