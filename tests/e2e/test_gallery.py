"""The gallery: a picture, a sentence and a place in the course for each example; found by a word, walked by arrows."""

import pytest
from playwright.sync_api import expect

from app.lessons import EXAMPLES

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
FOCUSED = "() => document.activeElement.dataset.example ?? document.activeElement.name ?? ''"
DRAWN = """(id) => {
  const use = document.querySelector(`[data-example="${id}"] use`);
  return use !== null && use.getBBox().width > 20;
}"""


def focus_stands_on(page, name):
    page.wait_for_function(f"(name) => ({FOCUSED})() === name", arg=name)


def shown(page):
    return page.eval_on_selector_all("[data-example]", "(all) => all.map((each) => each.dataset.example)")


@STILL
def test_the_gallery_shows_every_example_in_its_chapter_and_finds_one_by_its_words(open_page):
    page = open_page("?example=neuron")
    page.keyboard.press("g")
    expect(page.locator("[data-example]")).to_have_count(len(EXAMPLES))
    # Course order, a chapter's heading above its lessons, a place, a title and a sentence on each.
    assert shown(page) == list(EXAMPLES)
    assert [each.strip() for each in page.locator("dialog.gallery h3 .chapter").all_inner_texts()] == [
        str(k + 1) for k in range(len({example.group for example in EXAMPLES.values()}))
    ]
    neuron = EXAMPLES["neuron"]
    assert (neuron.chapter, neuron.lesson) == (2, 1)
    entry = page.locator("[data-example=neuron]")
    expect(entry).to_contain_text(f"2.1 {neuron.title}")
    expect(entry).to_contain_text(neuron.summary)
    expect(entry).to_have_accessible_name(f"Lesson 2.1 {neuron.title} {neuron.summary}")
    # The picture stands where the entry is in sight, and is asked for only then.
    page.wait_for_function(DRAWN, arg="neuron")
    assert page.locator("[data-example=truncated-full] use").count() == 0
    page.locator("[data-example=vanishing]").scroll_into_view_if_needed()
    page.wait_for_function(DRAWN, arg="vanishing", timeout=60_000)
    # Found by words, in any order; a word that no example has is said.
    page.locator("dialog.gallery input[name=words]").fill("loss neuron")
    expect(page.locator("[data-example]")).to_have_count(2)
    expect(page.locator(".find [role=status]")).to_have_text(f"2 of {len(EXAMPLES)}")
    assert shown(page) == ["neuron", "neuron-square"]
    page.locator("dialog.gallery input[name=words]").fill("gradient zebra")
    expect(page.locator(".find [role=status]")).to_have_text("No example has these words.")
    # The first one found opens with Enter.
    page.locator("dialog.gallery input[name=words]").fill("dropout")
    page.keyboard.press("Enter")
    expect(page.locator("dialog.gallery")).not_to_be_visible()
    expect(page.locator("#top .title")).to_contain_text(EXAMPLES["regularisation"].title, timeout=20_000)


@STILL
def test_arrows_walk_from_example_to_example_and_enter_opens_one(open_page):
    page = open_page("?example=neuron")
    page.keyboard.press("g")
    focus_stands_on(page, "neuron")
    page.keyboard.press("ArrowRight")
    focus_stands_on(page, "neuron-square")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    focus_stands_on(page, "chain")
    page.keyboard.press("ArrowDown")  # the nearest of the next row: neuron, or the one right of it
    page.wait_for_function(f"() => ['neuron', 'neuron-square'].includes(({FOCUSED})())")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    focus_stands_on(page, "words")  # above the first row stands the field
    page.keyboard.press("ArrowDown")
    focus_stands_on(page, "square")
    page.keyboard.press("Enter")
    expect(page.locator("#top .title")).to_contain_text(EXAMPLES["square"].title, timeout=20_000)
