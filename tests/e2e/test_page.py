"""What a newcomer meets: the opening, the sentence, the gallery, the digit, the keys."""

import re

import numpy as np
import pytest

from app.lessons import EXAMPLES
from engine import Assign, Contribution, Forward
from tests.e2e.reading import at, cursor, engine_run, press

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")


def text_of(page, selector):
    return re.sub(r"\s+", " ", page.locator(selector).first.text_content())


@STILL
def test_under_reduced_motion_nothing_walks_by_itself(open_page):
    page = open_page()
    page.wait_for_timeout(2_500)
    assert cursor(page) == 0


@STILL
def test_a_step_is_said_in_a_sentence_a_formula_and_numbers(open_page):
    page = open_page("?example=neuron")
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    at(page, 13)
    page.wait_for_selector("#panel .katex")
    said = text_of(page, "#panel")
    assert "The sigmoid scales the gradient by its slope" in said
    assert "−0.08107" in said
    assert "d_z = d_a * (a * (1 - a))" in said
    assert text_of(page, "#spoken") in said or "sigmoid" in text_of(page, "#spoken")


# The cards are those of the model that is open, not the last one's.
DRAWN = """async () => {
  const { nodes } = (await import("/static/js/store.js")).trace.value.graph;
  const cards = [...document.querySelectorAll("[data-node]")];
  return cards.length > 1 && cards.every((card) =>
    card.querySelector("title").textContent.startsWith(nodes[card.dataset.node]?.label));
}"""


@STILL
def test_every_example_of_the_gallery_opens_in_one_click(open_page):
    page = open_page("?example=square")
    for id, example in EXAMPLES.items():
        page.keyboard.press("g")
        page.locator(f'[data-example="{id}"]').first.click()
        page.wait_for_function(
            "(title) => document.querySelector('header').textContent.includes(title)", arg=example.title, timeout=60_000
        )
        page.wait_for_function(DRAWN, timeout=60_000)


@STILL
def test_another_digit_is_chosen_and_shown_as_its_picture(open_page):
    page = open_page("?example=digits8")
    picture = "() => document.querySelector('[data-node] [data-role=value] image').getAttribute('href')"
    first = page.evaluate(picture)
    page.locator('[data-command="next-sample"]').first.click()
    page.wait_for_function(f"(old) => ({picture})() !== old", arg=first)
    assert "1797" in text_of(page, "header")


@STILL
def test_every_edge_is_named_by_node_and_slot(open_page):
    page = open_page("?example=reuse")
    edges = page.evaluate("() => [...document.querySelectorAll('[data-edge]')].map((e) => e.dataset.edge)")
    assert sorted(set(edges)) == ["2:0", "2:1", "3:0", "3:1"]


@STILL
@pytest.mark.parametrize("command", ["start", "back", "play", "forward", "end"])
def test_the_transport_has_a_button_for_each_move(open_page, command):
    page = open_page("?example=neuron&cursor=7")
    button = page.locator(f'#transport [data-command="{command}"]')
    assert button.get_attribute("aria-label")
    button.click()
    page.wait_for_function("() => document.body.dataset.cursor !== '7'", timeout=15_000)


@STILL
def test_an_unknown_session_is_said_and_the_gallery_offered(page, server):
    page.goto(f"{server}/?session=nobody")
    page.wait_for_selector("#notices :text('session')")
    assert page.locator('#notices button, #notices a, [data-command="gallery"]').count() > 0


@STILL
def test_the_page_asks_no_other_host_for_anything(page, open_page, server):
    hosts = []
    page.on("request", lambda request: hosts.append(request.url))
    open_page("?example=digits8")
    page.keyboard.press("End")
    page.wait_for_timeout(1_000)
    assert [url for url in hosts if not url.startswith((server, "data:", "blob:"))] == []


@STILL
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("example", ["neuron", "digits8"])
def test_nothing_is_cut_off(page, open_page, size, example):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_page(f"?example={example}")
    press(
        page, "End", int(page.evaluate("() => document.querySelector('[role=slider]').getAttribute('aria-valuemax')"))
    )
    outside = page.evaluate("""() => {
      const stage = document.querySelector('#stage').getBoundingClientRect();
      return [...document.querySelectorAll('[data-node]')].filter((card) => {
        const box = card.querySelector('.face').getBoundingClientRect();
        return box.left < stage.left || box.right > stage.right || box.top < stage.top || box.bottom > stage.bottom;
      }).map((card) => card.dataset.node);
    }""")
    assert outside == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@STILL
