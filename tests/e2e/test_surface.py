"""The loss surface of the training view: contours of the service's losses, and the path of training on them."""

import pytest

from tests.e2e.reading import at
from tests.e2e.training import api, faults_of, picture

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
STEP = 24
# What colour lies at each of some places of the picture, given as shares of its width and height: the level of the
# uppermost contour that reaches there.
COLOURS = """(places) => {
  const box = document.querySelector('svg.heights').getBoundingClientRect();
  return places.map(([x, y]) => {
    const all = document.elementsFromPoint(box.left + x * box.width, box.top + y * box.height);
    if (all.some((one) => one.closest('a'))) return 'path';
    return all.find((one) => one.matches('.band'))?.dataset.level ?? null;
  });
}"""
LINKS = "(all) => all.map((one) => Number(one.dataset.iteration))"
CENTRES = "(all) => all.map((one) => [Number(one.getAttribute('cx')) / 400, 1 - Number(one.getAttribute('cy')) / 400])"


@pytest.fixture(scope="module")
def valley(browser, server):
    """A model of two numbers, x and y, at a step of its training."""
    context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"/?example=optimizers&iteration={STEP}&view=training")
    picture(page, "surface", STEP)
    yield page, faults
    context.close()
    assert faults == []


@pytest.fixture
def surface(valley):
    """The page at its step, with the directions it opens with; and what the service tells of that."""
    page, _ = valley
    if page.locator("body").get_attribute("data-iteration") != str(STEP):
        page.evaluate(f"() => import('/static/js/runs.js').then((runs) => runs.choose({STEP}))")
        at(page, 0, STEP)
    if page.locator("[data-command=surface-x]").input_value() != "x":
        page.select_option("[data-command=surface-x]", "x")
        page.wait_for_selector("svg.heights[aria-label*='over x and y']")
    page.wait_for_selector(f"[data-picture=surface][data-step='{STEP}'][aria-busy=false]")
    return page, told(page, STEP)


def told(page, step, asked=""):
    answer = page.request.get(f"{api(page)}/surface?iteration={step}{asked}")
    assert answer.ok, answer.text()
    return answer.json()


def shares(points, x):
    return (x - points[0]) / (points[-1] - points[0])


def test_a_surface_of_two_numbers_is_drawn_at_once_and_its_contours_are_the_services(surface):
    page, found = surface
    drawn = page.locator("svg.heights .band").evaluate_all("(all) => all.map((one) => Number(one.dataset.level))")
    assert drawn == found["levels"]
    listed = page.locator(".levels li").evaluate_all("(all) => all.map((one) => Number(one.dataset.level))")
    assert listed == sorted(found["levels"], reverse=True)
    assert len(found["levels"]) > 5


def test_every_place_has_the_colour_of_its_loss(surface):
    page, found = surface
    page.locator("svg.heights").scroll_into_view_if_needed()
    side, levels, wanted, places = len(found["losses"]), found["levels"], [], []
    for j in range(2, side - 2, 5):
        for i in range(2, side - 2, 5):
            loss = found["losses"][j][i]
            if all(abs(loss - level) > 0.02 * level for level in levels):
                wanted.append(max((level for level in levels if level <= loss), default=None))
                places.append([i / (side - 1), 1 - j / (side - 1)])
    seen = page.evaluate(COLOURS, places)
    both = [(w, s) for w, s in zip(wanted, seen, strict=True) if s != "path"]
    assert len(both) > 25
    assert len({w for w, _ in both}) > 5
    assert [w for w, _ in both] == [None if s is None else float(s) for _, s in both]


def test_the_path_lies_where_the_numbers_were_and_each_point_is_a_link_to_its_step(surface):
    page, found = surface
    assert page.locator("svg.heights a").evaluate_all(LINKS) == list(range(STEP + 1))
    centres = page.locator("svg.heights .dot").evaluate_all(CENTRES)
    for (across, up), point in zip(centres, found["path"], strict=True):
        assert across == pytest.approx(shares(found["x"]["points"], point["x"]), abs=1e-6)
        assert up == pytest.approx(shares(found["y"]["points"], point["y"]), abs=1e-6)
    assert page.locator("svg.heights a.now").get_attribute("data-iteration") == str(STEP)
    page.locator("svg.heights a[data-iteration='3'] .dot").click()
    at(page, 0, 3)
    picture(page, "surface", 3)
    assert page.locator("svg.heights a.now").get_attribute("data-iteration") == "3"
    assert page.locator("svg.heights a").count() == STEP + 1, "the path goes on to the furthest step"


