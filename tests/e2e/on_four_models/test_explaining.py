"""The panel: a sentence, a formula, the numbers in it, what they are made of, and why one of them is zero."""

import json
import math
import re

import numpy as np
import pytest

from engine import Assign, Contribution, Explainer, Forward, Seed, Trace, explain_entry
from engine.why import why_value_zero, why_zero
from tests.e2e.on_four_models.looking import choose, exact, go, said, until
from tests.e2e.reading import assert_rounded, at

PLACE = re.compile(r"\\num\{(\d+)\}")
NUMBER = r"\(?(-?[\d.]+(?:\\!\\times\\!10\^\{-?\d+\})?)\)?"
LINES = """() => [...document.querySelectorAll('.explain .line:not(.quiet)')].map((line) =>
  [...line.querySelectorAll('.formula')].map((f) => f.querySelector('annotation')?.textContent ?? ''))"""
OPERANDS = """() => [...document.querySelectorAll('.explain .operands tbody tr')].map((row) => ({
  says: row.querySelector('.what').textContent, offset: Number(row.cells[2].dataset.offset ?? NaN),
  text: row.cells[2].textContent }))"""
SHOWN_ENTRY = """() => JSON.stringify([...document.querySelectorAll('.numbers.value .index input')]
  .map(({ value }) => Number(value)))"""
PRODUCTS = {"neuron": [], "digits": ["matmul"], "cnn": ["conv2d", "matmul"], "lstm": ["linear", "matmul"]}
ZEROS = {
    "neuron": set(), "digits": {"zero factor", "given"}, "lstm": {"zero factor", "given", "rounded away"},
    "cnn": {"dead relu", "not chosen", "zero factor", "closed relu", "given"},
}  # fmt: skip


def number_in(tex):
    return re.sub(r"\\!\\times\\!10\^\{(-?\d+)\}", r"e\1", tex)


def largest(run, event):
    """The entry that says most of an event's array."""
    array = np.abs(Trace(run.graph, run.schedule, run.recording).view(event.value))
    return tuple(map(int, np.unravel_index(np.argmax(array), array.shape))) if array.any() else None


def plain(tex):
    return re.sub(r"\\htmlClass\{gradient\}|[{}]", "", tex)


def pattern(tex):
    """What a formula is with some numbers at its places."""
    parts = PLACE.split(tex)
    return "".join(re.escape(part) if k % 2 == 0 else NUMBER for k, part in enumerate(parts))


def wrong_in(run, shown, lines):
    """The first line on screen that is not the engine's, with its numbers rounded; None where all are."""
    if len(shown) != len(lines):
        return shown
    for found, line in zip(shown, lines, strict=True):
        written = re.fullmatch(pattern(line.numbers), found[1]) if line.numbers and len(found) == 2 else None
        if (
            plain(found[0]) != plain(line.formula)
            or len(found) != 1 + bool(line.numbers)
            or bool(written) != bool(line.numbers)
        ):
            return found
        for text, offset in zip(written.groups(), PLACE.findall(line.numbers), strict=True) if written else ():
            if not math.isclose(float(number_in(text)), run.recording.buffer[int(offset)], rel_tol=6e-4):
                return found
    return None


