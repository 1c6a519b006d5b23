"""axe-core finds nothing: on every screen, light and dark, on a desk and on a phone, with four kinds of model.

No rule that axe-core itself applies is switched off. What it cannot see, such as whether a sentence makes sense, is
held by test_people.py.
"""

from itertools import cycle, islice

import pytest

from tests.e2e.reading import at, engine_run
from tests.machine import FRONTEND

AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
LOOKS = [("light", (1280, 720)), ("dark", (390, 844)), ("dark", (1280, 720)), ("light", (390, 844))]
# So many looks for each screen, in turn: a small model is seen in all of them; of a large one each takes seconds.
MODELS = {"neuron": 4, "digits8": 2, "cnn": 2, "lstm": 1}
# Of a card which the edge of the stage cuts through, axe-core misses the words beyond it; its name has them.
FOUND = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], elementRef: true });
  const words = (card) => [...card.querySelectorAll('text')].map((text) => text.firstChild?.data).filter(Boolean);
  const cut = (id, { element }) => id === "label-content-name-mismatch" && element.matches("g.card")
    && element.getAttribute("aria-label").startsWith(`${words(element).join(" ")}:`);
  const kept = violations.map(({ id, nodes }) => ({ id, nodes: nodes.filter((node) => !cut(id, node)) }));
  return kept.filter(({ nodes }) => nodes.length).map(({ id, nodes }) => [id, ...nodes.slice(0, 3)
    .map(({ html, failureSummary }) => `${html.slice(0, 200)}: ${failureSummary}`)]);
}"""

# Formulas take the size of a panel a moment after it changed.
FITTED = """() => [...document.querySelectorAll('.formula')].every((formula) =>
  formula.tabIndex === 0 || formula.scrollWidth <= formula.clientWidth)"""


@pytest.fixture
def examine(page):
    """Fails where axe-core finds something on the screen as it is, in the next few looks."""
    looks = cycle(LOOKS)

    def examine(screen, count=4):
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE.read_text())
        for scheme, (width, height) in islice(looks, count):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_selector(f"html[data-theme={scheme}]")
            page.wait_for_function(FITTED)
            assert page.evaluate(FOUND) == [], f"{screen}, {scheme}, {width} pixels wide"

    return examine


def explain(page, place):
    """Go to a place of the timeline; the panel says what happened there."""
    page.evaluate("(k) => import('/static/js/actions.js').then(({ seek }) => seek(k))", place)
    at(page, place)
    page.wait_for_selector("#panel .say:not(.waiting)")
    page.wait_for_selector("#panel .formula .katex", state="attached")


def places(example):
    """Behind a forward, a backward and an update event."""
    events = engine_run(example).schedule.events
    return [next(e.index for e in events if e.kind == kind) + 1 for kind in ("forward", "contribution", "assign")]


@STILL
@pytest.mark.parametrize("example", MODELS)
def test_axe_finds_nothing_on_any_screen_of(page, open_page, examine, example):
    count = MODELS[example]
    open_page(f"?example={example}")
    examine("the beginning", count)
    for place in places(example):
        explain(page, place)
        examine(f"event {place} explained", count)
    for key, view, drawn in (("2", "network", "#network .unit, .missing"), ("3", "code", ".row-of-code")):
        page.keyboard.press(key)
        page.wait_for_selector(f"body[data-view={view}]")
        page.wait_for_selector(drawn)
        examine(f"the {view} view", count)
    page.keyboard.press("1")
    choose(page)
    examine("a chosen card", count)
    if page.locator('[data-command="tensor"]').count():
        page.locator('[data-command="tensor"]').dispatch_event("click")
        page.wait_for_selector("dialog.tensor .histogram .bar", state="attached")
        page.locator("dialog.tensor summary").dispatch_event("click")
        examine("a tensor", count)
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.wait_for_selector("html[data-present]")
    examine("presenting", count)


def choose(page):
    """Choose a tensor if there is one, else a number, and unfold all that is told of it."""
    tensors = page.locator("[data-node]:has(image)")
    (tensors if tensors.count() else page.locator("[data-node]")).nth(1).dispatch_event("click")
    page.wait_for_selector(".chosen .insight .nudge", state="attached")
    for part in page.locator(".chosen .insight summary").all():
        part.dispatch_event("click")


DIALOGS = {
    "x": "twin",
    "g": "gallery",
    "?": "help",
    "t": "table",
    "/": "palette",
    "o": "setup",
    "c": "share",
    "j": "join",
}
CLOSED = "() => !document.querySelector('dialog[open]')"


@STILL
def test_axe_finds_nothing_in_any_dialog(page, open_page, examine):
    open_page("?example=digits8&cursor=19")
    at(page, 19)
    for key, name in DIALOGS.items():
        page.keyboard.press(key)
        page.wait_for_selector(f"dialog.{name}[open] > :nth-child(2)")
        examine(f"the dialog {name}", 2)
        page.keyboard.press("Escape")
        page.wait_for_function(CLOSED)  # until then keys are the dialog's


DOCTOR = {"verdict": ".diagnosis", "break": "[data-fault]", "prove": "[data-checked]", "cost": "[data-way]"}


@STILL
def test_axe_finds_nothing_where_data_are_chosen(page, open_page, examine):
    open_page("?example=neuron")
    page.keyboard.press("m")
    page.click("dialog.build[open] [data-tab=network]")
    page.click("[data-part=data] [aria-expanded]")
    form = ".data-form:not([data-asked])"
    for name, drawn in (("moons", "canvas.ground"), ("digits8", ".tiles"), ("sine", ".wave"), ("iris", "table")):
        page.select_option("[name=data]", name)
        page.wait_for_selector(f"{form} .shown {drawn}")
        examine(f"data {name}", 2)
    page.click("[data-way=arrays]")
    page.locator(".square canvas").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-drawn='1']")
    examine("points by hand", 2)
    page.click("[data-way=upload]")
    page.fill("[name=csv]", "a,b,c\n1,2,x\n3,x,y\n1,4,y\n")
    page.wait_for_selector(".columns tbody tr")
    page.click("[data-command=use-table]")
    page.wait_for_selector(".bad-cells li")
    examine("a table with a bad cell", 2)
    open_page.faults.clear()


@STILL
def test_axe_finds_nothing_in_any_part_of_the_doctor_nor_where_something_is_broken(page, open_page, examine):
    open_page("?example=dying-relu-units")
    page.keyboard.press("h")
    page.wait_for_selector(".diagnosis[data-verdict=dying]")
    examine("a verdict", 2)
    open_page("?example=neuron&cursor=16")
    page.keyboard.press("h")
    for part, shows in DOCTOR.items():
        page.locator(f"[data-part={part}]").click()
        if part == "prove":
            page.locator("[data-command=check-gradients]").click()
        page.wait_for_selector(shows)
        examine(f"the doctor, {part}", 2)
    page.locator("[data-part=break]").click()
    page.locator("[data-fault=uphill]").click()
    page.wait_for_selector(".first-wrong[data-wrong]")
    examine("a mistake that was made", 2)
    page.keyboard.press("Escape")
    page.wait_for_function(CLOSED)
    examine("something broken on purpose", 2)


@STILL
def test_axe_finds_nothing_in_the_builder(page, open_page, examine):
    open_page("?example=spiral")
    page.keyboard.press("m")
    page.wait_for_selector("dialog.build[open] .look[data-ready]")
    page.locator(".part .part-open").nth(1).click()
    page.wait_for_selector(".part[data-open] [name=units]")
    examine("a layer that is open")
    page.locator("[name=units]").fill("a few")
    page.wait_for_selector(".part .trouble")
    page.locator("[data-command=add-layer]").click()
    examine("a layer that does not fit, and kinds to choose from", 2)
    page.locator("[data-tab=expression]").click()
    page.locator("[name=source]").fill("L = (w*x + b)**2 +")
    page.wait_for_selector("#build-wrong[data-column]")
    examine("a mistake in an expression")
    page.locator("[data-tab=json]").click()
    page.wait_for_selector(".help-of dl div", state="attached")
    examine("JSON that cannot be built", 2)
    open_page.faults.clear()  # the browser has its own words about what is refused


@STILL
def test_axe_finds_nothing_on_the_samples_of_a_batch_and_while_it_trains(page, open_page, examine):
    open_page("?example=spiral")
    page.keyboard.press("s")
    page.wait_for_selector("dialog.batch[open] .members li")
    examine("the samples", 2)
    page.keyboard.press("Escape")
    page.wait_for_function(CLOSED)
    page.keyboard.press("4")
    page.wait_for_selector("#training .charts canvas")
    examine("the training view", 2)


@STILL
def test_axe_finds_nothing_where_two_runs_are_compared(page, open_page, examine):
    open_page("?example=digits8&cursor=15")
    page.keyboard.press("x")
    page.check("dialog.twin [data-twin=optimizer] input")
    page.click("[data-command=make-twin]")
    page.wait_for_selector("#compare .run-body[data-cursors^='15,']")
    page.wait_for_selector("#compare .chart canvas")
    examine("two runs")
    page.keyboard.press("p")
    page.wait_for_selector("html[data-present]")
    examine("two runs, presented", 2)


@STILL
def test_axe_finds_nothing_on_a_loss_surface_nor_on_the_gradients_of_samples(page, open_page, examine):
    open_page("?example=optimizers&iteration=12&view=training")
    page.wait_for_selector("svg.heights")
    page.locator(".surface .as-table summary").dispatch_event("click")
    page.wait_for_selector(".surface .as-table td")
    examine("the loss surface", 2)
    page.locator("[data-command=surface-large]").click()
    page.wait_for_selector("dialog.surface-large[open] svg.heights")
    examine("the loss surface, large", 2)
    open_page("?example=digits8&view=training")
    page.locator("[data-command=draw-surface]").wait_for()
    examine("a surface that can be asked for", 2)
    open_page("?example=training-loop")
    page.keyboard.press("End")
    page.locator("[data-node].parameter").last.dispatch_event("click")
    page.locator(".of-samples summary").dispatch_event("click")
    page.wait_for_selector(".one-by-one li")
    examine("the gradients of samples", 4)


@STILL
def test_axe_finds_nothing_where_a_number_is_predicted_or_changed(page, open_page, examine):
    open_page("?example=neuron&cursor=5")
    at(page, 5)
    page.keyboard.press("q")
    page.wait_for_selector(".predict[data-asked]")
    examine("a question", 2)
    page.keyboard.press("q")
    page.wait_for_selector(".predict", state="detached")
    page.locator("[data-node].parameter").first.dispatch_event("click")
    page.wait_for_selector(".chosen .insight .nudge", state="attached")
    page.keyboard.press("e")
    page.wait_for_selector(".chosen form.change, .chosen .change input", state="attached")
    examine("a number that is changed", 2)
    page.keyboard.press("Escape")
    chosen = "{ node: 4, which: 'value', entry: null }"
    page.evaluate(f"async () => (await import('/static/js/actions.js')).select({chosen})")
    page.locator(".ways-in summary").click()
    page.locator(".ways-in [data-command=cut]").first.click()
    page.wait_for_selector(".ways-in [data-command=mend]")
    examine("an edge that is cut", 2)


@STILL
def test_axe_finds_nothing_while_a_lesson_is_open(page, open_page, examine):
    open_page("?example=neuron&lesson=10")
    page.wait_for_selector(".lesson:not([data-going]) .say")
    page.wait_for_selector("#panel .formula .katex", state="attached")
    examine("a stop of a lesson")
    page.keyboard.press("Home")
    page.wait_for_selector("[data-command=return-to-lesson]")
    examine("steps by hand beside a lesson", 2)


def test_axe_finds_nothing_on_the_opening_while_it_walks(page, open_page, examine):
    open_page()
    examine("the opening")


@STILL
def test_axe_finds_nothing_where_something_went_wrong(page, server, open_page, examine):
    page.goto(f"{server}/?session=nobody")
    page.wait_for_selector(".notice.unknown")
    examine("an unknown session", 2)
    held = []
    page.route("**/api/v1/sessions", lambda route: held.append(route))
    page.goto(f"{server}/?example=neuron")
    page.wait_for_selector(".notice.quiet .patience")
    examine("a model that opens", 2)
    held[0].fulfill(status=503, json={"detail": "64 requests are being answered; try again"})
    page.wait_for_selector(".notice.problem")
    examine("a model that is refused", 2)
    page.unroute("**/api/v1/sessions")
    open_page("?example=neuron")
    page.route("**/api/v1/**", lambda route: route.abort())
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".notice.lost")
    examine("a lost server", 2)
    open_page.faults.clear()


@STILL
def test_axe_finds_what_is_planted(page, open_page, examine):
    open_page("?example=neuron")
    page.evaluate("() => document.querySelector('#top button').replaceChildren()")
    page.evaluate("() => document.querySelector('#top button').removeAttribute('title')")
    with pytest.raises(AssertionError, match="button-name"):
        examine("a button without a name")
