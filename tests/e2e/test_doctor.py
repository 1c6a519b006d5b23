"""The doctor on the page: the engine's verdict and numbers, mistakes named at their event, every gradient ticked."""

import numpy as np
import pytest
from playwright.sync_api import expect

from app.lessons import EXAMPLES
from app.models import Amendment, to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Run, Trace, check, diagnose, verify, ways
from tests.e2e.reading import assert_cards_are_the_engines, at, engine_run

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
CELLS = """(layer) => Object.fromEntries([...document.querySelectorAll(`[data-layer="${layer}"] [data-number]`)]
  .map((cell) => [cell.dataset.number, cell.dataset.exact]))"""
CHANGED = "() => import('/static/js/store.js').then(({ revising }) => !revising.value)"


def broken_run(example, fault, iteration=0):
    spec = SpecRequest.model_validate(EXAMPLES[example].spec)
    run = Run(to_model(spec, Settings(), amendment=Amendment(fault=fault))[0])
    for _ in range(iteration):
        run.advance()
    return run


def trace_of(run):
    return Trace(run.graph, run.schedule, run.recording)


def doctor(page, part, shows):
    page.keyboard.press("h")
    page.wait_for_selector("dialog.doctor[open]")
    page.locator(f"[data-part={part}]").click()
    page.wait_for_selector(shows)


def number(text):
    return float(text.replace("Infinity", "inf"))


def close(page):
    page.keyboard.press("Escape")
    page.wait_for_function("() => import('/static/js/store.js').then(({ dialog }) => dialog.value === null)")


def assert_table_is(page, told):
    for layer in told.layers:
        cells = page.evaluate(CELLS, layer.name)
        for name in ("gradient", "parameters", "zeros", "saturated", "update"):
            expected = getattr(layer, name)
            assert (name in cells) == (expected is not None)
            assert expected is None or number(cells[name]) == expected
        assert int(cells.get("dead", 0)) == len(layer.dead)


@STILL
@pytest.mark.parametrize(
    ("example", "verdict", "column"),
    [("neuron", "healthy", None), ("vanishing", "vanishing", "gradient"), ("dying-relu-units", "dying", "dead")],
)
def test_the_verdict_and_the_numbers_of_every_layer_are_the_engines(open_page, example, verdict, column):
    told = diagnose(trace_of(engine_run(example)))
    page = open_page(f"?example={example}")
    doctor(page, "verdict", f".diagnosis[data-verdict={verdict}]")
    assert told.verdict == verdict
    assert_table_is(page, told)
    first = page.locator("[data-finding]").first
    expect(first).to_contain_text(told.findings[0].sentence.split("e-")[0])
    decided = page.evaluate("() => [...document.querySelectorAll('td.decided')].map((cell) => cell.dataset.number)")
    assert decided == ([column] if column else [])
    if column:
        assert number(first.locator("[data-number=value]").get_attribute("data-exact")) == told.findings[0].value
        assert page.locator(".remedies li").count() == len(told.remedies)
        link = page.locator(f'[data-layer="{told.findings[0].layer}"] [data-command=show-node]')
        node = int(link.get_attribute("data-node-shown"))
        link.click()
        expect(page.locator(".chosen h2")).to_have_text(engine_run(example).graph.nodes[node].label)


@STILL
def test_a_remedy_is_tried_in_a_twin(open_page):
    page = open_page("?example=dying-relu-units")
    doctor(page, "verdict", ".remedies [data-command=twin-remedy]")
    page.locator("[data-command=twin-remedy]").first.click()
    page.wait_for_selector("body[data-view=compare]")
    page.wait_for_selector("dialog.doctor:not([open])", state="attached")


