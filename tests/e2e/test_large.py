"""Networks at full size: fetched as far as they are drawn, closed into groups, their pictures drawn as pictures."""

import re
from functools import lru_cache

import numpy as np
import pytest

from app.data import load
from engine import Contribution
from tests.e2e.reading import at, engine_run

pytestmark = pytest.mark.browser_context_args(reduced_motion="reduce")
run_of = lru_cache(engine_run)

PIXELS = """async (selector) => {
  const image = new Image();
  image.src = document.querySelector(selector).getAttribute('href');
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  return { width: image.width, height: image.height,
    bytes: [...canvas.getContext('2d').getImageData(0, 0, image.width, image.height).data] };
}"""


@pytest.fixture
def fetched(page):
    """What the page was sent of the service: (path, bytes)."""
    answers = []
    page.on("response", lambda answer: answers.append((answer.url, int(answer.headers.get("content-length", 0)))))
    return lambda part: [size for url, size in answers if part in url]


def value_image(run, label):
    return f'[data-node="{run.graph.find(label).id}"] [data-role=value] image'


def settle(page, selector):
    page.wait_for_function("(s) => document.querySelector(s)?.getAttribute('href')", arg=selector, timeout=15_000)


def pixels(page, selector):
    settle(page, selector)
    found = page.evaluate(PIXELS, selector)
    return np.array(found["bytes"]).reshape(found["height"], found["width"], 4)


@pytest.mark.parametrize("example", ["deep-digits", "cnn-shapes"])
def test_a_large_training_step_is_fetched_as_far_as_it_is_drawn(open_page, fetched, example):
    run = run_of(example)
    whole = run.recording.buffer.nbytes
    page = open_page(f"?example={example}")
    page.wait_for_load_state("networkidle")
    sizes = fetched("/recording?") + fetched("/overviews?")
    assert whole > 8_000_000
    assert max(sizes) <= 4 * 2**20
    assert sum(sizes) < min(6_000_000, whole / 2)


def test_a_large_training_step_is_walked_without_fetching_its_numbers_again(open_page, fetched):
    page = open_page("?example=deep-digits&cursor=20")
    page.wait_for_load_state("networkidle")
    before = len(fetched("/overviews?iteration=0"))
    for place in range(21, 31):
        page.keyboard.press("ArrowRight")
        at(page, int(page.evaluate("() => document.body.dataset.cursor")))
        assert page.locator(".row.known image:not([href])").count() == 0, place
    assert len(fetched("/overviews?iteration=0")) == before


def test_any_entry_of_a_large_weight_is_read_exactly_by_its_place(open_page):
    run = run_of("digits")
    weight = run.graph.find("dense1.weight").id
    gradient = next(e.total for e in run.schedule.events if isinstance(e, Contribution) and e.into == weight)
    page = open_page(f"?example=digits&cursor={run.schedule.length}")
    page.locator(f'[data-node="{weight}"]').dispatch_event("click")
    section = page.locator(".numbers.gradient")
    for axis, place in enumerate((406, 3)):
        section.locator(".index input").nth(axis).fill(str(place))
        section.locator(".index input").nth(axis).press("Tab")
    expected = float(run.recording.view(gradient)[406, 3])
    page.wait_for_function(
        "(n) => document.querySelector('.numbers.gradient .exact').textContent === n", arg=text(expected)
    )


def test_an_entry_of_an_overview_is_fetched_by_its_place(open_page):
    run = run_of("cnn-digits")
    weight = run.graph.find("dense1.weight")
    page = open_page("?example=cnn-digits")
    page.locator(f'[data-node="{weight.id}"]').dispatch_event("click")
    section = page.locator(".numbers.value")
    section.locator(".overview-of").wait_for()
    section.locator(".index input").nth(0).fill("7001")
    section.locator(".index input").nth(0).press("Tab")
    expected = float(run.model.values[weight.id][7001, 0])
    page.wait_for_function(
        "(n) => document.querySelector('.numbers.value .exact').textContent === n", arg=text(expected)
    )


def text(number):
    """As JavaScript writes it, with a real minus sign; the same number read back."""
    mantissa, _, exponent = repr(number).replace("-", "−").partition("e")
    return f"{mantissa}e{exponent.lstrip('+').replace('−0', '−')}" if exponent else mantissa


