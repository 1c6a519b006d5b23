"""Data on the page: picked, drawn by hand, brought as a table; and networks that are opened on them and train."""

import json
import re

import pytest

from app.data import SOURCES, load
from tests.e2e.reading import at
from tests.e2e.training import api, session_of

FORM = ".data-form"
ANEW = """() => Promise.all([import("/static/js/build/draft.js"), import("/static/js/build/spec.js")])
  .then(([draft, { OWN_NETWORK }]) => draft.start(OWN_NETWORK))"""
LEAVES = "width;length;kind\n" + "".join(
    f"{1 + k / 10:.1f};{4 + k / 5:.1f};{'leaf' if k % 2 else 'needle'}\n" for k in range(12)
)


@pytest.fixture(scope="module")
def shared(browser, server):
    context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/?example=neuron")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def form(shared):
    """The data of a new network, in the builder."""
    if not shared.locator("dialog.build[open]").count():
        shared.keyboard.press("m")
    shared.wait_for_selector("dialog.build[open] [data-tab=network]")
    shared.evaluate(ANEW)
    if not shared.locator(FORM).count():
        shared.click("[data-part=data] [aria-expanded]")
    shared.click(f"{FORM} [data-way=source]")
    shown(shared, 100)
    return shared


def shown(page, samples):
    """What the data are, once the service has told that there are so many samples."""
    page.wait_for_selector(f"{FORM}:not([data-asked]) .shown[data-samples='{samples}']", timeout=30_000)
    return page.locator(f"{FORM} .facts").inner_text()


def pick(page, name):
    page.select_option("[name=data]", name)
    page.wait_for_selector(f"{FORM}:not([data-asked]) .shown[data-family={SOURCES[name].family}]", timeout=30_000)


def fill(page, **fields):
    for name, text in fields.items():
        page.fill(f"{FORM} [name='{name.replace('_', '-')}']", text)


def opened(page):
    """The network is opened; returns what the service knows of the session."""
    before = session_of(page)
    page.click("[data-command=open-built]:enabled", timeout=20_000)
    page.wait_for_function(
        "(before) => location.search.includes('session=') && !location.search.includes(before)", arg=before
    )
    return page.request.get(api(page)).json()


def tensor(page, name):
    return page.request.get(f"{api(page)}/tensors/{name}/value").json()["data"]


def trains(page, steps=5):
    page.keyboard.press("4")
    page.fill("[data-command=train-to]", str(steps))
    page.click("[data-command=train]")
    page.wait_for_selector(".state[data-status=done]", timeout=60_000)
    at(page, 0, steps)


def numbers(page):
    """The samples that are shown as numbers: of each row its inputs."""
    page.locator(f"{FORM} details.numbers").evaluate("(part) => { part.open = true; }")
    return page.locator(f"{FORM} .numbers tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.querySelectorAll('[data-exact]')].map((each) => +each.dataset.exact))"
    )


# Picked


def test_generated_points_are_the_engines_for_this_noise_and_seed(form):
    fill(form, points="20", noise="0.3", data_seed="7")
    form.select_option("[name=sees]", "all")
    assert "40 samples, each 2 numbers and one of 2 classes. The first training step sees all of them." in shown(
        form, 40
    )
    made = load("moons", points=20, noise=0.3, seed=7).x.tolist()
    form.wait_for_function("() => document.querySelector('.shown canvas.ground').dataset.points === '40'")
    first = numbers(form)
    assert (len(first), first) == (12, made[:12])
    form.click("[data-command=next-seed]")
    form.wait_for_function(
        "(before) => document.querySelector('.numbers [data-exact]').dataset.exact !== before", arg=str(made[0][0])
    )
    assert numbers(form) == load("moons", points=20, noise=0.3, seed=8).x.tolist()[:12]
    session = opened(form)
    assert session["spec"]["data"] == {"name": "moons", "points": 20, "noise": 0.3, "seed": 8}
    assert tensor(form, "x") == load("moons", points=20, noise=0.3, seed=8).x.tolist()
    trains(form)


def test_every_family_is_shown_as_what_it_is(form):
    pick(form, "curve")
    assert "20 samples, each one number and the number it leads to." in shown(form, 20)
    pick(form, "digits8")
    assert "1,797 samples, each 64 numbers and one of 10 classes. The first training step sees 16 of them." in shown(
        form, 1_797
    )
    assert form.locator(f"{FORM} .tiles canvas").count() == 24
    pick(form, "characters")
    form.wait_for_selector(".sequences code")
    assert form.locator(".sequences li").first.inner_text().split("\n")[0].startswith("forward")
    pick(form, "sine")
    form.wait_for_selector(".sequences svg.wave")
    pick(form, "iris")
    table = form.locator(f"{FORM} .shown table")
    assert table.locator("thead th").all_inner_texts()[:3] == ["sample", "class", "sepal length (cm)"]
    assert table.locator("tbody tr").count() == 12
    assert "150 samples, each 4 numbers and one of 3 classes." in shown(form, 150)


