"""The training view: runs from the page, live charts of which every point is a link, and what has been learnt."""

import re
from functools import lru_cache

import pytest

from tests.e2e.reading import at, engine_run
from tests.e2e.training import api, faults_of, picture

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
STEPS = 1001
NUMBER = "[data-chart={}] [data-line='{}']"
# What the charts showed while the run was under way, each number once.
WATCH = """() => {
  window.seen = new Set();
  const look = () => {
    const status = document.querySelector('#training .state')?.dataset.status;
    const loss = document.querySelector('[data-chart=loss] [data-line=training]')?.dataset.exact;
    if (status === 'training' && loss) window.seen.add(loss);
  };
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document.querySelector('#training'), all);
}"""
# How long it takes from a click until the page stands at the step it chose.
TIMED = """(link) => new Promise((done) => {
  const begun = performance.now(), wanted = link.dataset.iteration;
  new MutationObserver((_, observer) => {
    if (document.body.dataset.iteration !== wanted) return;
    observer.disconnect();
    done([Number(wanted), performance.now() - begun]);
  }).observe(document.body, { attributes: true });
  link.click();
})"""
run_of = lru_cache(engine_run)


@pytest.fixture(scope="module")
def trained(browser, server):
    """A page on which the two-layer spiral was trained for 1001 steps, and what it showed meanwhile."""
    size = {"width": 1280, "height": 720}
    context = browser.new_context(base_url=server, viewport=size, reduced_motion="reduce")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto("/?example=modular&view=training")
    page.wait_for_selector("[data-chart=loss]", timeout=20_000)
    page.evaluate(WATCH)
    page.fill("[data-command=train-to]", str(STEPS))
    page.click("[data-command=train]")
    page.wait_for_selector(".state[data-status=done]", timeout=120_000)
    at(page, 0, STEPS)
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def spiral(trained):
    """The same page, back in the training view at the last step."""
    trained.keyboard.press("4")
    trained.locator("[data-chart=loss]").wait_for()
    return trained


def exact(page, chart, line="training"):
    return float(page.locator(NUMBER.format(chart, line)).get_attribute("data-exact"))


def history_of(page):
    return page.request.get(f"{api(page)}/history").json()


def shows(page, view):
    page.wait_for_function("(view) => document.body.dataset.view === view", arg=view)


def walks(page, step):
    """The step is walked through from its beginning."""
    at(page, 0, step)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.body.dataset.cursor > 0")
    at(page, page.evaluate("() => document.body.dataset.cursor"), step)


