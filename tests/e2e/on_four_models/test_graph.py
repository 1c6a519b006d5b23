"""The graph: operations as cards, numbers on them, edges as wide as what they carried, groups that open in place."""

import json
import math
import re

import pytest

from engine import Contribution, Forward
from tests.e2e.on_four_models.looking import EDGES, PLACES, SETTLED, go, see_group, sent_by_edge, size_of, width_of
from tests.e2e.reading import assert_rounded, press

FRAMES = """() => [...document.querySelectorAll('.frame')].map((frame) => {
  const { left, top, right, bottom } = frame.querySelector('.outline').getBoundingClientRect();
  return [frame.querySelector('[data-group]').dataset.group, [left, top, right, bottom]];
})"""
CARDS = """[...document.querySelectorAll('[data-node], .closed[data-group]')]"""
ON_SCREEN = f"""() => Object.fromEntries({CARDS}.map((card) => {{
  const {{ left, top, right, bottom }} = card.querySelector('.face').getBoundingClientRect();
  return [card.dataset.node ?? card.dataset.group, [left, top, right, bottom]];
}}))"""
# Where a group's name begins on the screen, and how large the group is there.
GROUP = """(name) => { const title = document.querySelector(`[data-group='${name}']`);
  const closed = title.matches('.closed');
  const body = (closed ? title : title.closest('.frame')).querySelector(closed ? '.face' : '.outline');
  const text = title.querySelector('text').getBoundingClientRect(), { width, height } = body.getBoundingClientRect();
  return { x: text.left, y: (text.top + text.bottom) / 2, width, height }; }"""
OPEN = "(name) => document.querySelector(`[data-group='${name}']`)?.getAttribute('aria-expanded') ?? null"
LABELS = """() => [...document.querySelectorAll('.carried:not(.empty)')].map((label) => [
  label.dataset.of, label.querySelector('text').textContent])"""
FEW_PIXELS = 4
# Questions to the worker wait until they are let go: the page goes on without their answers.
HOLD = """() => { const { prototype } = Worker, send = prototype.postMessage, kept = [];
  prototype.postMessage = function (...question) { kept.push(() => send.apply(this, question)); };
  window.letGo = () => { prototype.postMessage = send; kept.forEach((ask) => ask()); return kept.length; }; }"""
RADII = """() => { const pen = CanvasRenderingContext2D.prototype, draw = pen.arc;
  window.radii = [];
  pen.arc = function (x, y, r, ...rest) { radii.push(r); return draw.call(this, x, y, r, ...rest); }; }"""
# What moved before is forgotten in the same breath as the step is made.
STEP = """(place) => import('/static/js/actions.js').then(({ seek }) => { seek(place); window.radii = []; })"""
MOVES = """(wanted) => import('/static/js/store.js').then(({ reducedMotion }) => new Promise((done) => {
  const look = () => (reducedMotion.value === wanted ? requestAnimationFrame(look) : done()); look(); }))"""
DRAWN = """() => { window.drawn = new Set();
  new MutationObserver(() => document.querySelectorAll('.closed').forEach((group) => drawn.add(group.dataset.group)))
    .observe(document.querySelector('svg.stage .groups'), { childList: true }); }"""


def end_of_backward(run):
    return 1 + max(e.index for e in run.schedule.events if isinstance(e, Contribution))


def framed(run):
    """Groups of several cards, as their frames are named: a frame around one card would say nothing."""
    paths = [group.path for group in run.graph.groups]
    return {"/".join(p): p for p in paths if sum(n.group[: len(p)] == p for n in run.graph.nodes) > 1}


def test_operations_are_cards_layered_from_left_to_right_and_at_most_300_in_view(opened):
    page, run = opened
    places = page.evaluate(PLACES)
    nodes = {node.id: node for node in run.graph.nodes}
    shown = [int(key) for key in places if key.isdigit()]
    pairs = [(i, n) for n in shown for i in nodes[n].inputs if str(i) in places]
    assert len(pairs) >= 4
    assert all(places[str(before)][0] < places[str(after)][0] for before, after in pairs)
    assert len(places) <= 300