def test_an_option_out_of_its_bounds_is_named_with_them(form):
    fill(form, noise="20")
    said = form.wait_for_selector("[data-part=data] .trouble")
    assert said.inner_text().endswith("noise is 20; it must be from 0 to 10")
    assert form.locator("[name=noise]").get_attribute("aria-invalid") == "true"
    fill(form, noise="0.2")
    form.wait_for_selector("[data-part=data] .trouble", state="detached")


def test_what_is_held_out_is_told_and_is_what_the_session_holds_out(form):
    fill(form, split="0.25")
    form.wait_for_function("() => document.querySelector('.facts').textContent.includes('held out')")
    assert "25 are held out; 75 are trained on. The first training step sees 16 of them." in shown(form, 100)
    opened(form)
    samples = form.request.get(f"{api(form)}/samples").json()
    assert sum(samples["held"]) == 25
    held = {row for row, out in enumerate(samples["held"]) if out}
    assert set(load("moons", points=50, noise=0.1, seed=0).split(0.25, 0).held) == held


def test_a_sample_is_chosen_by_its_picture_and_trained_on_alone(form):
    pick(form, "digits8")
    form.click("[data-sample='7']")
    form.wait_for_function("() => document.querySelector('.facts').textContent.includes('sample 7 alone')")
    assert form.input_value("[name=sample]") == "7"
    form.click("[data-command=fit-network]")
    session = opened(form)
    assert (session["data"]["sample"], session["data"]["label"]) == (7, 7)


def test_the_network_is_changed_to_fit_its_data_where_that_is_wanted(form):
    pick(form, "iris")
    assert form.locator(".fit span").inner_text() == "To fit these data: dense2 gets 3 units."
    form.click("[data-command=fit-network]")
    form.wait_for_selector(".fit", state="detached")
    pick(form, "curve")
    form.wait_for_function("() => document.querySelector('.fit')?.textContent.includes('mse')")
    form.click("[data-command=fit-network]")
    session = opened(form)
    assert session["spec"]["model"]["loss"]["name"] == "mse"


# Drawn


def square(page):
    page.click(f"{FORM} [data-way=arrays]")
    return page.locator(".square canvas")


def press_at(page, canvas, x, y):
    """Click at a place from −1 to 1."""
    box = canvas.bounding_box()
    canvas.click(position={"x": (x + 1) / 2 * box["width"], "y": (1 - y) / 2 * box["height"]})


def spec_data(page):
    """The data as the JSON has them."""
    page.click("[data-tab=json]")
    text = page.locator(".json textarea").input_value()
    page.click("[data-tab=network]")
    return json.loads(text)["data"]


def test_points_are_drawn_erased_and_trained_on(form):
    canvas = square(form)
    for x, y in ((-0.5, 0.5), (-0.4, 0.2), (-0.6, -0.1)):
        press_at(form, canvas, x, y)
    assert "All points are of one class" in form.locator(FORM).inner_text()
    assert "Until then the model keeps its data: moons." in form.locator(FORM).inner_text()
    form.click("[data-ink='1']")
    box = canvas.bounding_box()
    form.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.8)
    form.mouse.down()
    for step in range(1, 11):
        form.mouse.move(box["x"] + box["width"] * (0.7 + step * 0.02), box["y"] + box["height"] * 0.8)
    form.mouse.up()
    drawn = int(form.locator("[data-drawn]").get_attribute("data-drawn"))
    assert 6 <= drawn <= 9, "a drag puts points apart from each other"
    form.click("[data-ink=erase]")
    press_at(form, canvas, -0.6, -0.1)
    shown(form, drawn - 1)
    arrays = spec_data(form)["arrays"]
    assert (len(arrays["x"]), arrays["y"]) == (drawn - 1, [0, 0] + [1] * (drawn - 3))
    assert [*arrays["x"][0], *arrays["x"][1]] == pytest.approx([-0.5, 0.5, -0.4, 0.2], abs=0.02)
    session = opened(form)
    assert session["spec"]["data"] == {"arrays": arrays}
    assert tensor(form, "x") == arrays["x"]
    trains(form)


def test_points_are_put_by_keyboard_and_each_is_spoken(form):
    canvas = square(form)
    canvas.focus()
    for key, said in (
        ("ArrowRight", "0.05000, 0"), ("Shift+ArrowUp", "0.05000, 0.2500"),
        ("Enter", "Class 0 at 0.05000, 0.2500. 1 points."),
        ("2", "Class 1"), ("Shift+ArrowLeft", "−0.2000, 0.2500"), ("Enter", "Class 1 at −0.2000, 0.2500. 2 points."),
        ("Enter", "Class 1 at −0.2000, 0.2500. 3 points."), ("Delete", "Erased. 2 points."),
        ("Shift+ArrowRight", "0.05000, 0.2500, class 0"),
    ):  # fmt: skip
        form.keyboard.press(key)
        form.wait_for_function("(said) => document.querySelector('[data-said]').textContent === said", arg=said)
    shown(form, 2)
    assert spec_data(form)["arrays"] == {"x": [[0.05, 0.25], [-0.2, 0.25]], "y": [0, 1]}


