"""Tensors: every number exactly, slices, how they are spread, and the text that NumPy reads."""

import json

import numpy as np
import pytest

from engine import Trace
from tests.e2e.on_four_models.looking import choose, exact, go
from tests.e2e.reading import assert_rounded

ENTRY = "dialog.tensor .entry"
CARRIED_BY_ONE_ANSWER = 4096


@pytest.fixture
def tensor(opened):
    """The parameter of most axes, of a neuron its weight, chosen at the end of the step; with its gradient."""
    page, run = opened
    go(page, run, run.schedule.length)
    trace = Trace(run.graph, run.schedule, run.recording)
    small = [n for n in run.graph.nodes if n.role == "parameter" and np.prod(n.shape) <= CARRIED_BY_ONE_ANSWER]
    node = max(small, key=lambda n: (len(n.shape), np.prod(n.shape), -n.id))
    array = trace.gradient(node.id, run.schedule.length)
    choose(page, node, "gradient")
    if array.shape:
        page.locator("[data-command='tensor']").click()
        page.wait_for_selector("[data-command='tensor-gradient'][aria-pressed='true']")
        page.wait_for_selector("dialog.tensor .exact[data-exact]")
    yield page, array
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.tensor", state="hidden")


def shows(page, array, index):
    """The number at this index stands there, exactly and rounded."""
    page.locator(f"{ENTRY} .index", has_text=json.dumps(index)).wait_for()
    assert exact(page, f"{ENTRY} .exact") == [float(array[tuple(index)])]
    assert_rounded(page.locator(f"{ENTRY} b").text_content(), float(array[tuple(index)]))


def test_keys_and_pointer_read_each_number_exactly_in_the_heat_map(tensor):
    page, array = tensor
    if not array.shape:  # one number: it stands there in full
        said = page.locator(".numbers.gradient .single .exact").text_content()
        assert float(said.replace("−", "-")) == float(array)
        return
    index = [0] * array.ndim
    page.locator("dialog.tensor .cells").focus()
    for key, axis in (("ArrowDown", -2), ("ArrowRight", -1), ("ArrowDown", -2)):
        index[axis] = min(array.shape[axis] - 1, index[axis] + 1)
        page.keyboard.press(key)
        shows(page, array, index)
    box = page.locator("dialog.tensor .cells").bounding_box()
    rows, columns = array.shape[-2:]
    page.mouse.move(box["x"] + box["width"] * 0.5 / columns, box["y"] + box["height"] * (rows - 0.5) / rows)
    shows(page, array, [*index[:-2], rows - 1, 0])


def test_of_more_than_two_axes_slices_are_chosen_by_the_others(tensor):
    page, array = tensor
    assert page.locator("dialog.tensor [data-axis]").count() == max(0, array.ndim - 2)
    if array.ndim > 2:
        last = [n - 1 for n in array.shape[:-2]]
        for axis, index in enumerate(last):
            page.locator(f"dialog.tensor [data-axis='axis {axis}']").fill(str(index))
        shows(page, array, [*last, 0, 0])
        page.locator("dialog.tensor [data-axes=rows]").select_option("0")
        page.locator("dialog.tensor .cells").focus()
        page.keyboard.press("ArrowDown")
        shows(page, array, [1] + [0] * (array.ndim - 1))


def test_the_histogram_counts_every_number_once(tensor):
    page, array = tensor
    if not array.shape:
        assert page.locator(".histogram").count() == 0  # one number is no spread
        return
    page.wait_for_selector(".histogram [data-count]", state="attached")
    counts = [int(n) for n in exact(page, ".histogram [data-count]", "data-count")]
    assert counts == np.histogram(array, bins=len(counts))[0].tolist()
    assert sum(counts) == array.size


def test_a_table_has_full_precision_on_demand(tensor):
    page, array = tensor
    if not array.shape:
        assert page.locator("dialog.tensor[open]").count() == 0
        return
    slice = array.reshape(-1, *array.shape[-2:])[0]
    page.locator("dialog.tensor .table summary").click()
    cells = page.locator("dialog.tensor .table tbody td")
    for text, number in zip(cells.all_text_contents(), slice.flat, strict=True):
        assert_rounded(text, float(number))
    page.locator("[data-command='precision']").check()
    wanted = [float(number) for number in slice.flat]
    read = "() => [...document.querySelectorAll('dialog.tensor .table tbody td')].map((td) => td.textContent)"
    page.wait_for_function(f"() => ({read})().some((text) => text.length > 9)")
    assert [float(text.replace("−", "-")) for text in page.evaluate(read)] == wanted


def test_what_is_copied_is_the_same_array_in_numpy(tensor):
    page, array = tensor
    page.evaluate("() => navigator.clipboard.writeText('nothing')")
    page.locator("[data-command='copy-numpy']").last.click()  # of a single number the gradient stands last
    page.locator(":is(.copy, .copy-one) [role=status]", has_text="Copied.").wait_for()
    copied = eval(page.evaluate("() => navigator.clipboard.readText()"), {"np": np})
    assert (copied.dtype, copied.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(copied, array)
