"""Two runs in lock-step: a twin that differs in one thing, every number of both, and training them together."""

import re

import pytest

from tests.e2e.reading import at
from tests.e2e.training import session_of

pytestmark = pytest.mark.browser_context_args(reduced_motion="reduce")

CELLS = """() => [...document.querySelectorAll('#compare tr[data-row]')].map((row) => {
  const cells = [...row.querySelectorAll("[data-exact]")].map(({ dataset }) => dataset);
  return [row.dataset.row, Object.fromEntries(cells.map((of) => [`${of.role} ${of.side}`, Number(of.exact)]))];
})"""
MADE = """async ([name, given, iteration]) => {
  const [twins, { session }] = await Promise.all(['twins', 'store'].map((module) => import(`/static/js/${module}.js`)));
  if (name === 'edits') return twins.twinByEdits(given, 'edited', iteration);
  return twins.twinBySpec({ ...session.value.spec, ...given }, 'another spec');
}"""


def choose(page, kind, value=None):
    """The dialog's way to a twin."""
    page.keyboard.press("x")
    choice = page.locator(f"dialog.twin[open] [data-twin={kind}]")
    choice.locator("input[type=radio]").check(timeout=20_000)
    if value is not None:
        field = choice.locator("select, input[type=text]").last
        (field.select_option if field.evaluate("(field) => field.tagName === 'SELECT'") else field.fill)(value)
    page.click("[data-command=make-twin]")
    page.wait_for_selector("body[data-view=compare]", timeout=20_000)


def stands(page, cursor, iteration=0, other=None):
    """Wait until both are compared at a place; where B stands."""
    body = page.locator(f"#compare .run-body[data-iteration='{iteration}'][data-cursors^='{cursor},']")
    body.wait_for(timeout=30_000)
    found = int(body.get_attribute("data-cursors").partition(",")[2])
    assert other is None or found == other
    page.wait_for_selector(f"#compare [data-side=B][data-cursor='{found}'] .say:not(:text-is('…'))", timeout=30_000)
    return found


def twin_of(page):
    page.wait_for_function("() => location.search.includes('twin=')")
    return re.search(r"twin=([\w-]+)", page.url)[1]


def get(page, id, path):
    return page.request.get(f"{page.url.partition('?')[0]}api/v1/sessions/{id}/{path}").json()


def verdict(page):
    found = page.locator("#compare .outcome")
    return found.get_attribute("data-identical"), found.get_attribute("data-parts")


def said(page, side):
    return page.locator(f"#compare [data-side={side}] .say").inner_text()


def test_one_step_moves_both_and_every_number_of_both_is_the_sessions_own(page, open_page):
    open_page("?example=neuron&cursor=9")
    at(page, 9)
    assert page.locator("#top [data-command=view-compare]").count() == 0  # there is nothing to compare yet
    choose(page, "rate", "2")
    stands(page, 9, other=9)
    assert page.locator("#top [data-command=view-compare]").get_attribute("aria-pressed") == "true"
    assert page.locator("#compare .differ li").all_inner_texts() == ["learning rate: 0.5 → 2.0"]
    page.keyboard.press("n")
    stands(page, 0, 1)
    page.keyboard.press("End")
    stands(page, 19, 1)
    sessions = {"a": session_of(page), "b": twin_of(page)}
    for label, cells in page.evaluate(CELLS):
        for cell, shown in cells.items():
            which, side = cell.split()
            tensor = get(page, sessions[side], f"tensors/{label}/{which}?iteration=1&cursor=19")
            assert shown == tensor["data"], (label, cell)


def test_where_they_part_is_a_link_and_both_say_what_happens_there(page, open_page):
    open_page("?example=digits8&cursor=3")
    at(page, 3)
    choose(page, "activation", "tanh")
    stands(page, 3)
    assert verdict(page) == ("false", "4")
    page.locator("#compare .outcome [data-command=go-to-event]").click()
    stands(page, 4, other=4)
    assert ("positive" in said(page, "A"), "tanh" in said(page, "B")) == (True, True)
    same, row = (page.locator(f"#compare [data-row='{label}']") for label in ("z1", "a1"))
    assert same.locator(".of-value[data-ratio]").get_attribute("data-ratio") == "identical"
    ratio, (a, b) = row.locator(".of-value[data-ratio]"), row.locator(".of-value[data-exact]").all()
    numbers = [float(cell.get_attribute("data-exact")) for cell in (a, b)]
    assert float(ratio.get_attribute("data-ratio")) == numbers[1] / numbers[0]
    page.select_option("[data-command=compare-order]", "difference")
    page.wait_for_selector("#compare tr[data-row]:first-child[data-row=a1]")


