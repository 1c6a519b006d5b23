"""Predict, then reveal: the next number stands nowhere until it is asked for; answers are held to it in a sentence."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine import Contribution, Trace
from tests.e2e.reading import at, cursor, engine_run

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
# Whatever can be read, heard or copied anywhere on the page.
EVERYTHING = """() => [...document.querySelectorAll('body *')].flatMap((e) => [
  ...[...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent),
  ...['aria-label', 'aria-valuetext', 'title', 'data-exact'].map((name) => e.getAttribute(name) ?? '')]).join(' ')"""


SMALLEST = """() => Math.min(...[...document.querySelectorAll('.predict :not(.katex *, .unseen)')]
  .filter((e) => e.getClientRects().length && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""


def shown(number):
    """As the page writes it: four digits and a real minus sign."""
    size = abs(float(number))
    text = f"{size:.{max(0, 3 - int(np.floor(np.log10(size))))}f}" if size else "0"
    return ("−" if number < 0 else "") + text


def question(page, event):
    """Wait until the number of this event is asked for."""
    page.wait_for_selector(f".predict[data-asked='{event}'] .lines .formula .hole")


def sent_back(run, op):
    """The contribution that comes back over an op."""
    return next(e for e in run.schedule.events if isinstance(e, Contribution) and run.graph.nodes[e.node].op == op)


def answer(page, number):
    page.get_by_role("button", name="its value").click()
    page.get_by_role("textbox", name="It is").fill(str(number))
    page.keyboard.press("Enter")
    return page.locator(".told .verdict")


@STILL
def test_a_number_of_the_neuron_stands_nowhere_until_it_is_revealed(open_page):
    run = engine_run("neuron")
    numbers, known = run.recording.buffer, []
    page = open_page("?example=neuron&predict=1")
    for event in run.schedule.events:
        at(page, event.index)
        if not hasattr(event, "value"):
            page.keyboard.press("ArrowRight")
            at(page, event.index + 1)
            page.keyboard.press("ArrowRight")
            continue
        page.wait_for_selector(f".predict[data-asked='{event.index}']")
        number = float(numbers[event.value.offset])
        fresh = all(abs(number) != abs(k) for k in (*known, *map(float, numbers[:7])))
        if fresh:
            question(page, event.index)
            everything = page.evaluate(EVERYTHING)
            assert repr(number) not in everything
            assert not re.search(rf"{re.escape(shown(abs(number)))}(?!\d)", everything), (event, number)
        page.keyboard.press("ArrowRight")
        at(page, event.index + 1)
        page.wait_for_function("() => !document.querySelector('.predict[data-asked]')")
        if fresh:
            page.wait_for_function("([text]) => document.body.textContent.includes(text)", arg=[shown(number)])
        known.append(number)
        if hasattr(run.schedule.events[min(event.index + 1, 18)], "value"):
            page.keyboard.press("ArrowRight")
    assert len(known) == 17


@STILL
def test_usual_mistakes_get_their_own_sentences(open_page):
    run = engine_run("neuron")
    trace = Trace(run.graph, run.schedule, run.recording)
    event = sent_back(run, "sigmoid")
    page = open_page(f"?example=neuron&cursor={event.index}&predict=1")
    question(page, event.index)
    number = float(trace.view(event.value))
    for wrong, sentence in (
        (trace.view(event.upstream), "it is multiplied by the slope of the sigmoid"),
        (trace.view(event.local), "That is the slope of the sigmoid; what arrives is multiplied by it"),
        (-number, "The size is right, the sign is not"),
        (3 * number, "The number is smaller in size"),
    ):
        expect(answer(page, float(wrong))).to_contain_text(sentence)
        assert "wrong" in page.locator(".told .verdict").get_attribute("class")
    page.get_by_role("button", name="its size").click()
    page.get_by_role("button", name="0.1", exact=True).click()
    expect(page.locator(".told .verdict")).to_contain_text("The number is smaller than that.")
    page.get_by_role("button", name="0.01", exact=True).click()
    expect(page.locator(".told .verdict")).to_contain_text("You said 0.01 or more, below 0.1. Right.")
    product = [e for e in run.schedule.events if isinstance(e, Contribution)][-2]  # to w, by the factor x
    page.evaluate("() => document.activeElement.blur()")
    while cursor(page) < product.index:
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    question(page, product.index)
    w = float(trace.view(trace.schedule.values[product.into]))
    own = answer(page, float(trace.view(product.upstream)) * w)
    expect(own).to_contain_text("The slope of a product by one factor is the other factor, not itself.")


@STILL
def test_one_of_two_paths_is_recognised_where_the_whole_gradient_is_asked_for(open_page):
    run = engine_run("reuse")
    event = [e for e in run.schedule.events if isinstance(e, Contribution)][-1]
    page = open_page(f"?example=reuse&cursor={event.index}&predict=1")
    question(page, event.index)
    expect(page.locator(".predict .say")).to_contain_text("the whole gradient of x, now that another path arrives")
    expect(answer(page, float(run.recording.buffer[event.value.offset]))).to_contain_text("what came over the others")
    expect(answer(page, float(run.recording.buffer[event.total.offset]))).to_contain_text("Right.")


@STILL
def test_a_forgotten_mean_is_recognised(open_page):
    run = engine_run("batch-norm")
    event = next(e for e in run.schedule.events if isinstance(e, Contribution))
    page = open_page(f"?example=batch-norm&cursor={event.index}&predict=1")
    question(page, event.index)
    sent = Trace(run.graph, run.schedule, run.recording).view(event.value)
    largest = sent.flat[np.abs(sent).argmax()]
    expect(answer(page, float(largest) * sent.size)).to_contain_text("a mean divides by how many there are")


@STILL
def test_a_class_predicts_by_keyboard_alone_and_right_answers_are_counted(open_page):
    run = engine_run("neuron")
    event = sent_back(run, "sigmoid")
    page = open_page(f"?example=neuron&cursor={event.index}")
    page.keyboard.press("q")
    question(page, event.index)
    assert page.locator("#spoken").text_content() == "Predict what the sigmoid sends back to z."
    page.keyboard.press("a")
    page.keyboard.press("Enter")  # the first of the signs: negative
    expect(page.locator(".told .verdict")).to_contain_text("You said negative. Right.")
    expect(page.locator(".tally")).to_have_text("1 of 1 right")
    page.keyboard.press("ArrowRight")
    at(page, event.index + 1)
    expect(page.locator("#spoken")).to_contain_text("−0.08107")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f".predict[data-asked='{event.index + 1}']")
    page.keyboard.press("a")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the last of the signs: positive
    expect(page.locator(".told .verdict")).to_contain_text("You said positive. The number is negative.")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator(".told .verdict")).to_contain_text("You said negative. Right.")
    expect(page.locator(".tally")).to_have_text("1 of 2 right")  # the first answer counts
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => !document.querySelector('.predict[data-asked]')")
    assert cursor(page) == event.index + 1
    page.wait_for_url(re.compile(rf"cursor={event.index + 1}&predict=1"))
    page.reload()
    page.wait_for_selector(f".predict[data-asked='{event.index + 1}']")
    page.keyboard.press("q")
    expect(page.locator(".predict")).to_have_count(0)


@STILL
def test_a_clicker_asks_and_reveals_while_presenting_even_while_an_answer_is_typed(open_page):
    event = sent_back(engine_run("neuron"), "sigmoid")
    page = open_page(f"?example=neuron&cursor={event.index}&predict=1&present=1")
    question(page, event.index)
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert page.evaluate(SMALLEST) >= 24
    page.get_by_role("button", name="its value").click()
    page.get_by_role("textbox", name="It is").fill("0.1")
    page.keyboard.press("PageDown")
    at(page, event.index + 1)
    page.wait_for_function("() => !document.querySelector('.predict[data-asked]')")
    page.keyboard.press("PageDown")
    page.wait_for_selector(f".predict[data-asked='{event.index + 1}']")
    assert cursor(page) == event.index + 1
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    question(page, event.index)