def test_a_curve_is_drawn_and_fitted(form):
    canvas = square(form)
    form.click("[data-command=curve-points]")
    for x in (-0.8, -0.2, 0.3, 0.9):
        press_at(form, canvas, x, x / 2)
    shown(form, 4)
    form.click("[data-command=fit-network]")
    session = opened(form)
    assert session["spec"]["data"]["arrays"]["y"] == [pytest.approx([x / 2], abs=0.02) for x in (-0.8, -0.2, 0.3, 0.9)]
    trains(form)


def test_what_is_drawn_is_taken_back_cleared_or_begun_with_the_points_there_are(form):
    square(form)
    form.click("[data-command=borrow-points]")
    shown(form, 100)
    form.click("[data-command=last-point]")
    shown(form, 99)
    form.click("[data-command=clear-points]")
    form.wait_for_selector("[data-drawn='0']")
    assert "Until then the model keeps the points it has." in form.locator(FORM).inner_text()


# Brought


def bring(page, text):
    page.click(f"{FORM} [data-way=upload]")
    page.fill("[name=csv]", text)


def test_a_bad_cell_is_named_by_row_and_column_and_marked(form):
    bring(form, LEAVES.replace("1.2;", "1,2x;"))
    form.wait_for_selector(".columns tbody tr")
    form.click("[data-command=use-table]")
    cell = form.wait_for_selector(".bad-cells li")
    assert cell.inner_text() == "Row 4, column 1: '1,2x' is not a finite number (in 'width')"
    assert form.locator(".columns td.bad").all_inner_texts() == ["1,2x"]
    bring(form, "a,b\n1,2\n3\n")
    form.wait_for_function("() => document.querySelector('.bad-cells li')?.dataset.row === '3'")
    assert form.locator(".columns").count() == 0


def test_a_table_that_is_pasted_trains(form):
    bring(form, LEAVES)
    form.wait_for_selector(".columns tbody tr")
    assert form.locator(".columns thead tr").first.locator("th").all_inner_texts()[1:] == ["width", "length", "kind"]
    assert form.locator(".columns tbody tr").count() == 6
    assert form.input_value("[name='role kind']") == "target"
    assert form.input_value("[name=kind]") == "class"
    assert "The first 6 of 12 rows." in form.locator(FORM).inner_text()
    assert "at most 10,000 rows, 200 columns and 8,388,608 bytes" in form.locator(".drop").inner_text()
    form.click("[data-command=use-table]")
    assert "12 samples, each 2 numbers and one of 2 classes." in shown(form, 12)
    axes = form.locator(f"{FORM} .shown .spans span").all_inner_texts()
    assert [text.split()[0] for text in axes] == ["width", "length"]
    session = opened(form)
    assert (session["data"]["classes"], session["data"]["samples"]) == (["leaf", "needle"], 12)
    assert tensor(form, "x")[3] == [1.3, 4.6]
    trains(form)


def test_the_columns_of_a_file_are_chosen(form):
    form.click(f"{FORM} [data-way=upload]")
    file = {"name": "leaves.csv", "mimeType": "text/csv", "buffer": LEAVES.encode()}
    form.set_input_files("[name=csv-file]", file)
    form.wait_for_selector(".columns tbody tr")
    form.select_option("[name='role length']", "target")
    assert form.input_value("[name='role kind']") == "input"
    form.select_option("[name='role kind']", "unused")
    assert form.input_value("[name=kind]") == "number"
    form.click("[data-command=use-table]")
    assert "12 samples, each one number and the number it leads to." in shown(form, 12)
    form.click("[data-command=fit-network]")
    opened(form)
    assert tensor(form, "y")[:2] == [[4.0], [4.2]]
    assert tensor(form, "x")[:2] == [[1.0], [1.1]]


DROPPED = """(text) => {
  const bag = new DataTransfer();
  bag.items.add(new File([text], "leaves.csv", { type: "text/csv" }));
  const drop = new DragEvent("drop", { dataTransfer: bag, bubbles: true, cancelable: true });
  document.querySelector(".drop").dispatchEvent(drop);
}"""


def test_a_file_is_dropped_and_the_builder_opened_again_still_has_it(form):
    form.click(f"{FORM} [data-way=upload]")
    form.wait_for_selector(".drop")
    form.evaluate(DROPPED, LEAVES)
    form.wait_for_selector(".columns tbody tr")
    form.click("[data-command=use-table]")
    shown(form, 12)
    id = opened(form)["spec"]["data"]["id"]
    form.keyboard.press("m")
    form.wait_for_selector("dialog.build[open]")
    if not form.locator(FORM).count():
        form.click("[data-part=data] [aria-expanded]")
    shown(form, 12)
    assert form.input_value("[name=csv]") == LEAVES
    assert re.search(r"In use: 12 samples\.", form.locator(FORM).inner_text())
    assert spec_data(form)["id"] == id