def test_twins_without_a_difference_are_said_to_be_identical_also_when_both_have_trained(page, open_page):
    open_page("?example=frameworks-freeze&cursor=5")
    at(page, 5)
    choose(page, "none")
    stands(page, 5)
    assert verdict(page) == ("true", "none")
    page.fill("[data-command=both-to]", "20")
    page.click("#compare [data-command=train]")
    for side in "AB":
        page.wait_for_selector(f"[data-run={side}][data-status=done][data-reached='20']", timeout=60_000)
    stands(page, 0, 20)
    page.keyboard.press("End")
    length = int(page.evaluate("() => import('/static/js/store.js').then(({ length }) => length.value)"))
    stands(page, length, 20, length)
    assert verdict(page) == ("true", "none")
    assert page.locator("#compare [data-ratio]:not([data-ratio=identical])").count() == 0


def test_both_are_paused_together_and_whichever_is_behind_then_catches_up(page, open_page):
    open_page("?example=neuron")
    choose(page, "none")
    page.fill("[data-command=both-to]", "900000")
    page.click("#compare [data-command=train]")
    for side in "AB":
        page.wait_for_selector(f"[data-run={side}][data-status=training]:not([data-reached='0'])", timeout=60_000)
    page.click("#compare [data-command=train]:has-text('Pause both')")
    for side in "AB":
        page.wait_for_selector(f"[data-run={side}][data-status=cancelled]", timeout=60_000)
    reached = page.locator("[data-run]").evaluate_all("(runs) => runs.map((run) => Number(run.dataset.reached))")
    to = max(reached) + 5
    page.fill("[data-command=both-to]", str(to))
    page.click("#compare [data-command=train]:has-text('Train both')")
    for side in "AB":
        page.wait_for_selector(f"[data-run={side}][data-reached='{to}']:not([data-status=training])", timeout=60_000)
    stands(page, 0, to)
    assert verdict(page) == ("true", "none")


def test_both_courses_stand_in_the_same_charts_and_every_point_is_a_link_to_that_step_of_both(page, open_page):
    open_page("?example=spiral")
    choose(page, "rate", "0.05")
    page.fill("[data-command=both-to]", "64")
    page.keyboard.press("Tab")
    page.click("#compare [data-command=train]")
    for side in "AB":
        page.wait_for_selector(f"[data-run={side}][data-status=done][data-reached='64']", timeout=60_000)
    stands(page, 0, 64)
    sessions = {"A": session_of(page), "B": twin_of(page)}
    for side, id in sessions.items():
        history = get(page, id, "history")
        page.wait_for_selector(f"[data-chart=loss] [data-line={side}][data-exact='{history['loss'][-1]!r}']")
        assert history["iterations"][-1] == 64
    strokes = page.locator("[data-chart=loss] .inks path").evaluate_all(
        "(all) => all.map((one) => one.style.strokeDasharray)"
    )
    assert strokes[0] == "" != strokes[1]  # told apart without colour
    chart = page.locator("[data-chart=gradients] a.plot")
    chart.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    stands(page, 0, 2)
    page.keyboard.press("4")
    page.fill("#training [data-command=train-to]", "200")
    page.click("#training [data-command=train]")
    page.wait_for_selector("#training .state[data-status=done]", timeout=60_000)
    page.keyboard.press("5")
    page.wait_for_selector("#compare .refused:has-text('B has been trained to step 64 so far')", timeout=30_000)
    assert page.locator("[data-command=both-to]").input_value() == "200"
    page.click("#compare [data-command=train]")  # whichever is behind catches up
    page.wait_for_selector("[data-run=B][data-status=done][data-reached='200']", timeout=60_000)
    stands(page, 0, 200)
    href = chart.get_attribute("href")
    assert all(part in href for part in (sessions["A"], f"twin={sessions['B']}", "view=compare"))


