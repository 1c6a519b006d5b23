"""Walking through a training step in a real browser, both ways, with the engine beside it."""

import numpy as np
import pytest

from tests.e2e.reading import assert_cards_are_the_engines, at, cursor, engine_run, press

PAUSED = {"reduced_motion": "reduce"}


@pytest.fixture
def browser_context_args(browser_context_args):
    """Under reduced motion the page does not play by itself."""
    return {**browser_context_args, **PAUSED}


def ends_of_operations(run):
    numbers = [event.operation for event in run.schedule.events]
    return [*(i for i in range(1, len(numbers)) if numbers[i] != numbers[i - 1]), len(numbers)]


@pytest.mark.parametrize("example", ["neuron", "digits8"])
def test_a_whole_training_step_is_walked_both_ways_with_the_engines_numbers(open_page, example):
    run = engine_run(example)
    page = open_page(f"?example={example}")
    assert_cards_are_the_engines(page, run, 0)
    stops = ends_of_operations(run)
    for stop in stops:
        press(page, "ArrowRight", stop)
        assert_cards_are_the_engines(page, run, stop)
    for stop in [*stops[:-1][::-1], 0]:
        press(page, "ArrowLeft", stop)
        assert_cards_are_the_engines(page, run, stop)


def test_the_numbers_the_page_draws_from_are_the_engines_to_the_last_bit(page, open_page):
    answers = []
    page.on("response", lambda answer: answers.append(answer) if "/recording?" in answer.url else None)
    open_page("?example=digits8")
    received = np.frombuffer(answers[0].body(), "<f8")
    assert received.tobytes() == engine_run("digits8").recording.buffer.tobytes()


@pytest.mark.parametrize("example", ["square", "polynomial", "reuse", "chain", "linear-layer", "softmax-ce"])
def test_the_end_of_a_backward_pass_shows_the_engines_numbers(open_page, example):
    run = engine_run(example)
    page = open_page(f"?example={example}")
    press(page, "End", run.schedule.length)
    assert_cards_are_the_engines(page, run, run.schedule.length)


@pytest.mark.parametrize(
    ("example", "gradients"),
    [("square", {"x": 42, "w": 28, "b": 14}), ("polynomial", {"x": 17}), ("reuse", {"x": 12})],
)
def test_rows_1_to_3_of_the_course_stand_on_the_page(open_page, example, gradients):
    run = engine_run(example)
    page = open_page(f"?example={example}")
    press(page, "End", run.schedule.length)
    for label, gradient in gradients.items():
        row = page.locator(f'[data-node="{run.graph.find(label).id}"] [data-role="gradient"]')
        assert float(row.get_attribute("data-exact")) == gradient


def test_rows_4_and_5_of_the_course_stand_on_the_page(open_page):
    page = open_page("?example=chain")
    press(page, "End", engine_run("chain").schedule.length)
    assert page.locator('[data-node="0"] [data-role="gradient"]').text_content().endswith("−0.6140")
    page = open_page("?example=neuron")
    press(page, "End", 19)
    run = engine_run("neuron")
    shown = {n: page.locator(f'[data-node="{run.graph.find(n).id}"]') for n in "wbL"}
    assert shown["L"].locator('[data-role="value"]').text_content().endswith("0.06278")
    assert [shown[n].locator('[data-role="gradient"]').text_content()[-8:] for n in "wb"] == ["−0.08107"] * 2


def test_ten_updates_of_the_neuron_end_at_the_numbers_of_the_course(open_page):
    page = open_page("?example=neuron&iteration=10&cursor=19")
    at(page, 19, iteration=10)
    run = engine_run("neuron", iteration=10)
    assert_cards_are_the_engines(page, run, 19)
    assert page.locator(f'[data-node="{run.graph.loss.id}"] [data-role="value"]').text_content().endswith("0.02688")


def test_walking_past_the_end_begins_the_next_training_step_and_back_again(open_page):
    page = open_page("?example=neuron")
    press(page, "End", 19)
    press(page, "ArrowRight", 0)
    at(page, 0, iteration=1)
    assert_cards_are_the_engines(page, engine_run("neuron", iteration=1), 0)
    page.keyboard.press("ArrowLeft")
    at(page, 19, iteration=0)
    assert_cards_are_the_engines(page, engine_run("neuron"), 19)


def test_an_epoch_is_one_step_where_training_uses_batches(page, open_page, server):
    open_page("?example=training-loop-uncleared")
    page.wait_for_url("**session=**")
    session = f"{server}/api/v1/sessions/{page.evaluate('() => new URLSearchParams(location.search).get(`session`)')}"
    epoch = page.request.get(session).json()["data"]["epoch"]
    assert epoch == 5
    page.locator("[data-command=grain]").select_option("by epoch")
    page.evaluate("() => document.activeElement.blur()")
    length = page.request.get(f"{session}/schedule").json()["length"]
    for key, iteration, place in [
        ("ArrowRight", 4, length), ("ArrowRight", 9, length), ("ArrowLeft", 5, 0), ("ArrowLeft", 0, 0),
    ]:  # fmt: skip
        page.keyboard.press(key)
        at(page, place, iteration)


def test_a_reload_comes_back_to_the_same_place(open_page):
    page = open_page("?example=digits8")
    for stop in ends_of_operations(engine_run("digits8"))[:9]:
        press(page, "ArrowRight", stop)
    place = cursor(page)
    page.wait_for_function(f"() => new URLSearchParams(location.search).get('cursor') === '{place}'")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    at(page, place)
    assert_cards_are_the_engines(page, engine_run("digits8"), place)
