"""Three views, one cursor, one selection: the switch, the network of units and weights, the lines of code."""

import math
import re
from functools import lru_cache

import numpy as np
import pytest

from engine import Assign, Contribution
from tests.e2e.reading import LINES, UNITS, at, engine_run, number_at, press, split, where_of

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
run_of = lru_cache(engine_run)


def opened(open_page, example, view, cursor=0):
    page = open_page(f"?example={example}&cursor={cursor}&view={view}")
    at(page, cursor)
    ready = {
        "network": "#network [data-unit], #network .missing",
        "code": "#code-view [data-event]",
        "graph": "[data-node]",
    }
    page.wait_for_selector(ready[view], state="attached", timeout=15_000)
    return page


def last(run, kind, **wanted):
    """One more than the index of the last event of a kind with these fields."""
    return 1 + max(
        e.index
        for e in run.schedule.events
        if isinstance(e, kind) and all(getattr(e, k) == v for k, v in wanted.items())
    )


def weights_between(page, run, label):
    node = run.graph.find(label).id
    return [line for line in page.evaluate(LINES) if split(line["place"])[0] == node]


# The switch


@STILL
def test_a_unit_chosen_in_the_network_is_the_chosen_card_of_the_graph(open_page):
    run = run_of("digits8")
    page = opened(open_page, "digits8", "network", 14)
    node = run.graph.find("a1").id
    page.locator(f'#network [data-unit="{node}:4"]').click()
    assert page.locator(".chosen .numbers.gradient .index input").nth(1).input_value() == "4"
    page.keyboard.press("1")
    assert page.locator(f'[data-node="{node}"]').get_attribute("aria-pressed") == "true"


# The network: its numbers


@STILL
def test_before_anything_is_computed_units_show_a_dash_and_no_ring(open_page):
    run = run_of("digits8")
    page = opened(open_page, "digits8", "network", 0)
    hidden = run.graph.find("a1").id
    units = [unit for unit in page.evaluate(UNITS) if split(unit["place"])[0] == hidden]
    assert len(units) == 16
    assert {unit["numbers"][0]["text"] for unit in units} == {"—"}
    assert {(unit["ring"], unit["fill"]) for unit in units} == {(0, "")}


@STILL
def test_a_unit_is_filled_by_its_value_and_ringed_by_its_gradient_once_it_has_arrived(open_page):
    run = run_of("digits8")
    page = opened(open_page, "digits8", "network", run.schedule.length)
    hidden = run.graph.find("a1").id
    units = [unit for unit in page.evaluate(UNITS) if split(unit["place"])[0] == hidden]
    sizes = [abs(float(unit["numbers"][1]["exact"])) for unit in units]
    assert [u["ring"] for u in sorted(units, key=lambda u: abs(float(u["numbers"][1]["exact"])))] == sorted(
        u["ring"] for u in units
    )
    assert all(
        math.isclose(u["ring"], 1.5 + 4.5 * log_place(size, 1e-6, 10)) for u, size in zip(units, sizes, strict=True)
    )
    assert len({unit["fill"] for unit in units}) > 3


def log_place(size, low, high):
    return min(1.0, max(0.0, math.log(size / low) / math.log(high / low))) if size > 0 else 0.0


@STILL
def test_lines_show_weights_forward_and_the_gradients_of_the_weights_backward_as_they_arrive(open_page):
    run = run_of("digits8")
    second, first = run.graph.find("dense2.weight").id, run.graph.find("dense1.weight").id
    page = opened(open_page, "digits8", "network", last(run, Contribution, into=second))
    assert {line["which"] for line in weights_between(page, run, "dense2.weight")} == {"gradient"}
    assert {line["which"] for line in weights_between(page, run, "dense1.weight")} == {"value"}
    page.keyboard.press("End")
    at(page, run.schedule.length)
    updated = {e.param: e.value.offset for e in run.schedule.events if isinstance(e, Assign)}
    for label, node in (("dense1.weight", first), ("dense2.weight", second)):
        assert all(
            line["offset"] == updated[node] + split(line["place"])[1] for line in weights_between(page, run, label)
        )


