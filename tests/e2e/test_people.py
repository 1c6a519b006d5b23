"""Everybody: by keyboard and spoken text alone, without motion, when the server is gone."""

import os
import re
import socket
import subprocess
import sys

import numpy as np
import pytest

from app.bootstrap import ROOT
from engine import Contribution, Forward
from tests.e2e.conftest import first_line
from tests.e2e.reading import at, cursor, engine_run, press

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
HEARD = "() => document.activeElement.getAttribute('aria-label')"
SPOKEN = "() => document.querySelector('#spoken').textContent"


def number_in(text):
    return float(text.replace("−", "-"))


def heard(page):
    return page.evaluate(HEARD)


def focus_graph(page):
    """Tab, until something in the graph has the focus."""
    page.evaluate("() => document.activeElement.blur()")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.closest('svg.stage') !== null"):
            return
    raise AssertionError("the graph is not reached by Tab")


# By keyboard and spoken text alone: the picture is never looked at


@STILL
def test_a_training_step_of_the_neuron_is_done_by_keyboard_and_spoken_text_alone(open_page):
    page = open_page("?example=neuron")
    told = [page.evaluate(SPOKEN)]
    for _ in range(40):
        place = cursor(page)
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(before) => document.body.dataset.cursor !== before", arg=str(place))
        if cursor(page) < place:
            break
        page.wait_for_function("(before) => document.querySelector('#spoken').textContent !== before", arg=told[-1])
        told.append(page.evaluate(SPOKEN))
    page.keyboard.press("ArrowLeft")
    at(page, 19, iteration=0)
    assert told[0] == "Training step 0 begins: 19 steps ahead."
    assert any("0.06278" in sentence for sentence in told)
    assert any("−0.08107" in sentence for sentence in told)
    page.keyboard.press("t")
    table = page.get_by_role("region", name="Events passed so far")
    table.get_by_role("row").first.wait_for()
    rows = [
        [cell.strip() for cell in row.locator("th, td").all_text_contents()] for row in table.get_by_role("row").all()
    ]
    assert rows[0] == ["step", "phase", "card", "what happens", "value", "contribution", "gradient"]
    assert len(rows) == 20
    found = {(row[2], what): row[k] for row in rows[1:] for k, what in ((4, "value"), (6, "gradient")) if row[k]}
    assert round(number_in(found["L", "value"]), 4) == 0.0628
    assert round(number_in(found["w", "gradient"]), 4) == -0.0811
    assert np.isclose(number_in(found["w", "value"]), 0.5 + 0.5 * 0.08107, atol=5e-5)
    assert np.isclose(number_in(found["b", "value"]), 0.1 + 0.5 * 0.08107, atol=5e-5)
    page.keyboard.press("Escape")
    focus_graph(page)
    assert re.fullmatch(r"w parameter 0\.5405 −0\.08107: value, gradient", card_called(page, "w"))


def card_called(page, name):
    """Go down from card to card until one of this name is heard."""
    for _ in range(20):
        if (heard(page) or "").startswith(f"{name} "):
            return heard(page)
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no card is called {name}")


@STILL
@pytest.mark.parametrize("example", ["reuse"])
def test_every_card_and_every_edge_is_reached_by_keyboard_and_says_its_numbers(open_page, example):
    run = engine_run(example)
    page = open_page(f"?example={example}&cursor={run.schedule.length}")
    at(page, run.schedule.length)
    focus_graph(page)
    cards, edges = {}, {}
    for _ in range(200):
        here = page.evaluate("() => ({ ...document.activeElement.dataset })")
        if "node" in here:
            cards[int(here["node"])] = heard(page)
            page.keyboard.press("Shift+ArrowLeft")
            while (edge := page.evaluate("() => document.activeElement.dataset.edge")) and edge not in edges:
                edges[edge] = heard(page)
                page.keyboard.press("ArrowDown")
            if page.evaluate("() => document.activeElement.dataset.edge"):
                page.keyboard.press("Shift+ArrowRight")
        before = page.evaluate("() => ({ ...document.activeElement.dataset })")
        page.keyboard.press("ArrowDown")
        if page.evaluate("() => ({ ...document.activeElement.dataset })") == before:
            break
    assert sorted(cards) == [node.id for node in run.graph.nodes]
    assert set(edges) == {f"{node.id}:{slot}" for node in run.graph.nodes for slot in range(len(node.inputs))}
    at(page, run.schedule.length)  # walking in the graph moves no step
    for event in run.schedule.events:
        if isinstance(event, Contribution) and not event.value.shape:
            sent = run.recording.buffer[event.value.offset]
            said = number_in(edges[f"{event.node}:{event.slot}"].split("the gradient ")[1].removesuffix(" back"))
            assert np.isclose(said, sent, rtol=6e-4)
    for event in run.schedule.events:
        if isinstance(event, Forward) and event.value.shape:
            array = run.recording.buffer[event.value.offset :][: event.value.size]
            said = re.search(r"value \(.*?\), largest in size (\S+) at", cards[event.node])
            assert np.isclose(abs(number_in(said[1])), np.abs(array).max(), rtol=6e-4)


