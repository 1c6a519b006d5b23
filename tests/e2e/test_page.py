"""What a newcomer meets: the opening, the sentence, the gallery, the digit, the keys."""

import re

import pytest

from app.lessons import EXAMPLES
from tests.e2e.reading import at, cursor, press

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")


def text_of(page, selector):
    return re.sub(r"\s+", " ", page.locator(selector).first.text_content())


def test_the_page_opens_on_a_neuron_that_is_already_walking(open_page):
    page = open_page()
    assert "neuron" in text_of(page, "header").lower()
    page.wait_for_function("() => Number(document.body.dataset.cursor) >= 2", timeout=15_000)


def test_a_key_takes_over_from_the_opening_walk(open_page):
    page = open_page()
    page.keyboard.press("ArrowRight")
    place = cursor(page)
    page.wait_for_timeout(2_500)
    assert cursor(page) == place


@STILL
def test_under_reduced_motion_nothing_walks_by_itself(open_page):
    page = open_page()
    page.wait_for_timeout(2_500)
    assert cursor(page) == 0


@STILL
def test_space_plays_and_pauses(open_page):
    page = open_page("?example=neuron")
    page.keyboard.press("Space")
    page.wait_for_function("() => Number(document.body.dataset.cursor) >= 2", timeout=15_000)
    page.keyboard.press("Space")
    page.wait_for_timeout(200)
    place = cursor(page)
    page.wait_for_timeout(2_000)
    assert cursor(page) == place


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


@STILL
def test_every_example_of_the_gallery_opens_in_one_click(open_page):
    page = open_page("?example=square")
    for id, example in EXAMPLES.items():
        page.keyboard.press("g")
        page.locator(f'[data-example="{id}"]').first.click()
        page.wait_for_function(
            "(title) => document.querySelector('header').textContent.includes(title)", arg=example.title, timeout=20_000
        )
        assert page.evaluate("() => document.querySelectorAll('[data-node]').length") > 1


@STILL
def test_another_digit_is_chosen_and_shown_as_its_picture(open_page):
    page = open_page("?example=digits8")
    picture = "() => document.querySelector('[data-node] [data-role=value] image').getAttribute('href')"
    first = page.evaluate(picture)
    page.locator('[data-command="next-sample"]').first.click()
    page.wait_for_function(f"(old) => ({picture})() !== old", arg=first)
    assert "1797" in text_of(page, "header")


@STILL
def test_a_group_closes_and_opens_in_place(open_page):
    page = open_page("?example=digits8")
    cards = "() => document.querySelectorAll('[data-node]').length"
    before = page.evaluate(cards)
    group = page.locator("[data-group]").first
    group.click()
    page.wait_for_function(f"(n) => ({cards})() < n", arg=before)
    page.locator('[data-group][aria-expanded="false"]').first.click()
    page.wait_for_function(f"(n) => ({cards})() === n", arg=before)


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
def test_a_lost_server_is_said_and_recovered_from(page, open_page):
    open_page("?example=neuron")
    page.route("**/api/v1/**", lambda route: route.abort())
    press(page, "ArrowRight", 1)
    page.wait_for_selector("#notices :text('server')", timeout=10_000)
    page.unroute("**/api/v1/**")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => !document.querySelector('#notices').textContent.includes('server')", timeout=15_000)
    open_page.faults.clear()  # the browser's own words about the requests that were cut off


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