def test_groups_are_layers_that_hold_units_that_hold_operations(opened):
    page, run = opened
    frames, cards, groups = dict(page.evaluate(FRAMES)), page.evaluate(ON_SCREEN), framed(run)
    assert set(frames) == set(groups)

    def inside(inner, name):
        outer = frames[name]
        return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]

    for name, path in groups.items():
        for node in run.graph.nodes:
            if node.group[: len(path)] == path:
                assert inside(cards[str(node.id)], name), (name, node.label)
        assert all(inside(frames[other], name) for other in groups if other.startswith(f"{name}/"))
    depth = max(len(path) for path in groups.values())
    assert depth == (3 if "lstm1" in groups else 1), "a layer of an LSTM holds time steps, and those hold gates"


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
    go(page, run, end_of_backward(run))
    page.evaluate(SETTLED)
    sent = sent_by_edge(run)
    shown = [(size_of(run, sent[edge["key"]]), edge) for edge in page.evaluate(EDGES) if edge["key"] in sent]
    assert len(shown) >= 4
    for size, edge in shown:
        assert edge["carried"] == "backward"
        assert edge["width"] == pytest.approx(width_of(size), abs=1e-6)
        assert (edge["size"] == "zero") == (size == 0)
    legend = page.locator("#legend")
    assert re.search("10−6.*10−3.*1.*gradient size", legend.inner_text().replace("\n", ""))
    samples = legend.locator(".sample").evaluate_all("(all) => all.map((one) => one.getAttribute('stroke-width'))")
    assert [float(width) for width in samples] == pytest.approx([width_of(10.0**power) for power in (-6, -3, 0)])


def test_the_number_on_an_edge_is_what_was_recorded_and_its_sign_needs_no_colour(opened):
    page, run = opened
    go(page, run, end_of_backward(run))
    page.evaluate(SETTLED)
    sent, labels = sent_by_edge(run), page.evaluate(LABELS)
    assert len(labels) >= 4
    for key, text in labels:
        ref = sent[key].value
        number = run.recording.numbers(ref.offset, ref.offset + 1)[0] if ref.shape == () else size_of(run, sent[key])
        assert_rounded(text, number)  # of many numbers one size, which has no sign; one number has its own
        assert text.startswith("−") == (number < 0)


def test_an_arrow_says_which_way_an_edge_carries(opened):
    page, run = opened
    shown = {edge["key"] for edge in page.evaluate(EDGES)}
    back = next(e for e in run.schedule.events if isinstance(e, Contribution) and f"{e.node}:{e.slot}" in shown)
    there = next(e for e in run.schedule.events if isinstance(e, Forward) and f"{e.node}:0" in shown)
    for event, key, end, arrow in (
        (there, f"{there.node}:0", "markerEnd", "arrow-forward"),
        (back, f"{back.node}:{back.slot}", "markerStart", "arrow-backward"),
    ):
        go(page, run, event.index + 1)
        edge = f"getComputedStyle(document.querySelector(`[data-edge='{key}']`))"
        page.wait_for_function(f"() => {edge}.{end}.includes('{arrow}')")


def test_what_moves_over_an_edge_is_as_large_as_what_was_recorded(opened):
    page, run = opened
    shown = {edge["key"] for edge in page.evaluate(EDGES)}
    sizes = {event: size_of(run, event) for key, event in sent_by_edge(run).items() if key in shown}
    together = {
        event: [e for e in sizes if e.operation == event.operation and e.index <= event.index] for event in sizes
    }
    page.evaluate(RADII)
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(MOVES, True)
    try:
        for event in {min(sizes, key=sizes.get), max(sizes, key=sizes.get)}:
            go(page, run, event.index)
            page.evaluate(STEP, event.index + 1)
            page.wait_for_function("() => radii.length > 0", polling="raf")
            heads = {round(6 + width_of(sizes[each]) / 2, 6) for each in together[event]}
            drawn = {round(radius, 6) for radius in page.evaluate("() => radii")}
            assert heads <= drawn
            assert max(drawn) == max(heads), "what follows a head is smaller"
    finally:
        page.emulate_media(reduced_motion="reduce")
        page.evaluate(MOVES, False)


def test_the_sizes_that_edges_are_drawn_by_are_the_root_mean_squares_of_what_was_recorded(opened):
    page, run = opened
    sizes = page.evaluate("() => import('/static/js/store.js').then(({ trace }) => [...trace.value.magnitudes])")
    for event in run.schedule.events:
        if isinstance(event, Contribution):
            assert sizes[event.index] == pytest.approx(size_of(run, event), rel=1e-9)


