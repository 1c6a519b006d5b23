"""The gradients of a batch's samples, beside the one that the training step follows."""

import pytest

from tests.e2e.reading import at
from tests.e2e.training import api, session_of

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
NODE, ENTRY, STEP = "dense3.weight", "0,0", 3


CHOOSE = """(label) => Promise.all(['store', 'actions'].map((name) => import(`/static/js/${name}.js`))).then(
  ([store, actions]) => {
    const { id } = store.graph.value.nodes.find((one) => one.label === label);
    actions.select({ node: id, which: 'gradient', entry: null });
  })"""


def told(page):
    answer = page.request.get(f"{api(page)}/sample-gradients?node={NODE}&index={ENTRY}&iteration={STEP}")
    assert answer.ok, answer.text()
    return answer.json()


def opened(page, node):
    """Choose a parameter at the end of the step and open what its samples say."""
    page.keyboard.press("End")
    page.evaluate(CHOOSE, node)
    page.locator(".of-samples summary").click()


@STILL
def test_every_sample_has_its_gradient_beside_the_one_they_make_up(open_page):
    page = open_page(f"?example=training-loop&iteration={STEP}")
    opened(page, NODE)
    page.wait_for_selector(".one-by-one li")
    found = told(page)
    both = page.locator(".of-samples [data-together]")
    assert float(both.get_attribute("data-together")) == found["together"]
    assert float(both.locator("xpath=../b[2]").get_attribute("data-exact")) == found["recorded"]
    assert page.locator(".strip circle").count() == len(found["samples"]) == 32
    page.click("[data-command=all-samples]")
    rows = page.locator(".one-by-one li").evaluate_all(
        "(all) => all.map((one) => [Number(one.dataset.sample), Number(one.querySelector('.number').dataset.exact)])"
    )
    assert dict(rows) == {one["sample"]: one["gradient"] for one in found["samples"]}
    sizes = [abs(gradient) for _, gradient in rows]
    assert sizes == sorted(sizes, reverse=True)
    against = sum(one["gradient"] * found["together"] < 0 for one in found["samples"])
    assert page.locator(".strip .against").count() == against > 0
    assert "before it is clipped" in page.locator(".of-samples p").first.text_content()
    assert f"{against} of 32 would push the other way" in page.locator(".of-samples p").first.text_content()


@STILL
def test_a_sample_that_is_opened_alone_has_the_gradient_that_was_told(open_page):
    page = open_page(f"?example=frameworks-freeze&iteration={STEP}")
    opened(page, NODE)
    page.wait_for_selector(".one-by-one li")
    batch, one = session_of(page), max(told(page)["samples"], key=lambda one: abs(one["gradient"]))
    page.locator(f".one-by-one [data-sample='{one['sample']}'] [data-command=open-sample]").click()
    page.wait_for_function("(before) => !location.search.includes(before)", arg=batch)
    session = page.request.get(api(page)).json()
    assert session["data"]["sample"] == one["sample"]
    gradient = page.request.get(f"{api(page)}/tensors/{NODE}/gradient?iteration={session['iteration']}").json()["data"]
    assert gradient[0][0] == pytest.approx(one["gradient"], rel=1e-12)


@STILL
def test_the_samples_of_a_batch_lead_to_what_each_asks_of_a_parameter(open_page):
    page = open_page(f"?example=training-loop&iteration={STEP}&cursor=2&view=training")
    at(page, 2)
    page.keyboard.press("s")
    form = page.locator("dialog[open] .one-by-one-of")
    assert form.locator("select").input_value() == NODE  # the last weights there are
    form.locator("select").select_option("dense1.bias")
    form.locator("[data-command=one-by-one]").click()
    page.wait_for_selector("dialog", state="hidden")
    page.wait_for_selector("body[data-view=graph]")
    page.wait_for_selector(".of-samples[open] .one-by-one li")
    assert page.locator(".chosen h2").inner_text() == "dense1.bias"
    assert page.evaluate("() => document.body.dataset.phase") == "backward"  # its gradient stands there
    assert page.locator(".strip circle").count() == 32
    page.wait_for_function("() => document.activeElement.closest('.of-samples')")


@STILL
def test_where_samples_are_mixed_it_says_so(open_page):
    page = open_page("?example=batch-norm")
    opened(page, "dense1.weight")
    page.wait_for_selector(".of-samples .mixed")
    assert "normalises over the batch" in page.locator(".of-samples .mixed").text_content()
    assert all("416" in fault for fault in open_page.faults)
    open_page.faults.clear()


@STILL
def test_before_the_gradient_has_arrived_nothing_is_said_of_it(open_page):
    page = open_page("?example=training-loop&cursor=2")
    at(page, 2)
    page.evaluate(CHOOSE, NODE)
    page.wait_for_selector(".chosen .insight .nudge", state="attached")
    assert page.locator(".of-samples").count() == 0
