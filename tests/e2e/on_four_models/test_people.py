"""For people: by keyboard, by ear, as a table, without motion."""

import math
import re

import numpy as np

from engine import Assign, Contribution, Forward
from tests.e2e.on_four_models.looking import EDGES, PLACES, SETTLED, go, said, until
from tests.e2e.reading import at, press, where_of


def test_the_spoken_text_is_the_sentence_on_the_screen(opened):
    page, _ = opened
    page.locator("[data-command=grain]").select_option("event")
    page.evaluate("() => document.activeElement.blur()")
    for place in (1, 2, 3):
        press(page, "ArrowRight", place)
        sentence = said(page, place)["sentence"]
        page.wait_for_function("(said) => document.querySelector('#spoken').textContent === said", arg=sentence)


def test_every_edge_says_what_it_carried_in_words_and_with_its_sign(opened):
    page, run = opened
    last = 1 + max(e.index for e in run.schedule.events if isinstance(e, Contribution))
    go(page, run, last)
    page.evaluate(SETTLED)
    sent = {f"{e.node}:{e.slot}": e for e in run.schedule.events if isinstance(e, Contribution)}
    shown = [edge for edge in page.evaluate(EDGES) if edge["key"] in sent]
    assert shown
    for edge in shown:
        assert "the gradient" in edge["says"]
        event = sent[edge["key"]]
        numbers = run.recording.numbers(event.value.offset, event.value.offset + event.value.size)
        if event.value.shape == () and numbers[0] < 0:
            assert "−" in edge["says"].split("the gradient")[1]


def test_the_step_is_a_table_too(opened):
    page, run = opened
    go(page, run, 4)
    page.keyboard.press("t")
    page.locator("dialog.table tbody tr").nth(3).wait_for()
    assert page.locator("dialog.table tbody tr").count() == 4
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.table", state="hidden")


def test_under_reduced_motion_the_order_is_numbered(opened):
    page, run = opened
    shown = {int(key) for key in page.evaluate(PLACES) if key.isdigit()}
    event = next(e for e in run.schedule.events if isinstance(e, Contribution) and {e.node, e.into} <= shown)
    go(page, run, event.index + 1)
    page.wait_for_function("() => [...document.querySelectorAll('.order')].map((o) => o.dataset.order).includes('2')")
    assert "1" in page.locator(".order").evaluate_all("(all) => all.map((one) => one.dataset.order)")


# What the keys find: every card with what it says, and every edge into it.
WALKED = """() => {
  const here = () => document.activeElement, said = { cards: {}, edges: {} };
  const press = (key, shiftKey = false) =>
    here().dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true }));
  for (let last = null; here() !== last;) {
    last = here();
    if (last.dataset.node !== undefined) {
      said.cards[last.dataset.node] = last.getAttribute('aria-label');
      press('ArrowLeft', true);
      for (let edge = null; here() !== last && here() !== edge;) {
        edge = here();
        said.edges[edge.dataset.edge] = edge.getAttribute('aria-label');
        press('ArrowDown');
      }
      last.focus();
    }
    press('ArrowDown');
  }
  return said;
}"""


def spoken(run, ref):
    """What is said of an array begins with, and the number that says most."""
    numbers = np.array(run.recording.numbers(ref.offset, ref.offset + ref.size))
    return ("" if ref.shape == () else str(ref.shape)), float(numbers[np.argmax(np.abs(numbers))])


def says(text, run, ref):
    """Whether a text tells the shape of an array, and its number or the one largest in size."""
    shape, most = spoken(run, ref)
    told = re.sub(r".*largest in size |( at \[.*| back| forward)$|.*all 0", "", text) if shape else text
    return shape in text and (told == "" if most == 0 and shape else is_rounded(told.split()[-1], most))


def is_rounded(text, number):
    return math.isclose(float(text.replace("−", "-")), number, rel_tol=6e-4)