def test_a_reload_shows_the_same_swapping_turns_it_round_and_closing_ends_it(page, open_page):
    open_page("?example=neuron&cursor=13")
    at(page, 13)
    choose(page, "weight", "0.25")
    stands(page, 13)
    assert page.locator("#compare .side-b + .says").inner_text() == "w is 0.25 from training step 0 on"
    before, sessions = page.evaluate(CELLS), (session_of(page), twin_of(page))
    page.wait_for_function("() => location.search.includes('view=compare') && location.search.includes('cursor=13')")
    page.reload()
    stands(page, 13)
    assert page.evaluate(CELLS) == before
    assert "edit at step 0" in page.locator("#compare .differ").inner_text()
    page.click("[data-command=swap-twin]")
    page.wait_for_function(
        "([a, b]) => location.search.includes(`session=${a}`) && location.search.includes(`twin=${b}`)",
        arg=list(sessions[::-1]),
    )
    stands(page, 13)
    turned = {"a": "b", "b": "a"}
    assert page.evaluate(CELLS) == [
        [label, {f"{cell[:-1]}{turned[cell[-1]]}": x for cell, x in cells.items()}] for label, cells in before
    ]
    page.keyboard.press("n")
    stands(page, 0, 1)  # whoever made the twin drives it, too
    page.click("[data-command=close-twin]")
    page.wait_for_selector("body[data-view=graph]")
    page.wait_for_function("() => !location.search.includes('twin=')")
    assert page.locator("#top [data-command=view-compare]").count() == 0


def test_where_the_two_have_different_steps_the_rule_is_said(page, open_page):
    open_page("?example=neuron&cursor=9")
    at(page, 9)
    choose(page, "optimizer", "adam")
    stands(page, 9, other=9)
    assert "the last step that does the same to a node of the same name" in page.locator("#compare .rule").inner_text()
    page.keyboard.press("End")
    length = get(page, twin_of(page), "schedule?iteration=0")["length"]
    assert stands(page, 19) == length > 19
    assert page.locator("#compare .side-b + .says").inner_text() == "adam instead of sgd"
    page.click("[data-command=swap-twin]")
    stands(page, length, other=19)
    assert page.locator("#compare .side-a + .says").inner_text() == "adam instead of sgd"


def test_other_parts_of_the_page_make_twins_too_and_are_told_why_one_cannot_be(page, open_page):
    open_page("?example=vanishing")
    assert page.evaluate(MADE, ["edits", [{"set": "nobody", "to": 1}], 0]).endswith(".")
    assert "learning_rate" in page.evaluate(MADE, ["spec", {"optimizer": {"name": "sgd", "learning_rate": -1}}, None])
    page.wait_for_selector("body[data-view=graph]")
    assert page.evaluate(MADE, ["edits", [{"set": "optimizer.learning_rate", "to": 1}], 0]) is None
    stands(page, 0)
    remedy = get(page, session_of(page), "diagnosis?iteration=0")["remedies"][0]
    choose(page, "remedy")
    page.wait_for_function(
        "(says) => document.querySelector('#compare .says').textContent === says", arg=remedy["says"]
    )
    stands(page, 0)
    page.goto(f"{page.url.partition('?')[0]}?session={session_of(page)}&twin=nobody&view=compare")
    page.wait_for_selector(".notice.problem:has-text('not there any more')")
    page.wait_for_selector("body[data-view=graph]")
    open_page.faults[:] = [fault for fault in open_page.faults if not re.search("40[04]|422", fault)]


BOTH_LOOK = """async (sample) => {
  const { beside, revising, session } = await import('/static/js/store.js');
  const looks = ({ data }) => data.sample === sample, rest = () => new Promise((done) => setTimeout(done, 20));
  while (revising.value || !looks(session.value) || !looks(beside.value.session)) await rest();
}"""


def both_look_at(page, sample, cursor):
    """Both took the sample, and are compared there: they differ in one thing alone."""
    page.evaluate(BOTH_LOOK, sample)
    stands(page, cursor)
    page.wait_for_function("() => document.querySelectorAll('#compare .differ li').length === 1")
    assert page.locator("#compare .differ li").inner_text().startswith("learning rate: ")
    ids = session_of(page), twin_of(page)
    shown = [get(page, id, "tensors/x/value?iteration=0&cursor=0")["data"] for id in ids]
    assert shown[0] == shown[1]
    assert [get(page, id, "")["data"]["sample"] for id in ids] == [sample, sample]
    return shown[0]


def test_the_next_sample_is_the_next_of_both_and_undo_brings_the_one_before_to_both(page, open_page):
    open_page("?example=digits8&cursor=6")
    at(page, 6)
    choose(page, "rate", "2")
    first = both_look_at(page, 0, 6)
    page.keyboard.press("]")
    second = both_look_at(page, 1, 6)
    assert second != first
    page.keyboard.press("]")
    both_look_at(page, 2, 6)
    for key, sample, picture in (("Control+z", 1, second), ("Control+z", 0, first), ("Control+Shift+z", 1, second)):
        page.keyboard.press(key)
        assert both_look_at(page, sample, 6) == picture
    page.keyboard.press("[")
    assert both_look_at(page, 0, 6) == first
