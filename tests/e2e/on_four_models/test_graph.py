"""The graph: operations as cards, numbers on them, edges as wide as what they carried, groups that open in place."""

import json
import math
import re

import pytest

from engine import Contribution
from tests.e2e.on_four_models.looking import EDGES, PLACES, SETTLED, go


def test_operations_are_cards_layered_from_left_to_right(opened):
    page, run = opened
    places = page.evaluate(PLACES)
    nodes = {node.id: node for node in run.graph.nodes}
    shown = [int(key) for key in places if key.isdigit()]
    pairs = [(i, n) for n in shown for i in nodes[n].inputs if str(i) in places]
    assert len(pairs) >= 4
    assert all(places[str(before)][0] < places[str(after)][0] for before, after in pairs)
    assert len(places) <= 300


def test_a_card_has_a_value_and_a_gradient_and_a_dash_until_they_are_computed(opened):
    page, run = opened
    rows = page.evaluate("""() => [...document.querySelectorAll('[data-node]')].map((card) => [
      Number(card.dataset.node), ...['value', 'gradient'].map((role) => {
        const row = card.querySelector(`[data-role=${role}]`);
        return row.dataset.exact === undefined && row.dataset.offset === undefined;
      })])""")
    assert rows
    for node, no_value, no_gradient in rows:
        assert no_value == (run.graph.nodes[node].op is not None)
        assert no_gradient
    waiting = page.locator("[data-node] [data-role=gradient] text").all_text_contents()
    assert set(waiting) == {"—"}


def test_an_edge_is_as_wide_as_what_it_carried_on_the_scale_of_the_legend(opened):
    page, run = opened
    last = 1 + max(e.index for e in run.schedule.events if isinstance(e, Contribution))
    go(page, run, last)
    page.evaluate(SETTLED)
    sizes = page.evaluate("""() => import('/static/js/store.js').then(({ trace }) => [...trace.value.magnitudes])""")
    carried = {f"{e.node}:{e.slot}": sizes[e.index] for e in run.schedule.events if isinstance(e, Contribution)}
    shown = [(carried[edge["key"]], edge) for edge in page.evaluate(EDGES) if edge["key"] in carried]
    assert len(shown) >= 4
    for size, edge in shown:
        assert edge["carried"] == "backward"
        share = 0 if size <= 1e-6 else min(1, math.log(size / 1e-6) / math.log(10 / 1e-6))
        assert edge["width"] == pytest.approx(2.5 + 5.5 * share, abs=1e-6)
        assert (edge["size"] == "zero") == (size == 0)
    assert re.search("10−6.*10−3.*1.*gradient size", page.locator("#legend").inner_text().replace("\n", ""))


def test_the_sizes_that_edges_are_drawn_by_are_the_root_mean_squares_of_what_was_recorded(opened):
    page, run = opened
    sizes = page.evaluate("() => import('/static/js/store.js').then(({ trace }) => [...trace.value.magnitudes])")
    for event in run.schedule.events:
        if isinstance(event, Contribution):
            sent = run.recording.numbers(event.value.offset, event.value.offset + event.value.size)
            assert sizes[event.index] == pytest.approx(math.sqrt(sum(x * x for x in sent) / len(sent)), rel=1e-9)


def test_the_same_model_is_laid_out_the_same_again(opened, model):
    page, _ = opened
    before = page.evaluate(PLACES)
    page.reload()
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_function(
        "(n) => document.querySelectorAll('[data-node], .closed[data-group]').length === n", arg=len(before)
    )
    assert page.evaluate(PLACES) == before


def test_a_group_closes_and_opens_in_place_and_the_others_keep_their_order(opened):
    page, _ = opened
    before = page.evaluate(PLACES)
    name = page.locator("[data-group]").first.get_attribute("data-group")
    state = f"() => document.querySelector(`[data-group='{name}']`)?.getAttribute('aria-expanded')"
    was = page.evaluate(state)
    for wanted in ({"true": "false", "false": "true"}[was], was):
        page.locator(f"[data-group='{name}']").first.dispatch_event("click")
        page.wait_for_function(f"(wanted) => ({state})() === wanted", arg=wanted)
        page.evaluate(SETTLED)
    page.wait_for_function(
        f"(wanted) => JSON.stringify(({PLACES})()) === wanted", arg=json.dumps(before, separators=(",", ":"))
    )