def choose(page, chart, share):
    """Put the pointer over a chart, at a share of its width, and say which step its link now leads to."""
    box = page.locator(f"[data-chart={chart}] .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
    return int(page.locator(f"[data-chart={chart}] a.plot").get_attribute("data-iteration"))


# Training from the page


def test_the_two_layer_spiral_trains_with_live_charts_to_an_accuracy_of_99_percent(spiral):
    assert spiral.evaluate("() => window.seen.size") >= 1, "the loss was shown while training went on"
    assert exact(spiral, "accuracy") >= 0.99
    assert exact(spiral, "loss") < 0.1


def test_all_five_charts_of_a_classifier_are_drawn_and_name_their_layers(spiral):
    assert spiral.locator("[data-chart]").evaluate_all("(all) => all.map((one) => one.dataset.chart)") == [
        "loss", "accuracy", "gradients", "updates", "rate",
    ]  # fmt: skip
    for chart in ("gradients", "updates"):
        lines = spiral.locator(f"[data-chart={chart}] [data-line]")
        assert lines.evaluate_all("(all) => all.map((one) => one.dataset.line)") == ["dense1", "dense2", "dense3"]


def test_any_earlier_step_opens_within_a_second_with_identical_numbers(spiral):
    times, run, last = [], run_of("modular"), 0
    for share in (0.031, 0.4, 0.77):
        wanted = choose(spiral, "gradients", share)
        opened, milliseconds = spiral.locator("[data-chart=gradients] a.plot").evaluate(TIMED)
        assert opened == wanted
        times.append(milliseconds)
        for _ in range(opened - last):
            run.advance()
        last = opened
        body = spiral.request.get(f"{api(spiral)}/recording?iteration={opened}").body()
        assert body == run.recording.buffer.tobytes()
        spiral.wait_for_function(f"() => location.search.includes('iteration={opened}&')")
    assert min(times) < 1000


def test_the_step_a_chart_led_to_is_walked_through_in_the_graph(spiral):
    wanted = choose(spiral, "loss", 0.5)
    assert 0 < wanted < STEPS
    spiral.mouse.down()
    spiral.mouse.up()
    at(spiral, 0, wanted)
    spiral.keyboard.press("w")
    shows(spiral, "graph")
    walks(spiral, wanted)


def test_a_chart_is_read_and_followed_by_keyboard(spiral):
    link = spiral.locator("[data-chart=accuracy] a.plot")
    link.focus()
    spiral.keyboard.press("Home")
    for _ in range(3):
        spiral.keyboard.press("ArrowRight")
    history = history_of(spiral)
    step = history["iterations"][3]
    assert link.get_attribute("data-iteration") == str(step)
    assert f"step {step}:" in link.get_attribute("aria-label")
    assert exact(spiral, "accuracy") == history["accuracy"][3]
    spiral.keyboard.press("Enter")
    at(spiral, 0, step)


def test_a_point_is_a_link_that_another_page_opens(spiral):
    step = choose(spiral, "updates", 0.6)
    href = spiral.locator("[data-chart=updates] a.plot").get_attribute("href")
    assert f"iteration={step}&" in href
    other = spiral.context.new_page()
    other.goto(f"/{href}")
    at(other, 0, step)
    other.wait_for_selector("[data-chart=loss]")
    other.close()


def test_the_table_has_the_numbers_of_the_charts_and_every_step_is_a_link(spiral):
    spiral.locator(".as-table summary").click()
    history = history_of(spiral)
    rows = spiral.locator(".as-table tbody tr")
    rows.nth(len(history["iterations"]) - 1).wait_for()
    told = rows.nth(4).locator("td").evaluate_all("(all) => all.map((one) => Number(one.dataset.exact))")
    assert told == [
        history["loss"][4], history["accuracy"][4], *(history["gradients"][n][4] for n in history["gradients"]),
        *(history["updates"][n][4] for n in history["updates"]), history["learning_rate"][4],
    ]  # fmt: skip
    rows.nth(4).locator("a").click()
    at(spiral, 0, history["iterations"][4])
    spiral.locator(".as-table summary").click()


def test_the_training_view_has_no_faults_that_axe_finds(spiral):
    assert faults_of(spiral) == []
    spiral.emulate_media(color_scheme="dark")
    assert faults_of(spiral, "color-contrast") == []


# Pausing, and going on


@STILL
def test_training_is_paused_at_any_time_and_the_next_step_is_walked_through(open_page):
    page = open_page("?example=deep-digits&view=training")
    page.wait_for_selector("[data-chart=loss]")
    page.evaluate(WATCH)
    page.fill("[data-command=train-to]", "100000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#training [role=progressbar]")
    page.wait_for_function("() => /left/.test(document.querySelector('#training .now')?.textContent)", timeout=60_000)
    page.wait_for_function("() => window.seen.size >= 3", timeout=60_000)  # the charts move while it trains
    page.keyboard.press("1")
    page.wait_for_function(
        "() => /[0-9]/.test(document.querySelector('#top [data-command=view-training]').textContent)"
    )
    page.keyboard.press("4")
    page.locator("[data-chart=loss] a.plot").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.locator("[data-command=newest]").click()
    page.locator("[data-command=newest]").wait_for(state="detached")
    page.click("[data-command=train]")
    page.wait_for_selector(".state[data-status=cancelled]", timeout=30_000)
    step = page.evaluate("() => document.querySelector('#training [role=status]').textContent")
    number = int(re.fullmatch(r"Paused\. Step ([\d,]+) is next\.", step)[1].replace(",", ""))
    at(page, 0, number)
    page.click("[data-command=walk]")
    shows(page, "graph")
    walks(page, number)


@STILL
def test_training_ends_where_the_loss_that_was_asked_for_is_reached(open_page):
    page = open_page("?example=modular&view=training")
    page.wait_for_selector("[data-chart=loss]")
    page.fill("[data-command=train-until]", "0.5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".state[data-status=reached]", timeout=60_000)
    page.wait_for_function("() => document.body.dataset.iteration > 0")
    assert exact(page, "loss") <= 0.5
    run = engine_run("modular", int(page.evaluate("() => document.body.dataset.iteration")))
    assert run.loss <= 0.5


@STILL
def test_a_model_without_an_optimizer_says_that_there_is_nothing_to_train(open_page):
    page = open_page("?example=softmax-ce&view=training")
    assert "no optimizer" in page.locator("#training .nothing").text_content()


# What has been learnt


PIXEL = """(canvas, [x, y]) => {
  const { width, height } = canvas, ink = canvas.getContext('2d');
  return [...ink.getImageData(Math.round(x * width), Math.round(y * height), 1, 1).data].slice(0, 3);
}"""


def test_the_boundary_is_coloured_by_the_class_the_network_takes_a_point_for(spiral):
    spiral.locator("[data-chart=loss] a.plot").focus()
    spiral.keyboard.press("End")
    spiral.keyboard.press("Enter")
    at(spiral, 0, STEPS)
    shown = picture(spiral, "plane", STEPS).locator("canvas.ground")
    spiral.wait_for_function("(canvas) => canvas.width > 100", arg=shown.element_handle())
    ask = "over=plane&x=-1.0:1.0:3&y=-0.9:0.9:3"
    told = spiral.request.get(f"{api(spiral)}/evaluate?{ask}&iteration={STEPS}").json()
    points = spiral.request.get(f"{api(spiral)}/samples").json()["inputs"]
    colours = {}
    for row in (0, 2):
        for column in (0, 2):
            x, y = told["x"][column], told["y"][row]
            outputs = told["responses"][0]["data"][row][column]
            place = [share(points, 0, x), 1 - share(points, 1, y)]
            colours.setdefault(outputs.index(max(outputs)), []).append(shown.evaluate(PIXEL, place))
    assert len(colours) > 1
    strongest = {max(range(3), key=lambda k, rgb=rgb: rgb[k]) for k, all in colours.items() if k < 3 for rgb in all}
    assert len(strongest) == len(colours), "each class has a hue of its own"


def share(points, axis, value):
    """Where a number lies in the picture, from 0 to 1."""
    numbers = [point[axis] for point in points]
    room = 0.09 * (max(numbers) - min(numbers))
    return (value - min(numbers) + room) / (max(numbers) - min(numbers) + 2 * room)


def test_each_hidden_unit_has_a_map_which_opens_large(spiral):
    spiral.select_option("[data-command=unit-layer]", "relu1")
    spiral.locator("[data-unit-map='63']").wait_for()
    assert spiral.locator("[data-unit-map]").count() == 64
    spiral.locator("[data-unit-map='5']").click()
    assert spiral.locator("[data-picture=plane] h2").text_content() == "Unit 5 of relu1"
    spiral.click("[data-command=boundary]")
    assert spiral.locator("[data-picture=plane] h2").text_content() == "Decision boundary"


def test_whoever_does_not_drive_sees_the_charts_and_cannot_train(spiral, browser):
    stranger = browser.new_context(reduced_motion="reduce").new_page()
    stranger.goto(spiral.url)
    stranger.wait_for_selector("[data-chart=loss]")
    assert stranger.locator("[data-command=train]").is_disabled()
    assert "Whoever made this session trains it" in stranger.locator("#training [role=status]").text_content()
    assert exact(stranger, "accuracy") == exact(spiral, "accuracy")
    stranger.context.close()