# The network: what is left out, and how it says so


@STILL
def test_784_inputs_are_one_picture_and_a_large_layer_shows_its_largest_units_by_a_rule_on_screen(open_page):
    run = run_of("deep-digits")
    page = opened(open_page, "deep-digits", "network", 4)
    page.wait_for_function("() => document.querySelector('#network [data-kind=picture] image')?.getAttribute('href')")
    page.wait_for_function(  # the numbers that decide which units are shown come later than the picture
        """(node) => { const all = [...document.querySelectorAll(`#network [data-unit^="${node}:"] [data-role=value]`)];
          return all.length > 0 && all.every((one) => one.dataset.exact); }""",
        arg=run.graph.find("a1").id,
    )
    units = page.evaluate(UNITS)
    assert [unit["place"] for unit in units if unit["kind"] == "picture"] == [f"{run.graph.find('x').id}:0"]
    hidden = run.graph.find("a1")
    shown = sorted(split(unit["place"])[1] for unit in units if split(unit["place"])[0] == hidden.id)
    assert 8 <= len(shown) < 40
    value = np.abs(run.recording.view(run.schedule.values[hidden.id]))[0]
    assert sorted(value[shown]) == sorted(np.sort(value)[-len(shown) :])
    assert f"{len(shown)} of 128 units" in page.locator("#network .headings").text_content()
    assert "the units with the largest |value|" in page.locator("#network .rules").text_content()


@STILL
def test_a_model_without_units_says_so_and_leads_to_its_graph(open_page):
    page = opened(open_page, "chain", "network")
    assert "not a network of units" in page.locator("#network .missing").text_content()
    page.locator('#network [data-command="view-graph"]').click()
    assert page.evaluate("() => document.body.dataset.view") == "graph"


# The network: kinds of layers


@STILL
def test_columns_that_do_not_fit_are_shown_around_the_event_and_said(open_page):
    page = opened(open_page, "vanishing", "network", 100)
    said = page.locator("#network .rules").text_content()
    assert re.search(r"Columns \d+ to \d+ of 22", said)
    live = page.locator("#network .heading[data-live]").count()
    assert live >= 1


@STILL
def test_of_a_batch_one_sample_is_shown_and_another_can_be_chosen(open_page):
    run = run_of("gradient-check")
    page = opened(open_page, "gradient-check", "network", 4)
    hidden = run.graph.find("a1")
    page.locator('[data-command="row-after"]').click()
    assert "sample 2 of 5" in page.locator(".net-sample").text_content()
    shown = [split(unit["place"]) for unit in page.evaluate(UNITS)]
    assert [(hidden.id, 4 + k) for k in range(4)] == [place for place in shown if place[0] == hidden.id]


# The network: chosen, spoken, moving


@STILL
def test_a_chosen_weight_is_explained_by_the_chain_rule_with_its_numbers(open_page):
    run = run_of("digits8")
    page = opened(open_page, "digits8", "network", run.schedule.length - 1)
    weight, x = run.graph.find("dense1.weight"), run.graph.find("x")
    gradient = where_of(run, weight.id, "gradient", run.schedule.length)
    flat = int(np.abs(run.recording.view(gradient)).argmax())
    i, j = divmod(flat, 16)
    press(page, "Home", 0)
    press(page, "End", run.schedule.length)
    page.keyboard.press("1")
    page.locator(f'[data-node="{weight.id}"]').click()
    index = page.locator(".chosen .numbers.gradient .index input")
    index.nth(0).fill(str(i)), index.nth(0).press("Enter")
    index.nth(1).fill(str(j)), index.nth(1).press("Enter")
    sent = next(e for e in run.schedule.events if isinstance(e, Contribution) and e.node == run.graph.find("a1").id)
    factors = [
        number_at(run, run.schedule.values[x.id].offset + i),
        number_at(run, sent.local.offset + j),
        number_at(run, where_of(run, run.graph.find("a1").id, "gradient", run.schedule.length).offset + j),
    ]
    assert math.isclose(math.prod(factors), number_at(run, gradient.offset + flat), rel_tol=1e-12)
    numbers = [*factors, number_at(run, gradient.offset + flat)]
    told = [[text.replace("-", "−") for text in (f"{n:.4g}"[:5], f"{n:.3f}")] for n in numbers]
    says_all = """([place, told]) => {
      const said = document.querySelector('.chosen .lines')?.textContent ?? '';
      return said.includes(place) && told.every((texts) => texts.some((text) => said.includes(text)));
    }"""
    page.wait_for_function(says_all, arg=[f"w{i},{j}", told])


