"""For people: by keyboard, by ear, as a table, without motion."""

from engine import Contribution
from tests.e2e.on_four_models.looking import EDGES, PLACES, SETTLED, go, said
from tests.e2e.reading import press


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