def test_a_hundred_time_steps_open_as_closed_cards_and_never_more_than_300_stand_there(open_page, fetched):
    page = open_page("?example=lstm-full&cursor=4000")
    cards = "() => document.querySelectorAll('[data-node], g.closed').length"
    assert page.evaluate(cards) < 10
    for layer in ("lstm1", "lstm2"):
        page.locator(f'[data-group="{layer}"]').dispatch_event("click")
        page.wait_for_selector(f'g.closed[data-group="{layer}/t100"]', state="attached", timeout=15_000)
        assert page.locator(f'g.closed[data-group^="{layer}/t"]').count() == 100
    for step in (90, 91, 99):
        page.locator(f'[data-group="lstm2/t{step}"]').dispatch_event("click")
        page.wait_for_selector(f'[data-group="lstm2/t{step}"][aria-expanded="true"]', state="attached", timeout=15_000)
        assert page.evaluate(cards) <= 300
    assert sum(fetched("/recording?")) + sum(fetched("/overviews?")) < 6_000_000


def test_a_step_among_thousands_is_walked_and_explained(open_page):
    page = open_page("?example=lstm-full&cursor=4000")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => Number(document.body.dataset.cursor) > 4000")
    page.wait_for_selector("#panel .katex", timeout=15_000)
    page.wait_for_function("() => !document.querySelector('#panel .lines').textContent.includes('…')", timeout=15_000)
    assert page.locator(".code div").count() < 400
    names = page.locator(".blocks span").evaluate_all("(all) => all.map((block) => block.title)")
    assert {"lstm1", "lstm2", "∂lstm1", "∂lstm2"} <= set(names)


def test_a_grey_picture_with_its_channel_is_drawn_in_ink(open_page):
    run = run_of("cnn")
    page = open_page("?example=cnn")
    drawn = pixels(page, value_image(run, "x"))
    ink = load("digits8", flat=False).x[0, 0]
    assert drawn.shape == (8, 8, 4)
    assert np.allclose(drawn[..., 0], 255 + (20 - 255) * ink, atol=1)


def test_a_coloured_picture_is_drawn_in_its_colours(open_page):
    run = run_of("cnn-shapes")
    page = open_page("?example=cnn-shapes")
    drawn = pixels(page, value_image(run, "x"))
    expected = 255 * run.model.values[run.graph.find("x").id][0].transpose(1, 2, 0)
    assert np.allclose(drawn[..., :3], expected, atol=1)


def test_feature_maps_stand_side_by_side_in_their_own_proportions(open_page):
    run = run_of("cnn-digits")
    page = open_page("?example=cnn-digits&cursor=5")
    drawn = pixels(page, value_image(run, "a1"))
    assert drawn.shape == (6 * 27 - 1, 6 * 27 - 1, 4)
    assert (drawn[26, :, 3] == 0).all(), "a gap between two maps"
    maps = run.recording.view(run.schedule.values[run.graph.find("a1").id])[0]
    zero = drawn[:26, :26, :3][maps[0] == 0]
    assert (zero == zero[0]).all()
    assert (drawn[:26, :26, :3][maps[0] > 1] != zero[0]).any(axis=1).all()


def test_each_sample_of_a_batch_has_its_label_and_what_it_is_read_as_and_can_be_walked_alone(open_page):
    run = run_of("deep-digits")
    loss = next(e for e in run.schedule.events if getattr(e, "saved", None) and "probabilities" in e.saved)
    read = run.recording.view(loss.saved["probabilities"]).argmax(axis=1)
    samples, labels = run.model.samples(0), load("digits28", flat=True).labels
    page = open_page(f"?example=deep-digits&cursor={loss.index + 1}")
    page.keyboard.press("s")
    tiles = page.locator("[data-sample]")
    tiles.first.wait_for()
    assert [int(n) for n in tiles.evaluate_all("(all) => all.map((t) => t.dataset.sample)")] == list(samples)
    told = [re.findall(r"a (\d), read as → (\d)", tile.text_content())[0] for tile in tiles.all()]
    assert told == [(str(labels[k]), str(taken)) for k, taken in zip(samples, read, strict=True)]
    tiles.nth(2).click()
    page.wait_for_function("(n) => document.querySelector('[data-command=sample]')?.value === n", arg=str(samples[2]))
    assert f"read as {read[2]} " in page.locator("#top").text_content()
    page.keyboard.press("u")
    page.wait_for_selector('[data-command="batch"]', timeout=15_000)
    at(page, loss.index + 1, 0)


@pytest.mark.parametrize("example", ["digits", "digits-square"])
def test_the_seven_and_what_it_is_read_as_stand_at_the_top(open_page, example):
    page = open_page(f"?example={example}&cursor={run_of(example).schedule.length}")
    assert "a 7, read as 3" in re.sub(r"\s+", " ", page.locator("#top").text_content())
