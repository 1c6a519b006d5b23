"""A tensor by itself: heat map, slices, histogram, table in full precision, text for NumPy."""

import json

import numpy as np
import pytest

from engine import Trace
from tests.e2e.reading import at, engine_run

pytestmark = pytest.mark.browser_context_args(reduced_motion="reduce")


def opened(open_page, example, label, which="value"):
    """The tensor's dialog at the end of the step, and the array the engine says is in it."""
    run = engine_run(example)
    page = open_page(f"?example={example}&cursor={run.schedule.length}")
    at(page, run.schedule.length)
    node = run.graph.find(label)
    page.locator(f'#stage [data-node="{node.id}"]').first.dispatch_event("click")
    page.locator("[data-command='tensor']").click()
    page.wait_for_selector("dialog.tensor [data-exact]")
    if which == "gradient":
        page.locator("[data-command='tensor-gradient']").click()
        page.wait_for_selector("[data-command='tensor-gradient'][aria-pressed='true']")
        page.wait_for_selector("dialog.tensor [data-exact]")
    trace = Trace(run.graph, run.schedule, run.recording)
    return page, (trace.value if which == "value" else trace.gradient)(node.id, run.schedule.length)


def entry(page):
    """Where the mark stands, and the exact number said there."""
    said = page.locator("dialog.tensor .entry")
    return json.loads(said.locator(".index").text_content()), float(said.locator(".exact").get_attribute("data-exact"))


def shows(page, index):
    page.wait_for_function(
        "(text) => document.querySelector('dialog.tensor .entry .index')?.textContent === text",
        arg=json.dumps(list(index)),
        timeout=5_000,
    )


def test_any_two_axes_are_rows_and_columns(open_page):
    page, array = opened(open_page, "cnn", "conv2d2.weight")
    page.locator("dialog.tensor [data-axes=rows]").select_option("0")
    page.locator("dialog.tensor [data-axis='axis 2']").fill("1")
    page.locator("dialog.tensor .cells").focus()
    for key, index in (("ArrowDown", (1, 0, 1, 0)), ("ArrowDown", (2, 0, 1, 0)), ("ArrowRight", (2, 0, 1, 1))):
        page.keyboard.press(key)
        shows(page, index)
        assert entry(page) == (list(index), float(array[index]))
    # What the columns were changes places with the rows, so the same numbers lie on their side.
    page.locator("dialog.tensor [data-axes=columns]").select_option("0")
    page.locator("dialog.tensor [data-axis='axis 2']").fill("1")
    page.locator("dialog.tensor .cells").focus()
    shows(page, (0, 0, 1, 0))
    for key, index in (("ArrowRight", (1, 0, 1, 0)), ("ArrowDown", (1, 0, 1, 1))):
        page.keyboard.press(key)
        shows(page, index)
        assert entry(page) == (list(index), float(array[index]))
    assert page.locator("dialog.tensor [data-axes=rows]").input_value() == "3"


def test_many_rows_come_in_pages(open_page):
    page, array = opened(open_page, "digits", "dense1.weight")
    page.locator("[data-command='rows-after']").click()
    shows(page, (64, 0))
    assert entry(page)[1] == float(array[64, 0])
    assert page.locator("[data-command='copy-numpy']").text_content() == "Copy this slice as NumPy"


@pytest.mark.parametrize(("example", "label"), [("digits8", "x")])
def test_the_histogram_counts_every_number_once(open_page, example, label):
    page, array = opened(open_page, example, label)
    page.wait_for_selector(".histogram [data-count]", state="attached")
    counts = page.locator(".histogram [data-count]").evaluate_all(
        "(all) => all.map((one) => Number(one.dataset.count))"
    )
    expected, _ = np.histogram(array, bins=len(counts))
    assert counts == expected.tolist()
    assert sum(counts) == array.size
    zeros = int(np.count_nonzero(array == 0))
    aside = page.locator(".histogram [data-aside]")
    assert [aside.text_content()] == [f"{zeros} exactly 0"] if zeros else aside.count() == 0


def test_escape_closes_the_tensor_and_keeps_the_card(open_page):
    page, _ = opened(open_page, "digits8", "dense2.weight")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.tensor", state="hidden")
    assert page.locator(".chosen").count() == 1