def test_every_card_and_every_edge_is_reached_by_keys_and_says_its_name_and_its_numbers(opened):
    page, run = opened
    go(page, run, run.schedule.length)
    page.evaluate(SETTLED)
    page.locator("svg.stage [tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    walked = page.evaluate(WALKED)
    assert sorted(map(int, walked["cards"])) == [node.id for node in run.graph.nodes]
    assert set(walked["edges"]) == {f"{n.id}:{slot}" for n in run.graph.nodes for slot in range(len(n.inputs))}
    at(page, run.schedule.length)  # to walk in the graph moves no step
    for node in run.graph.nodes:
        label = walked["cards"][str(node.id)]
        for which in ("value", "gradient"):
            ref = where_of(run, node.id, which, run.schedule.length)
            if ref is None:
                assert "gradient not computed yet" in label or "no gradient wanted" in label
            elif ref.shape:
                told = re.split(", (?:no )?gradient", label.split(f"{which} (")[1])[0]
                assert says(f"({told}", run, ref), (label, which)
            else:
                number = label.split(":")[0].split()[-1 if which == "gradient" else -2]
                assert says(number, run, ref), (label, which)
    for event in run.schedule.events:
        if isinstance(event, Contribution):
            label = walked["edges"][f"{event.node}:{event.slot}"]
            into, node = run.graph.nodes[event.into].label, run.graph.nodes[event.node].label
            assert label.startswith(f"edge from {into} to {node}: has carried ")
            assert says(label.split(" and the gradient ")[1].removesuffix(" back"), run, event.value), label


ROWS = """() => [...document.querySelectorAll('dialog.table tbody tr')].map((row) =>
  [...row.cells].map((cell) => cell.textContent.trim()))"""


def test_the_table_of_a_step_has_the_engines_numbers_in_every_row(opened):
    page, run = opened
    go(page, run, run.schedule.length)
    page.keyboard.press("t")
    page.wait_for_function(f"(all) => ({ROWS})().length === all", arg=run.schedule.length)
    for event, row in zip(run.schedule.events, page.evaluate(ROWS), strict=True):
        assert row[:2] == [str(event.index + 1), event.phase]
        value, sent, gradient = row[4:]
        if isinstance(event, Forward):
            assert row[2] == run.graph.nodes[event.node].label
            assert says(value, run, event.value)
        elif isinstance(event, Contribution):
            assert row[2] == run.graph.nodes[event.into].label
            assert says(sent, run, event.value)
            assert says(gradient, run, event.total)
        elif isinstance(event, Assign):
            assert says(value, run, event.value)
    page.get_by_role("button", name="Go to step 4", exact=True).click()
    at(page, 4)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.table", state="hidden")


def test_the_palette_and_the_help_sheet_are_the_one_table_of_commands(opened):
    page, _ = opened
    rows = page.evaluate("""() => import('/static/js/ui/commands.js').then(({ COMMANDS, available }) =>
      COMMANDS.map((each) => [each.id, each.label, available(each)]))""")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open] dd")
    assert page.locator("dialog.help dd").all_text_contents() == [label for _, label, _ in rows]
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.keyboard.press("/")
    page.wait_for_selector("dialog.palette input:focus")
    offered = page.locator("#found [role=option] > span").all_text_contents()
    assert sorted(offered) == sorted(label for id, label, can in rows if can and id != "palette")
    page.keyboard.type("to the end of this")
    page.wait_for_selector("#found-end[aria-selected=true]")
    page.keyboard.press("Enter")
    at(page, opened[1].schedule.length)


def fingers(page, *places):
    """Fingers go down at the first places, move through the others, and leave."""
    client = page.context.new_cdp_session(page)
    for kind, points in zip(["touchStart"] + ["touchMove"] * (len(places) - 1), places, strict=True):
        touched = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


# A card that a finger finds: which, and where.
IN_SIGHT = """() => [...document.querySelectorAll('svg.stage [data-node]')].map((card) => {
  const { x, y, width, height } = card.querySelector('.face').getBoundingClientRect();
  return [card, x + width / 2, y + height / 2];
}).filter(([card, x, y]) => document.elementFromPoint(x, y)?.closest('[data-node]') === card)
  .map(([card, x, y]) => [Number(card.dataset.node), x, y])[0] ?? null"""


def test_a_tap_chooses_a_drag_pans_two_fingers_zoom_and_a_swipe_scrubs(opened):
    page, run = opened
    page.keyboard.press("f")
    page.wait_for_function(f"() => ({IN_SIGHT})() !== null")
    node, x, y = page.evaluate(IN_SIGHT)
    page.touchscreen.tap(x, y)
    page.wait_for_selector(f".chosen header h2:text-is('{run.graph.nodes[node].label}')")
    place = "() => { const { x, y, k } = document.querySelector('svg.stage').__zoom; return [x, y, k]; }"
    x, y, k = page.evaluate(place)
    fingers(page, [(400, 520)], [(380, 510)], [(350, 500)])
    after = until(page, place, lambda now: now[:2] != [x, y])
    assert (after[0] < x, after[1] < y, after[2]) == (True, True, k)
    fingers(page, [(400, 500), (450, 500)], [(350, 500), (500, 500)], [(300, 500), (550, 500)])
    assert until(page, place, lambda now: now[2] > 1.5 * k)[2] > 1.5 * k
    page.keyboard.press("f")
    box = page.locator(".timeline").bounding_box()
    y = box["y"] + box["height"] / 2
    fingers(page, *([(box["x"] + share * box["width"], y)] for share in (0.1, 0.3, 0.5, 0.7)))
    stands = until(page, "() => Number(document.body.dataset.cursor)", lambda now: now > run.schedule.length * 0.6)
    assert abs(stands - 0.7 * run.schedule.length) < 0.05 * run.schedule.length + 1