def test_every_event_is_one_plain_sentence_with_its_formula_its_numbers_and_its_shapes(opened):
    page, run = opened
    explainer = Explainer(run.graph, run.schedule)
    for place in range(1, run.schedule.length + 1, max(1, run.schedule.length // 12)):
        go(page, run, place)
        event = run.schedule.events[place - 1]
        told = said(page, place)
        assert re.fullmatch(r"\S.+[.:]", told["sentence"], re.S), told["sentence"]
        entry = largest(run, event) if hasattr(event, "value") else None
        lines = explainer.explain(event.index, entry).lines
        if entry and lines:
            page.locator(".which-entry", has_text=f"numbers of entry {list(entry)}, the largest").wait_for()
        found = until(page, LINES, lambda shown, lines=lines: not wrong_in(run, shown, lines))
        assert not wrong_in(run, found, lines)
        told = said(page, place)
        assert told["wrong"] == 0
        if isinstance(event, Forward | Contribution):
            assert lines
            assert told["shapes"]
            assert all(re.fullmatch(r"\(.*\)", shape) for shape in told["shapes"])


def test_upstream_times_local_is_the_contribution_that_was_recorded(opened):
    page, run = opened
    trace = Trace(run.graph, run.schedule, run.recording)
    sent = [e for e in run.schedule.events if isinstance(e, Contribution)]
    both = [e for e in sent if not isinstance(e.local, float | None)]
    for event in (sent[0], both[0], both[len(both) // 2], both[-1], sent[-1]):
        go(page, run, event.index + 1)
        said(page, event.index + 1)
        rows = {row["says"]: row for row in page.evaluate(OPERANDS)}
        assert rows["upstream"]["offset"] == event.upstream.offset
        assert rows["sent back"]["offset"] == event.value.offset
        assert ("so far" in rows) == (event.total != event.value)
        if event in both:
            assert rows["local"]["offset"] == event.local.offset
            product = trace.view(event.upstream) * trace.view(event.local)
            assert product.sum() == pytest.approx(trace.view(event.value).sum(), rel=1e-9, abs=1e-15)
        for name, ref in (("upstream", event.upstream), ("sent back", event.value)):
            if ref.shape == ():
                assert_rounded(rows[name]["text"], float(trace.view(ref)))


def test_the_terms_of_any_entry_of_a_matrix_product_stand_under_the_pointer_and_add_up(opened, name):
    page, run = opened
    trace, explainer = Trace(run.graph, run.schedule, run.recording), Explainer(run.graph, run.schedule)
    go(page, run, run.schedule.length)
    for op in PRODUCTS[name]:
        node = [n for n in run.graph.nodes if n.op == op][-1]
        choose(page, node)
        before, cells = page.evaluate(SHOWN_ENTRY), page.locator(".numbers.value .cells")
        cells.scroll_into_view_if_needed()
        box = cells.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.25)
        page.wait_for_function(f"(before) => ({SHOWN_ENTRY})() !== before", arg=before)
        index = tuple(json.loads(page.evaluate(SHOWN_ENTRY)))
        page.wait_for_selector(".products:not(.back) tfoot", state="attached")
        expected = explain_entry(trace, explainer, node.id, index).products
        shown = exact(page, ".products:not(.back) [data-term]")
        assert shown == [term.value for term in expected.shown]
        value = float(trace.value(node.id, run.schedule.length)[index])
        assert math.isclose(sum(shown) + expected.rest, value, rel_tol=1e-9, abs_tol=1e-12)
        assert_rounded(page.locator(".products:not(.back) tfoot td").last.text_content(), value)
    if not PRODUCTS[name]:  # single numbers only: a product of two of them is its own only term
        choose(page, run.graph.find("w·x"))
        assert page.locator(".products").count() == 0
        assert page.locator(".chosen .meta").text_content() == "mul · a number"


def test_what_is_zero_says_why_and_what_is_not_is_not_asked(opened, name):
    page, run = opened
    go(page, run, run.schedule.length)
    zeros = zeros_of(run)
    assert set(zeros) == ZEROS[name]
    for kind, (node, which, entry, sentence) in zeros.items():
        choose(page, node, which, entry)
        page.locator(f".why [data-reason='{kind}']").first.wait_for()
        told = page.locator(".why").text_content()
        assert f"Why is the {which} 0?" in told
        assert sentence.split(" gets ")[0].replace("-", "−") in told
    choose(page, run.graph.find("y"))
    page.locator(".why [data-reason='not wanted']").wait_for()
    assert "Why is there no gradient?" in page.locator(".why").text_content()
    choose(page, run.graph.loss)  # neither is 0 here
    assert page.locator(".why").text_content().strip() == ""


def zeros_of(run):
    """One zero for each reason there is: where it stands, and what the engine says of it."""
    trace, found = Trace(run.graph, run.schedule, run.recording), {}
    for node in run.graph.nodes:
        for which, read, why in (("value", trace.value, value_reason), ("gradient", trace.gradient, gradient_reason)):
            numbers = read(node.id, run.schedule.length)
            for entry in np.argwhere(np.asarray(numbers) == 0)[:3].tolist() if numbers is not None else []:
                reason = why(trace, node.id, tuple(entry))
                found.setdefault(reason.kind, (node, which, entry, reason.sentence))
    return found


def value_reason(trace, node, entry):
    return why_value_zero(trace, node, entry, 0.0)


def gradient_reason(trace, node, entry):
    return why_zero(trace, node, entry, 0.0)[0]


def test_a_number_leads_to_the_event_that_made_it_and_back(opened):
    page, run = opened
    place = run.schedule.length * 2 // 3
    event = next(e for e in run.schedule.events[place:] if isinstance(e, Contribution))
    go(page, run, event.index + 1)
    said(page, event.index + 1)
    upstream = page.locator(".operands tr", has_text="upstream").locator("[data-command='origin']")
    made = int(upstream.get_attribute("data-event"))
    written = run.schedule.events[made]
    assert event.upstream in (written.value, getattr(written, "total", None))
    upstream.click()
    at(page, made + 1)
    page.locator("[data-command='return']").first.click()
    at(page, event.index + 1)
    param = next(e.param for e in reversed(run.schedule.events) if isinstance(e, Assign))
    go(page, run, run.schedule.length)
    choose(page, run.graph.nodes[param])
    page.locator(".origins [data-command='origin']", has_text="gradient at").click()
    total = [e for e in run.schedule.events if isinstance(e, Contribution) and e.into == param][-1].total
    made = [e for e in run.schedule.events if isinstance(e, Seed | Contribution)]
    refs = [(e.index, {e.value.offset, getattr(e, "total", e.value).offset}) for e in made]
    at(page, 1 + next(index for index, offsets in refs if total.offset in offsets))