def test_the_path_is_walked_by_keyboard_and_spoken(surface):
    page, found = surface
    now = page.locator("svg.heights a.now")
    assert page.locator("svg.heights a[tabindex='0']").count() == 1
    now.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    focused = page.locator("svg.heights a:focus")
    assert focused.get_attribute("data-iteration") == str(STEP - 2)
    assert focused.get_attribute("aria-label").startswith(f"Step {STEP - 2}, loss ")
    page.wait_for_function(f"() => document.querySelector('.surface .at b').textContent === '{STEP - 2}'")
    assert float(page.locator(".surface .at b").nth(1).get_attribute("data-exact")) == found["path"][STEP - 2]["loss"]
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    at(page, 0, 0)
    assert page.locator("body").get_attribute("data-view") == "training"


def test_the_path_is_a_table_too(surface):
    page, found = surface
    page.locator(".surface .as-table summary").click()
    rows = page.locator(".surface .as-table tbody tr")
    rows.first.wait_for()
    numbers = rows.evaluate_all(
        "(all) => all.map((row) => [...row.cells].slice(1).map((cell) => Number(cell.dataset.exact)))"
    )
    keys = ("x", "y", "loss", "under", "away")
    assert numbers == [[point[key] for key in keys] for point in found["path"]]
    page.locator(".surface .as-table summary").click()


def test_another_direction_is_chosen_and_what_was_taken_away_is_said(surface):
    page, _ = surface
    page.select_option("[data-command=surface-x]", "gradient")
    page.wait_for_selector("svg.heights[aria-label*='over along the gradient and y']")
    found = told(page, STEP, "&x=gradient&y=y")
    drawn = page.locator("svg.heights .band").evaluate_all("(all) => all.map((one) => Number(one.dataset.level))")
    assert drawn == found["levels"]
    assert 0 < found["y"]["kept"] < 1
    assert "is left: what lies along →" in page.locator(".surface .note").text_content()


def test_two_equal_directions_say_why_there_is_no_plane(surface, valley):
    page, _ = surface
    page.select_option("[data-command=surface-x]", "y")
    page.wait_for_selector(".surface .failed")
    assert "parallel" in page.locator(".surface .failed").text_content()
    page.select_option("[data-command=surface-x]", "x")
    page.wait_for_selector(".surface .failed", state="detached")
    _, faults = valley
    assert "416" in faults.pop(), "what was refused is the only fault"


def test_it_is_seen_from_closer_and_from_further(surface):
    page, found = surface
    page.click("[data-command=surface-closer]")
    page.wait_for_selector("[data-command=surface-fit]")
    closer = told(page, STEP, f"&x=x&y=y&span={found['span'] / 2}")
    last = "(level) => document.querySelector('svg.heights .band').dataset.level === level"
    page.wait_for_function(last, arg=str(closer["levels"][0]))
    page.click("[data-command=surface-fit]")
    page.wait_for_function(last, arg=str(found["levels"][0]))
    assert page.locator("[data-command=surface-fit]").count() == 0


def test_it_opens_large_and_closes_with_escape(surface):
    page, _ = surface
    page.click("[data-command=surface-large]")
    page.wait_for_selector("dialog.surface-large[open] svg.heights")
    small, large = (page.locator("svg.heights").nth(k).bounding_box()["width"] for k in (0, 1))
    assert large > 1.3 * small
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.surface-large[open]", state="detached")


@STILL
def test_a_surface_of_many_numbers_is_computed_when_it_is_asked_for(open_page):
    page = open_page("?example=digits8&iteration=5&view=training")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/surface?" in request.url else None)
    page.wait_for_selector("[data-command=draw-surface]")
    picture(page, "filters", 5)
    assert asked == []
    page.click("[data-command=draw-surface]")
    picture(page, "surface", 5)
    assert len(asked) == 1
    found = told(page, 5)
    assert (found["x"]["direction"], found["y"]["direction"]) == ("path1", "path2")
    assert float(page.locator(".surface .note b").first.get_attribute("data-exact") or found["share"]) == found["share"]
    assert page.locator("svg.heights a").evaluate_all(LINKS) == [0, 1, 2, 3, 4, 5]
    assert faults_of(page) == []


@STILL
def test_where_other_surfaces_come_first_it_is_asked_for_again(page, open_page):
    refused = []

    def once(route):
        if refused:
            return route.continue_()
        refused.append(route.request.url)
        return route.fulfill(status=503, json={"detail": "1 surface is being computed"})

    page.route("**/surface?*", once)
    open_page("?example=optimizers&view=training")
    picture(page, "surface", 0)
    assert len(refused) == 1
    assert all("503" in fault for fault in open_page.faults)
    open_page.faults.clear()


@STILL
def test_a_model_of_one_number_has_no_surface(open_page):
    page = open_page("?example=escape-sgd&view=training")
    page.wait_for_selector("[data-chart=loss]")
    assert page.locator("[data-picture=surface]").count() == 0