@STILL
def test_weights_that_all_begin_as_zero_are_called_one_unit(open_page):
    page = open_page("?example=spiral")
    doctor(page, "break", "[data-command=open-zeros]")
    page.locator("[data-command=open-zeros]").click()
    page.wait_for_selector(".diagnosis[data-verdict=symmetric]")
    expect(page.locator("[data-finding=symmetry]")).to_contain_text("All units of dense1 have the same weights")
    expect(page.locator('[data-layer="dense1"] th')).to_have_class("decided")
    # A lesson of the course shows it too, and its units stay one while they learn.
    close(page)
    page.keyboard.press("g")
    page.locator("dialog.gallery input[name=words]").fill("begin as zero")
    page.keyboard.press("Enter")
    page.wait_for_function("(title) => document.title.startsWith(title)", arg=EXAMPLES["symmetry"].title)
    page.keyboard.press("n")
    at(page, 0, iteration=1)
    doctor(page, "verdict", ".diagnosis[data-verdict=symmetric]")
    expect(page.locator("[data-finding=symmetry]")).to_contain_text("All units of dense1 have the same weights")
    expect(page.locator(".remedies [data-command=twin-remedy]")).to_have_count(1)


FAULTS = {"neuron": ("no_slope", "uphill", "no_zero_grad"), "reuse": ("overwrite",), "regularisation": ("fresh_mask",)}


@STILL
@pytest.mark.parametrize("example", FAULTS)
def test_each_mistake_is_named_at_its_event_with_what_stands_there_and_what_follows(open_page, example):
    page = open_page(f"?example={example}")
    doctor(page, "break", "[data-fault]")
    offered = page.evaluate("() => [...document.querySelectorAll('[data-fault]')].map((each) => each.dataset.fault)")
    assert set(FAULTS[example]) <= set(offered)
    for fault in FAULTS[example]:
        later = fault == "no_zero_grad"  # the first step has nothing left over
        said = verify(trace_of(broken_run(example, fault, int(later))))
        page.locator(f"[data-fault={fault}]").click()
        page.wait_for_selector(f".first-wrong[data-wrong='{said.event}'][data-wrong-iteration='{int(later)}']")
        shown = page.evaluate("""() => ["stands", "follows"].map((name) =>
            document.querySelector(`.first-wrong [data-number=${name}]`).dataset.exact)""")
        assert [number(text) for text in shown] == [said.stands, said.follows]
        page.wait_for_selector(f".broken-strip[data-broken={fault}]")
    page.locator("[data-command=go-to-wrong]").click()
    at(page, said.event + 1, iteration=int(later))


@STILL
def test_a_switch_that_is_turned_by_keyboard_keeps_the_focus(open_page):
    page = open_page("?example=neuron")
    doctor(page, "break", "[data-fault=uphill]")
    switch = page.locator("[data-fault=uphill]")
    for state, shown in (("attached", True), ("detached", False)):
        switch.focus()
        page.keyboard.press(" ")
        page.wait_for_selector(".first-wrong[data-wrong]", state=state)
        page.wait_for_selector(".faults[aria-busy=false]")
        expect(switch).to_be_focused()
        expect(switch).to_be_checked(checked=shown)


@STILL
def test_a_mended_step_has_its_numbers_again(open_page):
    honest, broken = engine_run("neuron"), broken_run("neuron", "no_slope")
    end = honest.schedule.length
    page = open_page("?example=neuron")
    doctor(page, "break", "[data-fault]")
    page.locator("[data-fault=no_slope]").click()
    page.wait_for_selector(".first-wrong[data-wrong]")
    close(page)
    expect(page.locator(".broken-strip")).to_contain_text("The slope of the activation is forgotten")
    page.keyboard.press("End")
    at(page, end)
    w = honest.graph.find("w").id
    shows = "([node, wanted]) => document.querySelector(`[data-node='${node}'] .gradient`).dataset.exact === wanted"
    page.wait_for_function(shows, arg=[w, repr(float(trace_of(broken).gradient(w, end)))])
    assert_cards_are_the_engines(page, broken, end)
    page.locator("[data-command=mend]").click()
    page.wait_for_selector(".broken-strip", state="detached")
    page.wait_for_function(CHANGED)
    page.keyboard.press("End")
    at(page, end)
    page.wait_for_function(shows, arg=[w, repr(float(trace_of(honest).gradient(w, end)))])
    assert_cards_are_the_engines(page, honest, end)


