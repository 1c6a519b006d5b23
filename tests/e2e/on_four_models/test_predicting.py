"""Predict, then reveal: a number is hidden, asked for, held to what was answered, and shown."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine import Contribution, Forward, Trace
from engine.predict import mistakes, predict_value
from tests.e2e.on_four_models.looking import go
from tests.e2e.reading import at

# Whatever can be read, heard or copied anywhere on the page.
EVERYTHING = """() => [...document.querySelectorAll('body *')].flatMap((e) => [
  ...[...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent),
  ...['aria-label', 'aria-valuetext', 'title', 'data-exact'].map((name) => e.getAttribute(name) ?? '')]).join(' ')"""
PLACES = "() => [...document.querySelectorAll('[data-offset]')].map((e) => Number(e.dataset.offset))"
VERDICT = ".told .verdict"
USUAL = {
    "neuron": {"slope", "factor"}, "digits": {"slope", "path"}, "cnn": {"slope", "path"},
    "lstm": {"slope", "factor", "path"},
}  # fmt: skip
SAID = {
    "slope": "it is multiplied by the slope of",
    "factor": "is the other factor, not itself",
    "path": "all of them are added up",
}


@pytest.fixture
def asked(opened):
    """Numbers are asked for before they are shown; afterwards no longer."""
    page, run = opened
    page.keyboard.press("q")
    page.wait_for_selector(".predict")
    yield page, run, Trace(run.graph, run.schedule, run.recording)
    page.evaluate("() => document.activeElement.blur()")
    if page.locator(".predict").count():
        page.keyboard.press("q")
    page.wait_for_selector(".predict", state="detached")


def question(page, run, event):
    """Wait until this event's number is asked for; the entry that is asked for."""
    go(page, run, event.index)
    page.wait_for_selector(f".predict[data-asked='{event.index}'] .lines .formula")
    said = page.locator(".predict .say").text_content()
    found = re.search(r"entry (\[.*?\])", said)
    return tuple(json.loads(found[1])) if found else ()


def answered(page, number):
    page.locator("[data-command=predict-value]").click()
    page.get_by_role("textbox", name="It is").fill(repr(number))
    page.keyboard.press("Enter")
    return page.locator(VERDICT)


def fresh(trace, kind):
    """The first event of a kind whose largest number stands nowhere before: it is not handed on, and not given."""
    known = [
        trace.view(ref).ravel() for ref, n in zip(trace.schedule.values, trace.graph.nodes, strict=True) if not n.op
    ]
    for event in trace.schedule.events:
        if not hasattr(event, "value"):
            continue
        numbers = trace.view(event.value)
        most, alone = float(np.abs(numbers).max()), event.value == getattr(event, "total", event.value)
        if (
            isinstance(event, kind)
            and alone
            and len(repr(most)) > 10
            and not np.isin(most, np.abs(np.concatenate(known)))
        ):
            return event
        known.append(numbers.ravel())
    raise AssertionError("every number stands somewhere before")


def test_a_value_and_a_gradient_stand_in_no_view_until_they_are_revealed(asked):
    page, run, trace = asked
    for event in (fresh(trace, Forward), fresh(trace, Contribution)):
        entry = question(page, run, event)
        number = float(trace.view(event.value)[entry])
        assert abs(number) == np.abs(trace.view(event.value)).max()
        for key, view in (("2", "network"), ("3", "code"), ("1", "graph")):
            page.keyboard.press(key)
            page.wait_for_selector(f"body[data-view='{view}']")
            page.wait_for_selector("#stage [data-asked]", state="attached")
            assert repr(number) not in page.evaluate(EVERYTHING)
            assert event.value.offset not in page.evaluate(PLACES)
        page.keyboard.press("t")
        page.wait_for_selector("dialog.table[open]")
        assert repr(number) not in page.evaluate(EVERYTHING)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        page.keyboard.press("ArrowRight")
        at(page, event.index + 1)
        page.wait_for_selector(".predict[data-asked]", state="detached")
        shown = f"([offset, exact]) => ({PLACES})().includes(offset) || ({EVERYTHING})().includes(exact)"
        page.wait_for_function(shown, arg=[event.value.offset, repr(number)])


def test_sign_size_and_value_are_asked_and_a_right_answer_is_confirmed(asked):
    page, run, trace = asked
    event = fresh(trace, Contribution)
    number = float(trace.view(event.value)[question(page, run, event)])
    page.locator("[data-command=predict-sign]").click()
    for sign, said in ((-1, "negative"), (1, "positive")):
        page.locator("[data-command=answer-sign]", has_text=said).click()
        right = "Right." if np.sign(number) == sign else f"The number is {'positive' if number > 0 else 'negative'}."
        expect(page.locator(VERDICT)).to_have_text(f"You said {said}. {right}")
    size = int(np.floor(np.log10(abs(number))))
    page.locator("[data-command=predict-size]").click()
    while not page.locator(f"[data-size='{size}']").count():
        page.locator("[data-command=smaller-sizes]").click()
    page.locator(f"[data-size='{size}']").click()
    expect(page.locator(VERDICT)).to_contain_text("Right.")
    expect(answered(page, 3 * number)).to_contain_text("The number is smaller in size.")
    expect(answered(page, number)).to_contain_text("Right.")
    assert "right" in page.locator(VERDICT).get_attribute("class").split()
    page.keyboard.press("Escape")  # out of the field
    page.keyboard.press("ArrowRight")
    at(page, event.index + 1)
    expect(page.locator(".predict .verdict")).to_contain_text("Right.")


def test_usual_mistakes_are_recognised_and_answered_each_in_its_sentence(asked, name):
    page, run, trace = asked
    found = usual(trace)
    assert set(found) == USUAL[name]
    for mistake, (event, gives) in found.items():
        entry = question(page, run, event)
        assert predict_value(trace, event.index, entry, gives).mistake == mistake
        expect(answered(page, gives)).to_contain_text(SAID[mistake])
        assert "wrong" in page.locator(VERDICT).get_attribute("class").split()
        page.keyboard.press("Escape")


def usual(trace):
    """Where each mistake can be made for the first time, and what it gives there."""
    found = {}
    for event in trace.schedule.events:
        if isinstance(event, Contribution) and event.total == event.value:
            numbers = np.abs(trace.view(event.value))
            entry = tuple(map(int, np.unravel_index(np.argmax(numbers), numbers.shape)))
            for mistake in mistakes(trace, event.index, entry):
                if (
                    mistake.name in SAID
                    and predict_value(trace, event.index, entry, mistake.gives).mistake == mistake.name
                ):
                    found.setdefault(mistake.name, (event, mistake.gives))
    return found
