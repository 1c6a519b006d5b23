"""The chosen number asked why: zeros, terms, paths, nudges, where it was made, and whether everything follows."""

import math

import pytest

from engine import Explainer, Trace, explain_entry, nudge
from tests.e2e.reading import assert_rounded, at, engine_run

pytestmark = pytest.mark.browser_context_args(reduced_motion="reduce")


def opened(open_page, example, cursor):
    page = open_page(f"?example={example}&cursor={cursor}")
    at(page, cursor)
    return page


def choose(page, run, label):
    """Click a card; the service has told of its first entry once a nudge is offered."""
    node = run.graph.find(label)
    page.locator(f'#stage [data-node="{node.id}"]').first.dispatch_event("click")
    page.wait_for_selector(f".chosen header h2:text-is('{node.label}')")
    page.wait_for_selector(".insight .nudge")
    return node


def told(run, node, index):
    trace = Trace(run.graph, run.schedule, run.recording)
    return explain_entry(trace, Explainer(run.graph, run.schedule), node.id, index)


def exact(locator, name="data-exact"):
    return [float(text) for text in locator.evaluate_all(f"(all) => all.map((one) => one.getAttribute('{name}'))")]


def done(run, kind, **wanted):
    """The cursor right after the last event of a kind with these fields."""
    events = run.schedule.events
    return 1 + max(
        e.index for e in events if e.kind == kind and all(getattr(e, name) == value for name, value in wanted.items())
    )


# --- why is this zero? ---


@pytest.mark.parametrize(
    ("example", "label", "kind", "says"),
    [
        ("dying-relu", "z", "dead relu", "at and below 0 its slope is exactly 0"),
        ("digits8", "dense1.weight", "zero factor", "which is 0 wherever it gets to"),
    ],
)
def test_a_gradient_of_zero_says_why(open_page, example, label, kind, says):
    run = engine_run(example)
    page = opened(open_page, example, run.schedule.length)
    choose(page, run, label)
    page.wait_for_selector(f".why [data-reason='{kind}']")
    assert "Why is the gradient 0?" in page.locator(".why").text_content()
    assert says in page.locator(".why").text_content()


def test_a_value_of_zero_says_which_input_closed_the_relu(open_page):
    run = engine_run("dying-relu")
    page = opened(open_page, "dying-relu", run.schedule.length)
    choose(page, run, "a")
    said = page.locator(".why [data-reason='closed relu']").text_content()
    assert "z is −" in said
    assert "-" not in said


def test_what_never_gets_a_gradient_says_so_before_anything_is_computed(open_page):
    run = engine_run("neuron")
    page = opened(open_page, "neuron", 0)
    choose(page, run, "y")
    assert "Why is there no gradient?" in page.locator(".why").text_content()
    assert page.locator(".why [data-reason='not wanted']").count() == 1


def test_a_zero_that_is_not_computed_yet_is_not_explained(open_page):
    run = engine_run("digits8")
    page = opened(open_page, "digits8", 1)
    choose(page, run, "dense1.weight")
    assert page.locator(".why").text_content().strip() == ""


def test_a_reason_leads_to_the_card_where_the_gradient_ends(open_page):
    run = engine_run("dying-relu")
    page = opened(open_page, "dying-relu", run.schedule.length)
    choose(page, run, "z")
    page.locator(".why [data-command='show-node']").first.click()
    page.wait_for_selector(".chosen header h2:text-is('a')")


# --- sums written out ---


def test_an_entry_of_a_weights_gradient_shows_the_products_it_is_the_sum_of(open_page):
    run = engine_run("linear-layer")
    label = next(n.label for n in run.graph.nodes if n.op is None and n.role == "parameter" and len(n.shape) == 2)
    node = run.graph.find(label)
    page = opened(open_page, "linear-layer", run.schedule.length)
    choose(page, run, label)
    [part] = told(run, node, (0, 0)).parts
    page.wait_for_selector(".products.back summary")
    assert exact(page.locator(".products.back [data-term]")) == [term.value for term in part.products.shown]
    summary = page.locator(".products.back summary")
    assert summary.text_content() == f"The {part.products.count} terms of what came back through {part.label}"
    value = float(Trace(run.graph, run.schedule, run.recording).gradient(node.id, run.schedule.length)[0, 0])
    assert math.isclose(sum(term.value for term in part.products.shown) + part.products.rest, value, rel_tol=1e-12)
    # Before it came back there is nothing to spell out.
    page.keyboard.press("Home")
    page.wait_for_selector(".products.back", state="detached")