TICKS = """() => [...document.querySelectorAll('[data-node]:has([data-tick])')].map((card) =>
  [Number(card.dataset.node), card.querySelector('[data-tick]').dataset.tick, card.getAttribute('aria-label')])"""


@STILL
def test_a_tick_stands_beside_every_gradient_once_it_is_whole_and_goes_with_the_step(open_page):
    run = engine_run("neuron")
    trace = trace_of(run)
    found = check(trace, between=True)
    rows = {row.node: row for row in (*found.parameters, *found.between)}
    end = trace.backward_end
    page = open_page(f"?example=neuron&cursor={end}")
    at(page, end)
    doctor(page, "prove", "[data-command=check-gradients]")
    page.locator("[data-command=check-gradients]").click()
    page.wait_for_selector(f".passed[data-checked='{len(rows)}'][data-wrong='0']")
    for node, row in rows.items():
        cells = page.evaluate(
            """(node) => Object.fromEntries([...document.querySelectorAll(
            `[data-gradient-of="${node}"] [data-number]`)].map((cell) => [cell.dataset.number, cell.dataset.exact]))""",
            node,
        )
        assert number(cells["reverse"]) == float(trace.gradient(node, end)) == row.shown.reverse
        assert np.isclose(number(cells["difference"]), row.shown.reverse, rtol=1e-6)
        assert number(cells["error"]) <= found.tolerance
    close(page)
    ticks = page.evaluate(TICKS)
    assert {node for node, _, _ in ticks} == set(rows)
    assert {n.id for n in run.graph.parameters} <= set(rows)
    for _, tick, label in ticks:
        assert (tick, "reverse, difference and forward mode agree" in label, "ε 0.00001" in label) == (
            "yes",
            True,
            True,
        )
    page.locator(f"[data-node='{run.graph.find('w').id}']").click()
    expect(page.locator(".chosen [data-tick=yes]")).to_contain_text(
        "Checked: reverse, difference and forward mode agree"
    )
    page.keyboard.press("Home")
    at(page, 0)
    expect(page.locator("[data-tick]")).to_have_count(0)  # no gradient, so nothing to tick
    page.keyboard.press("End")
    at(page, trace.schedule.length)
    expect(page.locator(f"[data-node='{run.graph.find('w').id}'] [data-tick=yes]")).to_have_count(1)
    page.keyboard.press("n")
    at(page, 0, iteration=1)
    page.keyboard.press("End")
    at(page, trace.schedule.length, iteration=1)
    expect(page.locator("[data-tick]")).to_have_count(0)  # another step was not checked, the chosen card's neither


@STILL
def test_a_gradient_that_a_mistake_made_wrong_gets_a_cross(open_page):
    page = open_page("?example=neuron&cursor=16")
    doctor(page, "break", "[data-fault]")
    page.locator("[data-fault=no_slope]").click()
    page.wait_for_selector(".first-wrong[data-wrong]")
    page.locator("[data-part=prove]").click()
    page.locator("[data-command=check-gradients]").click()
    page.wait_for_selector(".failed[data-checked]")
    row = page.locator(f"[data-gradient-of='{engine_run('neuron').graph.find('w').id}']")
    expect(row.locator("[data-tick=no]")).to_have_count(1)
    close(page)
    page.keyboard.press("End")
    expect(page.locator(f"[data-node='{engine_run('neuron').graph.find('w').id}'] [data-tick=no]")).to_have_count(1)


@STILL
def test_the_cost_of_every_way_is_the_engines_count(open_page):
    model = to_model(SpecRequest.model_validate(EXAMPLES["rnn"].spec), Settings())[0]
    page = open_page("?example=rnn")
    doctor(page, "cost", "[data-way]")
    found = page.evaluate("""() => [...document.querySelectorAll('[data-way]')].map((row) => [row.dataset.way,
        ...["operations", "peak"].map((name) => Number(row.querySelector(`[data-number=${name}]`).dataset.exact))])""")
    assert found == [[way.name, way.operations, way.peak] for way in ways(model.graph, model.backward)]
    expect(page.locator("[data-way][aria-current=true]")).to_have_attribute("data-way", "reverse")