def test_the_same_model_is_laid_out_the_same_again(opened, model):
    page, _ = opened
    before = page.evaluate(PLACES)
    page.reload()
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_function(
        "(n) => document.querySelectorAll('[data-node], .closed[data-group]').length === n", arg=len(before)
    )
    assert page.evaluate(PLACES) == before


def test_a_group_closes_and_opens_where_it_is_clicked_and_nothing_moves_further_than_it_is_large(opened):
    page, run = opened
    layout = page.evaluate(PLACES)
    for name in [name for name in framed(run) if name in ("z", "L", "dense1", "conv2d1", "lstm1/t1", "lstm1/t1/gates")]:
        see_group(page, name)
        page.wait_for_function(
            f"(name) => {{ const {{ x, y }} = ({GROUP})(name); return x > 100 && x < 900 && y > 100 && y < 600; }}",
            arg=name,
        )
        first = page.evaluate(GROUP, name)
        large = first["width"] + first["height"]
        for wanted in ("false", "true"):  # the same place of the screen is clicked twice
            cards = page.evaluate(ON_SCREEN)
            page.mouse.click(first["x"] + 6, first["y"])
            page.wait_for_function(f"([name, wanted]) => ({OPEN})(name) === wanted", arg=[name, wanted])
            page.evaluate(SETTLED)
            now, moved = page.evaluate(GROUP, name), page.evaluate(ON_SCREEN)
            assert abs(now["x"] - first["x"]) <= FEW_PIXELS
            assert abs(now["y"] - first["y"]) <= FEW_PIXELS
            others = [(box, moved[key]) for key, box in cards.items() if key in moved and key != name]
            assert others
            for before, after in others:
                assert math.hypot(after[0] - before[0], after[1] - before[1]) <= large
                if before[2] < first["x"]:
                    assert abs(after[0] - before[0]) <= FEW_PIXELS, "what stands before it does not move sideways"
    page.wait_for_function(
        f"(wanted) => JSON.stringify(({PLACES})()) === wanted", arg=json.dumps(layout, separators=(",", ":"))
    )


def test_a_worker_lays_out_while_the_page_answers_and_a_new_wish_cancels_the_one_before(opened):
    page, run = opened
    assert [worker for worker in page.workers if worker.url.endswith("layout-worker.js")]
    paths = framed(run)
    kept, closed = [name for name in paths if len(paths[name]) == max(map(len, paths.values()))][:2]
    before = page.evaluate(PLACES)
    page.evaluate(HOLD)
    page.evaluate(DRAWN)
    for name in (kept, closed, kept):  # closed, closed, and opened again
        page.locator(f"[data-group='{name}']").dispatch_event("click")
    press(page, "ArrowRight", next(e.index for e in run.schedule.events if e.operation > 0))
    press(page, "ArrowLeft", 0)
    assert page.evaluate(PLACES) == before, "nothing is laid out yet, and yet the page steps"
    assert page.evaluate("() => letGo()") == 3
    page.wait_for_function(f"(name) => ({OPEN})(name) === 'false'", arg=closed)
    page.evaluate(SETTLED)
    assert page.evaluate("() => [...drawn]") == [closed], "what was wished for and taken back is never drawn"
    assert page.evaluate(OPEN, kept) == "true"
    page.locator(f"[data-group='{closed}']").dispatch_event("click")
    page.wait_for_function(
        f"(wanted) => JSON.stringify(({PLACES})()) === wanted", arg=json.dumps(before, separators=(",", ":"))
    )


def test_another_number_moves_no_card(opened):
    page, run = opened
    weight = next(node for node in run.graph.nodes if node.role == "parameter" and node.wanted)
    before = page.evaluate(PLACES)
    page.evaluate(
        "(node) => import('/static/js/actions.js').then(({ select }) => select({ node, which: 'value', entry: null }))",
        weight.id,
    )
    page.locator(".chosen .settable").first.click()
    page.locator("form.change input").fill("0.25")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.changed :text('is 0.25 now.')")
    page.wait_for_function("() => [...document.querySelectorAll('.chosen .exact')][0].textContent === '0.25'")
    page.evaluate(SETTLED)
    assert page.evaluate(PLACES) == before
    page.keyboard.press("Control+z")
    page.wait_for_selector(".notice.changed :text('Undone.')")
    page.wait_for_function("() => [...document.querySelectorAll('.chosen .exact')][0].textContent !== '0.25'")
    assert page.evaluate(PLACES) == before
