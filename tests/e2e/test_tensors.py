"""A tensor by itself: heat map, slices, histogram, table in full precision, text for NumPy."""

import json

import numpy as np
import pytest

from engine import Trace
from tests.e2e.reading import assert_rounded, at, engine_run

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


@pytest.mark.parametrize(
    ("example", "label", "which"), [("digits8", "dense1.weight", "value"), ("lstm", "lstm1.weight_hh", "gradient")]
)
def test_arrow_keys_read_every_entry_exactly_and_leave_the_step_alone(open_page, example, label, which):
    page, array = opened(open_page, example, label, which)
    before = page.evaluate("() => document.body.dataset.cursor")
    cells = page.locator("dialog.tensor .cells")
    cells.focus()
    for key, index in (("ArrowRight", (0, 1)), ("ArrowDown", (1, 1)), ("ArrowLeft", (1, 0))):
        page.keyboard.press(key)
        shows(page, index)
        assert entry(page) == (list(index), float(array[index]))
    assert_rounded(page.locator("dialog.tensor .entry b").text_content(), float(array[1, 0]))
    assert cells.get_attribute("aria-valuetext").startswith("row 1, column 0: ")
    assert page.evaluate("() => document.body.dataset.cursor") == before


def test_the_pointer_reads_the_entry_under_it(open_page):
    page, array = opened(open_page, "digits8", "dense2.weight")
    box = page.locator("dialog.tensor .cells").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 3.5 / 10, box["y"] + box["height"] * 5.5 / 16)
    shows(page, (5, 3))
    assert entry(page)[1] == float(array[5, 3])


def test_leading_axes_choose_the_slice(open_page):
    page, array = opened(open_page, "cnn", "conv2d2.weight")
    assert array.shape == (3, 2, 2, 2)
    page.locator("dialog.tensor [data-axis='axis 0']").fill("2")
    page.locator("dialog.tensor [data-axis='axis 1']").fill("1")
    shows(page, (2, 1, 0, 0))
    assert entry(page)[1] == float(array[2, 1, 0, 0])


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


@pytest.mark.parametrize(("example", "label"), [("digits8", "x"), ("cnn", "conv2d1.weight")])
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


def test_the_table_shows_full_precision_on_demand(open_page):
    page, array = opened(open_page, "digits8", "dense2.weight")
    page.locator("dialog.tensor .table summary").click()
    cells = page.locator("dialog.tensor .table tbody td")
    assert_rounded(cells.nth(11).text_content(), float(array[1, 1]))
    page.locator("[data-command='precision']").check()
    page.wait_for_function(
        "(all) => document.querySelectorAll('dialog.tensor tbody td').length === all", arg=array.size
    )
    shown = [text.replace("−", "-") for text in cells.all_text_contents()]
    assert [float(text) for text in shown] == array.reshape(-1).tolist()


@pytest.mark.parametrize(("example", "label"), [("digits8", "dense2.weight"), ("cnn", "conv2d1.weight")])
def test_what_is_copied_is_the_array_in_numpy(open_page, example, label):
    page, array = opened(open_page, example, label)
    page.locator("[data-command='copy-numpy']").click()
    text = page.locator("dialog.tensor textarea").text_content()
    assert text.startswith("np.array([")
    copied = eval(text, {"np": np})
    assert copied.dtype == array.dtype
    np.testing.assert_array_equal(copied, array)


def test_escape_closes_the_tensor_and_keeps_the_card(open_page):
    page, _ = opened(open_page, "digits8", "dense2.weight")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.tensor", state="hidden")
    assert page.locator(".chosen").count() == 1
