"""Numbers changed on the page: typed where they stand, sent with Enter, undone; refused in the service's own words."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Run
from tests.e2e.reading import assert_cards_are_the_engines, at, engine_run

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
EXACT = "([node, role]) => document.querySelector(`[data-node='${node}'] [data-role='${role}']`)?.dataset.exact ?? null"

GRADIENT = "(node) => document.querySelector(`[data-node='${node}'] .gradient text`).textContent"


def run_with(example, **values):
    """A run of an expression whose values were others from the start."""
    spec = EXAMPLES[example].spec
    model = {**spec["model"], "values": {**spec["model"]["values"], **values}}
    return Run(to_model(SpecRequest.model_validate({**spec, "model": model}), Settings())[0])


def node_of(run, label):
    return run.graph.find(label).id


def choose(page, node):
    page.locator(f"svg.stage [data-node='{node}']").click()
    page.wait_for_selector(".chosen")


def set_number(page, text):
    """Type into the form that is open, and send it."""
    page.wait_for_selector("form.change input")
    page.locator("form.change input").fill(text)
    page.keyboard.press("Enter")


def said(page, text):
    expect(page.locator(".notice.changed")).to_contain_text(text)


def refused(open_page, page, button):
    """Press what the service refuses; the browser has its own words about that."""
    with page.expect_console_message(lambda message: "422" in message.text):
        button.click()
    open_page.faults.clear()


def shows(page, node, number, role="value"):
    page.wait_for_function(f"([wanted, ...rest]) => ({EXACT})(rest) === wanted", arg=[str(number), str(node), role])


@STILL
def test_an_edge_is_cut_and_mended_and_what_is_cut_says_so(open_page):
    run = engine_run("neuron")
    page = open_page("?example=neuron&cursor=13")
    w, z = node_of(run, "w"), node_of(run, "z")
    product = run.graph.nodes[z].inputs[0]
    choose(page, z)
    page.locator(".ways-in summary").click()
    page.locator(f".ways-in [data-way='{z}:0'] [data-command=cut]").click()
    said(page, f"The edge from {run.graph.nodes[product].label} to z is cut: nothing goes back over it.")
    expect(page.locator(f".ways-in [data-way='{z}:0']")).to_contain_text("is cut: nothing goes back over it")
    edge = page.locator(f"[data-edge='{z}:0']")
    expect(edge).to_have_attribute("data-cut", "")
    assert edge.evaluate("(each) => getComputedStyle(each).markerStart") == 'url("#cut")'
    page.keyboard.press("End")
    expect(edge).to_have_attribute("aria-label", re.compile("it is cut: nothing goes back over it$"))
    assert edge.get_attribute("data-carried") == "forward"
    page.wait_for_function(
        "(node) => document.querySelector(`[data-node='${node}'] .gradient text`).textContent === '—'", arg=w
    )
    # What is cut off does not learn, and that is not called frozen.
    choose(page, w)
    expect(page.locator(".chosen .freeze")).to_have_text("Cut off: no gradient comes back to it, so it does not learn.")
    choose(page, z)
    page.locator(f".ways-in [data-way='{z}:0'] [data-command=mend]").click()
    said(page, "carries the gradient back again.")
    page.wait_for_function("() => document.querySelector('[data-cut]') === null")
    page.keyboard.press("End")
    at(page, run.schedule.length, iteration=0)
    assert_cards_are_the_engines(page, run, run.schedule.length)


@STILL
def test_one_parameter_of_a_frozen_layer_learns_again_then_the_whole_layer(open_page):
    run = engine_run("spiral")
    page = open_page("?example=spiral")
    weight = node_of(run, "dense1.weight")
    choose(page, weight)
    page.locator("[data-command=freeze-layer]").click()
    said(page, "dense1 is frozen: it does not learn.")
    page.locator("[data-command=unfreeze]").click()
    said(page, "dense1.weight learns again.")
    page.locator("[data-command=freeze]").wait_for()
    choose(page, node_of(run, "dense1.bias"))
    expect(page.locator(".chosen .freeze")).to_contain_text("Frozen: it does not learn.")
    page.locator("[data-command=unfreeze]").click()
    said(page, "dense1.bias learns again.")


@STILL
def test_a_weight_is_changed_where_it_stands_and_what_depended_on_it_is_cleared(open_page):
    run, changed = engine_run("neuron"), run_with("neuron", w=0.9)
    page = open_page("?example=neuron&cursor=13")
    w = node_of(run, "w")
    choose(page, w)
    page.locator(".chosen .settable").click()
    set_number(page, "0.9")
    said(page, "w is 0.9 now.")
    at(page, 1, iteration=0)  # the first event that reads w has not happened
    shows(page, w, 0.9)
    assert_cards_are_the_engines(page, changed, 1)
    page.keyboard.press("Control+z")
    said(page, "Undone.")
    at(page, 13)  # where it stood before the change
    shows(page, w, 0.5)
    assert_cards_are_the_engines(page, run, 13)
    page.keyboard.press("Control+Shift+z")
    said(page, "Made again.")
    shows(page, w, 0.9)
    page.keyboard.press("Control+z")
    shows(page, w, 0.5)
    page.keyboard.press("Control+y")
    shows(page, w, 0.9)
    assert page.get_by_role("button", name="Make the undone change again").is_disabled()
    page.keyboard.press("End")
    at(page, changed.schedule.length)
    assert_cards_are_the_engines(page, changed, changed.schedule.length)


@STILL
def test_by_keyboard_alone_an_input_and_a_target_are_changed(open_page):
    run = engine_run("neuron")
    page = open_page("?example=neuron&cursor=6")
    for label, typed in (("x", "−2"), ("y", "0,25")):
        page.locator(f"svg.stage [data-node='{node_of(run, label)}']").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".chosen .settable")
        page.keyboard.press("e")
        page.wait_for_selector("form.change input:focus")
        page.keyboard.type(typed)  # what stood there is selected
        page.keyboard.press("Enter")
        said(page, f"{label} is {typed} now.")
    changed = run_with("neuron", x=-2.0, y=0.25)
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("End")
    at(page, changed.schedule.length)
    assert_cards_are_the_engines(page, changed, changed.schedule.length)


@STILL
def test_escape_leaves_a_number_as_it_was_and_no_number_is_not_sent(open_page):
    run = engine_run("neuron")
    page = open_page("?example=neuron&cursor=6")
    choose(page, node_of(run, "b"))
    page.keyboard.press("e")
    page.locator("form.change input").fill("a lot")
    expect(page.locator("form.change [type=submit]")).to_be_disabled()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("form.change")).to_have_count(0)
    at(page, 6)
    assert_cards_are_the_engines(page, run, 6)


@STILL
def test_what_the_service_refuses_is_said_in_its_words_and_nothing_changes(open_page):
    run = engine_run("neuron")
    page = open_page("?example=neuron&cursor=6")
    page.keyboard.press("o")
    page.locator("[name=learning_rate]").fill("-1")
    refused(open_page, page, page.get_by_role("button", name="Train with this"))
    expect(page.locator("dialog.setup [role=alert]")).to_contain_text("Input should be greater than 0")
    page.keyboard.press("Escape")
    at(page, 6)
    assert_cards_are_the_engines(page, run, 6)
    expect(page.locator(".where")).to_contain_text("learning rate 0.5")
    assert page.locator("[data-command=undo]").count() == 0


@STILL
def test_a_parameter_that_was_updated_is_changed_for_the_training_step_after(open_page):
    run = engine_run("neuron")
    length = run.schedule.length
    page = open_page(f"?example=neuron&cursor={length}")
    choose(page, node_of(run, "w"))
    page.keyboard.press("e")
    expect(page.locator("form.change")).to_contain_text("Training step 1 begins with it")
    set_number(page, "-1")
    at(page, 0, iteration=1)
    shows(page, node_of(run, "w"), -1)
    page.keyboard.press("b")
    at(page, 0, iteration=0)
    assert_cards_are_the_engines(page, run, 0)  # the step before is as it was


@STILL
def test_another_optimizer_trains_from_here_on_and_the_step_has_its_lines(open_page):
    page = open_page("?example=neuron&cursor=6")
    page.get_by_role("button", name="sgd, learning rate 0.5").click()
    page.locator("[name=optimizer]").select_option("adam")
    page.locator("[name=learning_rate]").fill("0.1")
    page.locator("[name=beta1]").fill("0.8")
    page.get_by_role("button", name="Train with this").click()
    said(page, "adam trains from here on, with the learning rate 0.1.")
    expect(page.locator(".where")).to_contain_text("adam, learning rate 0.1")
    at(page, 0)
    spec = {**EXAMPLES["neuron"].spec, "optimizer": {"name": "adam", "learning_rate": 0.1, "beta1": 0.8}}
    changed = Run(to_model(SpecRequest.model_validate(spec), Settings())[0])
    page.keyboard.press("End")
    at(page, changed.schedule.length)
    assert_cards_are_the_engines(page, changed, changed.schedule.length)
    expect(page.locator(".explain .say")).to_contain_text("b takes its step")


@STILL
@pytest.mark.parametrize("example", ["digits8", "cnn", "lstm"])
def test_one_entry_of_a_weight_is_changed_and_the_others_stay(open_page, server, example):
    run = engine_run(example)
    weight = next(n for n in run.graph.nodes if n.role == "parameter" and len(n.shape) > 1)
    page = open_page(f"?example={example}&cursor=3")
    if not page.locator(f"svg.stage [data-node='{weight.id}']").count():
        page.locator("svg.stage [data-group]").first.click()
    choose(page, weight.id)
    page.keyboard.press("e")
    set_number(page, "0.25")
    said(page, f"{weight.label}[{', '.join('0' for _ in weight.shape)}] is 0.25 now.")
    page.wait_for_function("() => document.querySelector('.chosen .entry b').textContent === '0.2500'")
    session = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    tensor = page.request.get(
        f"{server}/api/v1/sessions/{session}/tensors/{weight.id}/value?iteration=0&cursor=0"
    ).json()
    wanted = np.array(run.recording.buffer[run.schedule.values[weight.id].offset :][: np.prod(weight.shape)])
    wanted[0] = 0.25
    assert np.array_equal(np.ravel(tensor["data"]), wanted)
    page.get_by_role("button", name="All numbers").click()
    page.get_by_role("button", name="Change it").click()
    set_number(page, "-0.5")
    said(page, f"{weight.label}[{', '.join('0' for _ in weight.shape)}] is -0.5 now.")


@STILL
def test_what_is_frozen_gets_no_gradient_until_it_may_learn_again(open_page):
    run = engine_run("digits8")
    page = open_page("?example=digits8")
    weight, bias = (run.graph.find(f"dense1.{name}").id for name in ("weight", "bias"))
    choose(page, weight)
    page.get_by_role("button", name="Freeze the layer dense1").click()
    said(page, "dense1 is frozen: it does not learn.")
    expect(page.locator(".chosen")).to_contain_text("Frozen: it does not learn.")
    page.keyboard.press("End")
    page.wait_for_function(
        f"(nodes) => nodes.map((node) => ({GRADIENT})(node) === '—').join() === 'true,true,false'",
        arg=[weight, bias, run.graph.find("dense2.weight").id],
    )
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Freeze the layer dense1")).to_be_visible()
    page.get_by_role("button", name="Freeze dense1.weight", exact=True).click()
    said(page, "dense1.weight is frozen: it does not learn.")
    page.get_by_role("button", name="Let it learn again").click()
    said(page, "dense1.weight learns again.")


@STILL
def test_another_label_and_another_sample_are_trained_on(open_page):
    run = engine_run("digits8")
    loss = run.graph.loss.id
    page = open_page("?example=digits8&cursor=7")
    shows(page, loss, float(run.recording.buffer[run.schedule.values[loss].offset]))
    before = page.evaluate(EXACT, [str(loss), "value"])
    page.keyboard.press("o")
    page.locator("[name=label]").select_option("4")
    page.get_by_role("button", name="Call it that").click()
    said(page, "This sample is a 4 now.")
    expect(page.locator("#top .sample")).to_contain_text("a 4")
    at(page, 0)
    page.keyboard.press("End")
    page.wait_for_function(
        f"([was, ...rest]) => ![was, null].includes(({EXACT})(rest))", arg=[before, str(loss), "value"]
    )
    page.keyboard.press("o")
    page.locator("[name=sample]").fill("5")
    page.get_by_role("button", name="Train on it").click()
    said(page, "Sample 5 alone is trained on from here on.")
    expect(page.locator("#top .sample input")).to_have_value("5")
    page.keyboard.press("o")
    page.locator("[name=sample]").fill("99999")
    refused(open_page, page, page.get_by_role("button", name="Train on it"))
    expect(page.locator("dialog.setup [role=alert]")).to_contain_text("99999")


@STILL
def test_who_only_follows_is_offered_nothing_to_change(open_page, browser, server):
    page = open_page("?example=neuron&cursor=6")
    page.wait_for_url("**session=**")
    session = page.evaluate("() => new URLSearchParams(location.search).get('session')")
    other = browser.new_context(reduced_motion="reduce").new_page()
    other.goto(f"{server}/?session={session}&cursor=6")
    other.wait_for_selector("html[data-ready]")
    other.locator("svg.stage [data-node='0']").click()
    other.wait_for_selector(".chosen .single")
    other.keyboard.press("e")
    other.keyboard.press("o")
    for nothing in (
        ".settable",
        "[data-command=freeze]",
        "[data-command=setup]",
        "[data-command=undo]",
        "form.change",
        "dialog[open]",
    ):
        expect(other.locator(nothing)).to_have_count(0)
    expect(other.locator(".where")).to_contain_text("sgd, learning rate 0.5")
    other.context.close()