@STILL
def test_a_click_on_a_connection_chooses_its_weight(open_page):
    run = run_of("digits8")
    page = opened(open_page, "digits8", "network", 4)
    line = page.locator("#network [data-weight]").last
    node, flat = split(line.get_attribute("data-weight"))
    line.dispatch_event("click")
    assert page.locator(".chosen h2").first.text_content() == run.graph.nodes[node].label
    typed = page.locator(".chosen .numbers.value .index input")
    columns = run.graph.nodes[node].shape[1]
    assert [int(typed.nth(k).input_value()) for k in range(2)] == list(divmod(flat, columns))
    assert line.get_attribute("aria-pressed") == "true"


@STILL
def test_units_and_connections_are_reached_by_keyboard_with_spoken_names_and_values(open_page):
    page = opened(open_page, "digits8", "network", 14)
    page.locator("#network .units [tabindex='0']").nth(1).focus()
    label = "() => document.activeElement.getAttribute('aria-label')"
    assert re.fullmatch(r"unit 0 of dense1: a1 \S+ \S+: value, gradient", page.evaluate(label))
    page.keyboard.press("ArrowDown")
    assert page.evaluate(label).startswith("unit 1 of dense1")
    at(page, 14)  # the arrows along a column move no step
    page.keyboard.press("Enter")
    assert page.locator(".chosen h2").first.text_content() == "a1"
    stops = page.locator("#network .lines [tabindex='0']")
    assert stops.count() == 2  # one stop of the Tab key for each pair of layers
    stops.last.focus()
    assert re.search(
        r"dense2.weight \[\d+, \d+\], from unit \d+ of dense1 to unit \d+ \(class \d\) of dense2: \S+",
        page.evaluate(label),
    )
    before = page.evaluate(label)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(label) != before


MOVING = """() => { const canvas = document.querySelector('#network canvas');
  return canvas.width > 0 && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
    .some(Boolean); }"""


def test_the_signal_moves_over_the_connections_forward_and_backward(open_page):
    run = run_of("digits8")
    page = opened(open_page, "digits8", "network", 1)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(MOVING, polling="raf", timeout=5_000)
    page.wait_for_function(f"() => !({MOVING})()", timeout=5_000)
    product = next(e for e in run.schedule.events if isinstance(e, Contribution) and e.node == run.graph.find("v7").id)
    page.evaluate("(k) => import('/static/js/actions.js').then((actions) => actions.seek(k))", product.index)
    page.wait_for_function(f"() => !({MOVING})()", timeout=5_000)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(MOVING, polling="raf", timeout=5_000)


@STILL
def test_under_reduced_motion_nothing_travels_over_the_network(open_page):
    page = opened(open_page, "digits8", "network", 1)
    page.evaluate(
        f"""() => {{ window.moved = 0;
          const look = () => {{ window.moved += ({MOVING})(); requestAnimationFrame(look); }}; look(); }}"""
    )
    press(page, "ArrowRight", 2)
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.moved") == 0
    assert page.locator("#network .unit[data-live=forward]").count() == 16


# The code


@STILL
def test_a_click_on_a_line_moves_the_cursor_to_it_and_up_and_down_move_from_line_to_line(open_page):
    page = opened(open_page, "neuron", "code", 13)
    page.locator('#code-view [data-event="3"]').click()
    at(page, 4)
    page.locator(".code-rows").focus()
    press(page, "ArrowDown", 5)
    press(page, "ArrowUp", 4)