def test_a_tensors_step_is_explained_for_its_largest_entry(open_page):
    run = engine_run("digits8")
    event = next(e for e in run.schedule.events if isinstance(e, Contribution) and e.value.shape == (1, 16))
    sent = run.recording.buffer[event.value.offset :][: event.value.size]
    page = open_page(f"?example=digits8&cursor={event.index + 1}")
    largest = int(np.argmax(np.abs(sent)))
    page.wait_for_function(
        "(wanted) => document.querySelector('.which-entry')?.textContent === wanted",
        arg=f"numbers of entry [0, {largest}], the largest",
    )
    page.wait_for_selector("#panel .lines .katex")
    assert not text_of(page, ".lines").endswith("0=0⋅1")


@STILL
def test_what_the_network_reads_stands_beside_the_digit_once_it_is_known(open_page):
    run = engine_run("digits8")
    loss = next(e for e in run.schedule.events if isinstance(e, Forward) and e.saved)
    place = loss.saved["probabilities"]
    probabilities = run.recording.buffer[place.offset :][: place.size]
    page = open_page(f"?example=digits8&cursor={loss.index}")
    assert "read as" not in text_of(page, "header")
    assert page.locator(".bar.most").count() == 0
    press(page, "ArrowRight", loss.index + 1)
    assert f"read as {np.argmax(probabilities)} (" in text_of(page, "header")
    heights = page.evaluate(
        "() => [...document.querySelectorAll('.bar')].map((bar) => Number(bar.getAttribute('height')))"
    )
    assert np.allclose(np.array(heights) / max(heights), probabilities / max(probabilities), atol=0.02)
    assert page.locator(".bars text.is").text_content() == "0"


@STILL
def test_each_line_of_adam_is_named_under_its_parameters_card(open_page):
    run = engine_run("optimizers-adam")
    page = open_page("?example=optimizers-adam")
    lines = [e for e in run.schedule.events if isinstance(e, Assign) and e.param == run.graph.find("x").id]
    page.select_option('[data-command="grain"]', "event")
    for event in lines:
        page.evaluate("() => document.activeElement.blur()")
        page.keyboard.press("End")
        at(page, run.schedule.length)
        for place in range(run.schedule.length - 1, event.index, -1):
            press(page, "ArrowLeft", place)
        assert page.locator("[data-live=update]").get_attribute("data-node") == str(event.param)
        shown = page.locator(".slot .what").all_text_contents()
        assert shown == ([] if event.target == "parameter" else [event.target.replace("_hat", "\u0302")])
        assert page.locator(".blocks .now").get_attribute("title") == (shown[0] if shown else "x")


@STILL
def test_zero_gradients_are_shown_as_0_and_other_strange_numbers_by_name(open_page):
    page = open_page("?example=instability")
    press(page, "End", engine_run("instability").schedule.length)
    said = page.locator("[data-node] .row.known text").all_text_contents()
    assert "NaN" in said
    assert "∞" in said
    page = open_page("?example=vanishing")
    assert page.locator("[data-node] .row.known text", has_text=re.compile("^0$")).count() > 5


@STILL
@pytest.mark.parametrize("example", ["vanishing", "checkpointing"])
def test_a_graph_too_large_to_be_read_whole_is_followed_and_its_timeline_has_no_holes(open_page, example):
    length = engine_run(example).schedule.length
    page = open_page(f"?example={example}")
    for place in (length // 3, length // 2, 2 * length // 3):
        page.goto(f"{page.url.split('&cursor')[0]}&cursor={place}")
        page.wait_for_selector("html[data-ready]")
        at(page, place)
        live = page.locator(".card[data-live] .face").last.bounding_box()
        stage = page.locator("#stage").bounding_box()
        assert stage["x"] <= live["x"] + live["width"] / 2 <= stage["x"] + stage["width"]
        assert live["width"] > 80
    filled = "() => [...document.querySelectorAll('.blocks span')].map((block) => block.getBoundingClientRect().width)"
    assert min(page.evaluate(filled)) >= 2.5


SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('body *')].filter((element) =>
    !element.closest('.katex, .unseen, dialog, option') && element.checkVisibility()
    && [...element.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())
    && element.getBoundingClientRect().width > 0 && !element.matches('title, desc'))
  .map((element) => parseFloat(getComputedStyle(element).fontSize) * (element.getScreenCTM?.().a ?? 1)))"""


@STILL
@pytest.mark.parametrize("example", ["digits8", "vanishing"])
def test_presented_on_a_projector_no_text_is_smaller_than_24_pixels(page, open_page, example):
    page.set_viewport_size({"width": 1920, "height": 1080})
    open_page(f"?example={example}&present=1")
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_function(f"() => ({SMALLEST_TEXT})() >= 24")
        live = page.locator(".card[data-live] .face").first.bounding_box()
        assert live["x"] < 1280
        assert live["x"] + live["width"] > 0
    assert not page.locator(".operands, .listing, #legend").first.is_visible()