@STILL
def test_the_graph_is_one_stop_of_the_tab_key_and_gives_the_focus_on_when_a_group_closes(open_page):
    page = open_page("?example=digits8")
    assert page.locator("svg.stage [tabindex='0']").count() == 1
    page.locator("svg.stage [data-group]").first.focus()
    name = page.evaluate("() => document.activeElement.dataset.group")
    for expanded in ("false", "true"):
        page.keyboard.press("Enter")
        page.wait_for_function(
            "([name, open]) => { const { dataset, ariaExpanded } = document.activeElement;"
            " return dataset.group === name && ariaExpanded === open; }",
            arg=[name, expanded],
        )
    assert page.locator("svg.stage [tabindex='0']").count() == 1


# Without motion


@STILL
def test_under_reduced_motion_numbers_say_the_order_in_which_the_signal_passes(open_page):
    run = engine_run("neuron")
    event = next(e for e in run.schedule.events if isinstance(e, Contribution) and e.node == run.graph.find("z").id)
    page = open_page(f"?example=neuron&cursor={event.index + 1}")
    at(page, event.index + 1)
    drawn = "() => [...document.querySelectorAll('.order')].map((o) => [o.dataset.order, o.getAttribute('transform')])"
    place = "(id) => document.querySelector(`[data-node='${id}']`).style.transform.replaceAll('px', '')"
    assert page.evaluate(drawn) == [
        ["1", page.evaluate(place, event.node)],
        ["2", page.evaluate(place, event.into)],
    ]
    moving = """() => { const c = document.querySelector('#stage > canvas');
      return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean); }"""
    page.keyboard.press("ArrowRight")
    for _ in range(5):
        assert not page.evaluate(moving)
        page.wait_for_timeout(50)


def test_where_motion_is_welcome_there_are_no_numbers_of_the_order(open_page):
    page = open_page("?example=neuron&cursor=13")
    at(page, 13)
    assert page.locator(".order").count() == 0


# Commands, and what a link shows


@STILL
@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_a_command_is_found_by_a_few_letters_of_its_name(open_page, key):
    page = open_page("?example=neuron")
    page.keyboard.press(key)
    page.wait_for_selector("dialog.palette input:focus")
    page.keyboard.type("end of this")
    page.wait_for_selector("#found-end[aria-selected=true]")
    options = page.locator("#found [role=option]").all_text_contents()
    assert options[0].startswith("To the end of this training step")
    assert page.locator("#found [aria-selected=true]").first.text_content() == options[0]
    page.keyboard.press("Enter")
    at(page, 19)
    assert page.locator("dialog[open]").count() == 0


@STILL
def test_a_link_names_the_panels_it_shows_and_the_others_stay_away(open_page):
    page = open_page("?example=neuron&cursor=13&panels=stage,sentence,transport")
    page.wait_for_selector(".say")
    for selector in ("svg.stage", ".say", "#transport"):
        assert page.locator(selector).first.is_visible()
    for selector in ("#top", "#legend", ".explain .lines", ".operands", ".listing"):
        assert not page.locator(selector).first.is_visible()
    page.keyboard.press("g")
    assert page.locator("dialog[open]").count() == 0
    page.wait_for_url(re.compile("panels=stage,sentence,transport"))
    page = open_page("?example=neuron&cursor=13&panels=stage")
    assert page.locator("#stage").bounding_box()["width"] == page.viewport_size["width"]


# The server


@STILL
def test_a_server_that_stops_is_said_and_one_that_comes_back_is_gone_on_with(page):
    port = free_port()
    server = start(port)
    try:
        page.goto(f"http://127.0.0.1:{port}/?example=neuron")
        page.wait_for_selector("html[data-ready]", timeout=20_000)
        page.wait_for_url(re.compile("session="))
        page.wait_for_function("() => document.querySelector('.say') !== null")
        stop(server)
        press(page, "ArrowRight", 1)
        page.wait_for_selector(".notice.lost", timeout=10_000)
        press(page, "ArrowRight", 2)  # what was fetched can still be walked
        server = start(port)
        page.wait_for_selector(".notice.lost", state="detached", timeout=15_000)
        press(page, "End", 19)
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "() => document.body.dataset.iteration === '1' || document.querySelector('[data-command=reopen]')"
        )
        if page.locator("[data-command=reopen]").count():
            page.keyboard.press("r")
            page.wait_for_selector(".notice", state="detached")
            at(page, 19, iteration=0)
    finally:
        stop(server)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(port):
    command = [sys.executable, "-m", "app", "--port", str(port), "--no-browser", "--store", "memory:"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    first_line(process)
    return process


def stop(process):
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()