@pytest.mark.parametrize(
    ("example", "label"),
    [("neuron", "w"), ("digits8", "dense2.bias"), ("cnn", "conv2d1.weight"), ("lstm", "lstm1.weight_ih")],
)
def test_the_paths_to_the_loss_multiply_and_add_up_to_the_gradient(open_page, example, label):
    run = engine_run(example)
    page = opened(open_page, example, run.schedule.length)
    node = choose(page, run, label)
    insight = told(run, node, (0,) * len(node.shape))
    assert exact(page.locator(".ways [data-path]")) == [path.product for path in insight.paths.shown]
    assert page.locator(".ways li").first.locator(".factor").count() == len(insight.paths.shown[0].steps)
    assert exact(page.locator(".ways [data-total]"), "data-total") == [insight.paths.total]
    rest = exact(page.locator(".ways [data-rest]"), "data-rest")
    assert rest == ([insight.paths.rest] if insight.paths.rest_count else [])
    whole = sum(path.product for path in insight.paths.shown) + sum(rest)
    assert math.isclose(whole, insight.gradient, rel_tol=1e-9, abs_tol=1e-15)


def test_more_paths_than_a_dozen_are_counted(open_page):
    run = engine_run("cnn")
    page = opened(open_page, "cnn", run.schedule.length)
    choose(page, run, "conv2d1.weight")
    assert page.locator(".ways summary").text_content() == "All 480 paths to the loss"
    assert "and 468 more adding up to" in page.locator(".ways").text_content()


# --- nudge ---


@pytest.mark.parametrize(("example", "label"), [("neuron", "w"), ("cnn", "dense1.weight"), ("lstm", "dense1.bias")])
def test_a_nudge_sets_the_prediction_beside_the_true_change(open_page, example, label):
    run = engine_run(example)
    page = opened(open_page, example, run.schedule.length)
    node = choose(page, run, label)
    page.locator(".nudge summary").click()
    page.locator(".nudge input").fill("0.25")
    page.locator("[data-command='nudge']").click()
    page.wait_for_selector(".nudge [data-nudge]")
    expected = nudge(Trace(run.graph, run.schedule, run.recording), node.id, (0,) * len(node.shape), 0.25)
    for name in ("predicted", "change", "second_order", "remainder"):
        cell = page.locator(f".nudge [data-nudge='{name}']")
        assert exact(cell) == [getattr(expected, name)], name
        assert_rounded(cell.text_content(), getattr(expected, name))


def test_a_nudge_by_no_number_is_not_sent(open_page):
    run = engine_run("neuron")
    page = opened(open_page, "neuron", run.schedule.length)
    choose(page, run, "w")
    page.locator(".nudge summary").click()
    page.locator(".nudge input").fill("a little")
    assert page.locator("[data-command='nudge']").is_disabled()
    assert page.locator(".nudge input").get_attribute("aria-invalid") == "true"


# --- where a number was made ---


@pytest.mark.parametrize(("example", "label"), [("digits8", "z1")])
def test_the_chosen_card_leads_to_the_event_of_its_value(open_page, example, label):
    run = engine_run(example)
    page = opened(open_page, example, run.schedule.length)
    node = choose(page, run, label)
    kind = {"kind": "forward", "node": node.id} if node.op else {"kind": "assign", "param": node.id}
    page.locator(".origins [data-command='origin']", has_text="Made at").click()
    at(page, done(run, **kind))


def test_every_number_of_a_step_is_checked_on_demand(open_page):
    page = opened(open_page, "lstm", 20)
    page.locator("[data-command='verify']").click()
    page.wait_for_selector(".verify .passed")
    assert page.locator(".verify").text_content() == "✓ Every number here follows: checked."
    page.keyboard.press("n")
    at(page, 0, iteration=1)
    assert page.locator(".verify .passed").count() == 0
