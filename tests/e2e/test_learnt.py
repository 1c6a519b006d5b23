"""What has been learnt, as pictures of the step on screen: curves, filters, confusion, gradients through time."""

import pytest

from tests.e2e.training import api, faults_of, picture

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")


@STILL
def test_a_fitted_curve_runs_through_what_the_network_answers(open_page):
    page = open_page("?example=overfitting&view=training")
    line = picture(page, "curve", 0).locator("polyline")
    points = [tuple(map(float, pair.split(","))) for pair in line.get_attribute("points").split()]
    samples = page.request.get(f"{api(page)}/samples").json()
    circles = page.locator("[data-picture=curve] svg[role=img] circle")
    assert circles.count() == len(samples["inputs"])
    assert page.locator("[data-picture=curve] svg[role=img] circle.held").count() == sum(samples["held"]) == 20
    inputs, targets = [point[0] for point in samples["inputs"]], [target[0] for target in samples["targets"]]
    axis = f"{min(inputs)}:{max(inputs)}:5"
    told = page.request.get(f"{api(page)}/evaluate?over=line&x={axis}&iteration=0").json()
    left, right = (float(circles.nth(inputs.index(f(inputs))).get_attribute("cx")) for f in (min, max))
    top, bottom = (float(circles.nth(targets.index(f(targets))).get_attribute("cy")) for f in (max, min))
    for x, (y,) in zip(told["x"], told["responses"][0]["data"], strict=True):
        across = left + (x - min(inputs)) / (max(inputs) - min(inputs)) * (right - left)
        up = bottom + (y - min(targets)) / (max(targets) - min(targets)) * (top - bottom)
        nearest = min(points, key=lambda point, across=across: abs(point[0] - across))
        assert abs(nearest[1] - up) < 6, "of 300 pixels"


@STILL
def test_digits_show_filters_confusion_and_what_is_misread(open_page):
    page = open_page("?example=deep-digits&view=training")
    page.wait_for_selector("[data-chart=loss]")
    page.fill("[data-command=train-to]", "40")
    page.keyboard.press("Enter")
    page.wait_for_selector(".state[data-status=done]", timeout=120_000)
    assert picture(page, "filters", 40).locator("canvas").count() == 64
    table = picture(page, "readings", 40).locator("table.confusion tbody tr")
    told = page.request.get(f"{api(page)}/readings?of=held&iteration=40").json()
    shown = [
        [int(x) for x in row.locator("td").evaluate_all("(all) => all.map((one) => one.dataset.exact)")]
        for row in table.all()
    ]
    assert shown == told["counts"]
    assert sum(map(sum, shown)) == 1000
    misread = page.locator("[data-picture=readings] .misread li")
    assert misread.count() == len(told["misread"]) == 24
    assert misread.first.locator("b").text_content() == str(told["misread"][0]["read"])
    assert faults_of(page) == []


@STILL
def test_gradients_through_time_are_a_triangle_and_a_slider_shows_what_cutting_them_loses(open_page):
    page = open_page("?example=lstm&view=training")
    told = page.request.get(f"{api(page)}/time?iteration=0&truncate=2").json()
    shown = picture(page, "time", 0)
    page.fill("[data-command=truncate]", "2")
    page.locator("[data-picture=time][data-truncate='2']").wait_for()
    cells = shown.locator("td.size")
    (layer,) = told["layers"]
    assert [float(cell.get_attribute("data-exact")) for cell in cells.all()] == layer["sizes"][0]
    dark = cells.evaluate_all("(all) => all.map((one) => one.classList.contains('lost'))")
    assert dark == [not kept for kept in layer["kept"][0]] == [True] * 4 + [False] * 2
    losses = {row.locator("th").text_content(): row.locator("td").last for row in shown.locator(".losses tr").all()}
    wanted = {leaf["label"]: leaf["share"] for leaf in told["lost"] if leaf["share"]}
    assert {label: float(cell.get_attribute("data-exact")) for label, cell in losses.items()} == wanted
    assert faults_of(page) == []
    page.fill("[data-command=truncate]", "6")
    page.get_by_text("Nothing is cut: every gradient is whole.").wait_for()
