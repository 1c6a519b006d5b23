"""The builder: models typed, stacked and edited, drawn and checked as they are, opened with the engine's numbers."""

import json

import pytest
from playwright.sync_api import expect

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import LAYERS, ExpressionError, Run, ShapeError, Trace
from tests.e2e.reading import assert_cards_are_the_engines, at

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
DRAFT = "import('/static/js/build/draft.js')"
SPEC = f"() => {DRAFT}.then(({{ spec }}) => spec.value)"
START = f"(spec) => {DRAFT}.then(({{ start }}) => start(spec))"
MOONS = {"name": "moons", "points": 20, "batch": 16}
OUTPUT = {"type": "dense", "units": 2}
NARROW = {"type": "dense", "units": 8}
LOSS = {"name": "softmax_cross_entropy"}


def network(layers, data=MOONS, **more):
    return {"model": {"kind": "network", "layers": layers, "loss": LOSS}, "data": data, **more}


def built(spec):
    return to_model(SpecRequest.model_validate(spec), Settings())[0]


def shown(shape):
    return f"({', '.join(map(str, shape))})"


@pytest.fixture
def builder(open_page, page):
    """The builder, open; what the service refuses while somebody types is no fault of the page."""

    def go(query="?example=neuron", spec=None):
        open_page(query)
        page.keyboard.press("m")
        settled(page)
        if spec:
            page.evaluate(START, spec)
            settled(page)
        return page

    yield go
    open_page.faults[:] = [fault for fault in open_page.faults if "422" not in fault]


def settled(page):
    """The newest spec has been looked at, and its picture stands."""
    page.wait_for_selector("dialog.build .look[data-ready]", timeout=20_000)


def row(page, name):
    return page.locator("dialog.build .part", has=page.get_by_text(name, exact=True))


def open_row(page, name):
    row(page, name).locator(".part-open").click()
    return row(page, name)


def drawn_as(page, spec):
    """The preview counts, and draws, what the engine builds."""
    graph = built(spec).graph
    page.wait_for_selector(f".look[data-ready][data-nodes='{len(graph.nodes)}']")
    assert page.locator("[data-card]").count() == len(graph.nodes)
    symbols = page.locator("[data-card] .symbol").all_text_contents()
    assert {n.label for n in graph.leaves} <= set(symbols)


MISTAKES = {
    "a bracket too many": "z = w*x + b\na = tanh(z))\nL = (a - y)**2",
    "an operation there is not": "L = (cosh(w*x) - y)**2",
    "a line that ends too soon": "L = w*",
    "a name for itself": "a = w*x\nw = a + 1",
    "not a number": "L = w*x + 'one'",
}


@STILL
def test_an_expression_is_drawn_as_it_is_typed_and_a_mistake_is_marked_at_its_column(builder):
    page = builder()
    spec = EXAMPLES["neuron"].spec
    drawn_as(page, spec)
    source = page.locator("[name=source]")
    assert source.input_value() == spec["model"]["source"]
    source.fill("y = sum((w*x + b)**2) + c")
    page.locator("[name='value c']").fill("−3")
    page.locator("[name='value w']").fill("[1, 2]")
    page.locator("[name='role x']").select_option("constant")
    found = page.evaluate(SPEC)
    page.wait_for_selector(f".look[data-ready][data-nodes='{len(built(found).graph.nodes)}']")
    assert found["model"]["values"] == {"w": [1, 2], "x": 1, "b": 0.1, "c": -3}
    assert found["model"]["roles"] == {"x": "constant"}
    for text in MISTAKES.values():
        source.fill(text)
        with pytest.raises(ExpressionError) as caught:
            built({"model": {"kind": "expression", "source": text, "values": page.evaluate(SPEC)["model"]["values"]}})
        wrong = page.locator(f"#build-wrong[data-line='{caught.value.line}'][data-column='{caught.value.column}']")
        wrong.wait_for()
        says = str(caught.value).partition(": ")[2]
        expect(wrong).to_contain_text(says[1:])
        expect(wrong).to_contain_text(f"olumn {caught.value.column + 1}: ")
        lines = text.split("\n")
        before = "".join(f"{line}\n" for line in lines[: caught.value.line - 1])
        before += lines[caught.value.line - 1][: caught.value.column]
        place = "() => document.querySelector('.written mark').previousSibling?.textContent ?? ''"
        assert page.evaluate(place) == before
        assert page.locator("[data-command=open-built]").is_disabled()
    source.fill("L = ")
    page.locator(".functions summary").click()
    page.locator("[data-function=tanh]").click()
    expect(source).to_have_value("L = tanh()")
    page.keyboard.type("w*x")
    expect(source).to_have_value("L = tanh(w*x)")
    source.fill("L = sum(w @ x)")
    page.locator("[name='value x']").fill("[[1], [2], [3]]")
    page.locator("#build-wrong[data-column='8']").wait_for()
    with pytest.raises(ShapeError):
        built(page.evaluate(SPEC))
    expect(page.locator("#build-wrong")).to_contain_text("axis i is 2 in one input and 3 in another")


SPATIAL = ("global_avg_pool", "avg_pool2d", "max_pool2d", "conv2d")
SEQUENCES = ("attention", "multi_head_attention", "positional_encoding", "rnn", "lstm", "gru")
POINTS = tuple(sorted(LAYERS.keys() - {*SPATIAL, *SEQUENCES, "global_max_pool", "embedding"}))
PICTURES = {"name": "digits8", "flat": False, "batch": 4}
FAMILIES = (
    (POINTS, MOONS, 2),
    (SPATIAL, PICTURES, 10),
    (("global_max_pool",), PICTURES, 10),
    (SEQUENCES, {"name": "parity", "samples": 9, "length": 5, "batch": 4}, 2),
    (("embedding",), {"name": "characters", "text": "abracadabra", "length": 4, "one_hot": False, "batch": 4}, 5),
)


@STILL
def test_every_kind_of_layer_can_be_added_and_has_the_engines_shapes(builder):
    page = builder()
    assert {kind for kinds, _, _ in FAMILIES for kind in kinds} == LAYERS.keys()
    for kinds, data, classes in FAMILIES:
        page.evaluate(START, network([{"type": "flatten", "name": "end"}, {"type": "dense", "units": classes}], data))
        settled(page)
        open_row(page, "end")
        for kind in kinds:
            if kind == "reshape":  # its shape is the one of what comes in
                settled(page)
            page.locator(".part[data-open] [title='Add a layer above']").click()
            page.locator(f"[data-kind={kind}]").click()
            page.locator(".part[data-open] [name=type]").wait_for()
            assert page.locator(".part[data-open] [name=type]").input_value() == kind
            for option in LAYERS[kind].options:
                assert page.locator(f".part[data-open] [name={option.name}]").count() == 1
            if any(option.name == "return_sequences" for option in LAYERS[kind].options):
                page.locator(".part[data-open] [name=return_sequences]").check()
        settled(page)
        spec = page.evaluate(SPEC)
        assert [layer["type"] for layer in spec["model"]["layers"]] == [*reversed(kinds), "flatten", "dense"]
        for layer in built(spec).layers:
            expect(row(page, layer.name).locator(".part-right .num")).to_have_text(shown(layer.output))
        assert page.locator(".part .trouble").count() == 0


@STILL
def test_a_shape_that_does_not_fit_is_named_at_its_layer_with_the_axis_and_both_sizes(builder):
    page = builder(spec=network([NARROW, {"type": "tanh"}, OUTPUT]))
    open_row(page, "dense2").locator("[name=units]").fill("5")
    trouble = row(page, "dense2").locator(".trouble")
    expect(trouble).to_have_text("dense2 gives (16, 5), the targets have shape (16, 2): axis 1 is 5 and 2.")
    assert page.locator(".trouble:not(:empty)").count() == 1
    expect(page.locator(".sketch-of .wrong .symbol")).to_have_text("dense2")
    assert page.locator("[data-card] .symbol").all_text_contents() == ["x", "dense1", "tanh1", "dense2"]
    expect(row(page, "tanh1").locator(".part-right .num")).to_have_text("(16, 8)")
    assert page.locator("[data-command=open-built]").is_disabled()
    row(page, "dense2").locator("[name=units]").fill("2")
    settled(page)
    expect(trouble).to_have_count(0)
    page.locator("[data-command=add-layer]").click()
    page.locator("#build-kind").fill("long short-term")
    page.keyboard.press("Enter")
    expect(row(page, "lstm1").locator(".trouble")).to_contain_text("A recurrent layer takes (batch, time, features)")
    row(page, "lstm1").locator("[name=units]").fill("a few")
    expect(row(page, "lstm1").locator(".trouble")).to_have_text("Units must be of kind integer, got str.")
    assert row(page, "lstm1").locator("[name=units]").get_attribute("aria-invalid") == "true"


def types(page):
    return [layer["type"] for layer in page.evaluate(SPEC)["model"]["layers"]]


@STILL
def test_layers_are_moved_renamed_and_removed_and_every_change_can_be_undone(builder):
    frozen = network([NARROW, {"type": "tanh"}, OUTPUT], freeze=["dense1.bias"])
    page = builder(spec=frozen)
    open_row(page, "tanh1")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".part b").nth(1)).to_have_text("tanh1")
    page.get_by_role("button", name="Move tanh1 down").click()
    page.get_by_role("button", name="Move tanh1 down").click()
    assert types(page) == ["dense", "dense", "tanh"]
    assert page.get_by_role("button", name="Move tanh1 down").is_disabled()
    row(page, "tanh1").locator(".part-open").focus()
    page.keyboard.press("Delete")
    assert types(page) == ["dense", "dense"]
    open_row(page, "dense1").locator("[name='layer name']").fill("hidden")
    settled(page)
    found = page.evaluate(SPEC)
    assert (found["model"]["layers"][0]["name"], found["freeze"]) == ("hidden", ["hidden.bias"])
    open_row(page, "Loss").locator("[name=loss]").select_option("mse")
    page.locator("[data-tab=expression]").click()
    assert page.locator("[name=source]").is_visible()
    undo, redo = page.locator("[data-command=build-undo]"), page.locator("[data-command=build-redo]")
    undo.click()  # back to the network
    page.locator("[data-part=loss]").wait_for()
    page.keyboard.press("Control+z")
    assert page.evaluate(SPEC)["model"]["loss"] == LOSS
    steps = 0
    while undo.is_enabled():
        undo.click()
        steps += 1
    assert page.evaluate(SPEC) == frozen
    assert steps >= 5  # three moves, a layer taken away, a name
    while redo.is_enabled():
        redo.click()
    assert page.evaluate(SPEC)["model"]["kind"] == "expression"


def grip(page, name):
    """Where a layer is taken to be dragged."""
    box = row(page, name).locator(".grip").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def shown_layers(page):
    """The layers' names as they stand below one another on the screen."""
    tops = "(all) => all.map((each) => [each.getBoundingClientRect().top, each.querySelector('b').textContent])"
    return [name for _, name in sorted(page.eval_on_selector_all(".part:has(.grip)", tops))]


@STILL
def test_a_layer_is_dragged_to_another_place_and_escape_leaves_it_where_it_was(builder):
    stack = [NARROW, {"type": "tanh"}, {"type": "dense", "units": 3}, {"type": "relu"}, OUTPUT]
    page = builder(spec=network(stack))
    before = shown_layers(page)
    assert before == ["dense1", "tanh1", "dense2", "relu1", "dense3"]
    x, y = grip(page, "tanh1")
    below = grip(page, "relu1")[1] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, below, steps=6)
    page.locator(".stack[data-dragging]").wait_for()
    assert shown_layers(page) == ["dense1", "dense2", "relu1", "tanh1", "dense3"]  # the others make room
    assert types(page) == [layer["type"] for layer in stack]  # nothing is changed yet
    page.keyboard.press("Escape")
    expect(page.locator(".stack[data-dragging]")).to_have_count(0)
    page.mouse.up()
    assert shown_layers(page) == before
    assert page.locator("dialog.build[open]").count() == 1
    assert page.locator("[data-command=build-undo]").is_disabled()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, below, steps=6)
    page.mouse.up()
    assert types(page) == ["dense", "dense", "relu", "tanh", "dense"]
    # One finger does the same, upwards; each drag is one step of undo.
    touch = page.context.new_cdp_session(page)
    x, y = grip(page, "tanh1")
    above = grip(page, "dense1")[1] - 8
    for kind, place in (("Start", y), ("Move", y - 20), ("Move", (y + above) / 2), ("Move", above), ("End", None)):
        points = [] if place is None else [{"x": x, "y": place}]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    page.wait_for_function("() => document.querySelector('.part:has(.grip) b').textContent === 'tanh1'")
    assert types(page) == ["tanh", "dense", "dense", "relu", "dense"]
    for earlier in (["dense", "dense", "relu", "tanh", "dense"], [layer["type"] for layer in stack]):
        page.locator("[data-command=build-undo]").click()
        assert types(page) == earlier
    assert page.locator("[data-command=build-undo]").is_disabled()


def lines(page):
    return page.locator("[name=json]")


@STILL
def test_json_and_form_agree_and_what_is_wrong_is_led_to_by_its_pointer(builder):
    page = builder(spec=network([NARROW, OUTPUT], optimizer={"name": "adam", "learning_rate": 0.1}))
    open_row(page, "dense1").locator("[name=units]").fill("6")
    page.locator("[data-tab=json]").click()
    assert json.loads(lines(page).input_value()) == page.evaluate(SPEC)
    assert json.loads(lines(page).input_value())["model"]["layers"][0]["units"] == 6
    lines(page).fill(lines(page).input_value().replace('"units": 6', '"units": 6, "initializer": "zeros"'))
    page.locator("[data-tab=network]").click()
    expect(row(page, "dense1").locator("[name=initializer]")).to_have_value("zeros")
    page.locator("[data-tab=json]").click()
    text = lines(page).input_value()
    lines(page).fill(text.replace('"learning_rate": 0.1', '"learning_rate": -1'))
    pointer = page.locator("[data-pointer='/spec/optimizer/learning_rate']")
    pointer.click()
    selected = "(area) => area.value.slice(area.selectionStart, area.selectionEnd)"
    assert lines(page).evaluate(selected) == "-1"
    expect(page.locator(".help-of [data-here]")).to_contain_text("number above 0")
    lines(page).fill(text.replace("{", "{ nothing", 1))
    expect(page.locator("#json-wrong")).to_contain_text("this is no JSON yet")
    assert page.locator("[data-command=open-built]").is_disabled()
    lines(page).fill(text)
    settled(page)
    lines(page).evaluate("(area) => area.setSelectionRange(...Array(2).fill(area.value.indexOf('\"units\"') + 9))")
    expect(page.locator(".help-of [data-here]")).to_contain_text("How many outputs.")
    expect(page.locator(".help-of")).to_contain_text("One layer; beside its type and name")


def own_session(page):
    """The id of the session that was made of what was built, once it stands."""
    page.wait_for_function("() => document.title.startsWith('A model of your own')")
    return page.evaluate("() => import('/static/js/store.js').then(({ session }) => session.value.id)")


@STILL
def test_what_is_opened_is_what_was_built_to_the_last_number_and_has_an_address(builder, page):
    builder("?example=spiral&view=network", spec=network([NARROW, {"type": "relu"}, OUTPUT], data=MOONS | {"batch": 4}))
    body = open_row(page, "dense1")
    body.locator("[name=initializer]").select_option("normal")
    body.locator("[name=std]").fill("0,3")
    open_row(page, "relu1").locator("[name=type]").select_option("leaky_relu")
    row(page, "leaky_relu1").locator("[name=slope]").fill("0.2")
    body = open_row(page, "Loss")
    body.locator("[name=reduction]").select_option("sum")
    body.locator("[name=smoothing]").fill("0.1")
    body = open_row(page, "Training")
    body.locator("[name=optimizer]").select_option("adamw")
    body.locator("[name=learning_rate]").fill("0.02")
    body.locator("[name=weight_decay]").fill("0.001")
    body.locator("[name=schedule]").select_option("step")
    body.locator("[name=every]").fill("2")
    body.locator("[name=clipping]").select_option("norm")
    body.locator("[name='at most']").fill("0.5")
    body = open_row(page, "More")
    body.locator("[name=seed]").fill("7")
    body.locator("[name=freeze]").fill("dense2.bias")
    settled(page)
    wanted = network(
        [
            {**NARROW, "initializer": {"name": "normal", "std": 0.3}}, {"type": "leaky_relu", "slope": 0.2}, OUTPUT
        ],
        data=MOONS | {"batch": 4}, seed=7, freeze=["dense2.bias"],
        optimizer={
            "name": "adamw", "learning_rate": 0.02, "weight_decay": 0.001,
            "schedule": {"name": "step", "every": 2}, "clip": {"norm": 0.5},
        },
    )  # fmt: skip
    wanted["model"]["loss"] = {**LOSS, "reduction": "sum", "smoothing": 0.1}
    assert page.evaluate(SPEC) == wanted
    page.locator("[data-command=open-built]").click()
    session = own_session(page)
    at(page, 0, iteration=0)
    page.wait_for_selector("body[data-view=graph]")
    page.wait_for_function("(id) => location.search.includes(`session=${id}`)", arg=session)
    run = Run(built(wanted))
    whole = Trace(run.graph, run.schedule, run.recording).backward_end
    page.goto(f"{page.url.partition('?')[0]}?session={session}&iteration=0&cursor={whole}")
    page.wait_for_selector("html[data-ready]")
    at(page, whole)
    assert_cards_are_the_engines(page, run, whole)
    page.keyboard.press("n")
    at(page, 0, iteration=1)
    run.advance()
    assert_cards_are_the_engines(page, run, 0)


SET = "([node, to]) => import('/static/js/changes.js').then(({ change }) => change([{ set: node, to }], 'Set.'))"


@STILL
def test_numbers_that_were_changed_on_the_page_go_along_to_the_changed_model(open_page, page):
    open_page("?example=neuron&cursor=4")
    labels = [node.label for node in built(EXAMPLES["neuron"].spec).graph.nodes]
    for label, number in (("w", 0.75), ("b", -0.25)):
        assert page.evaluate(SET, [label, number]) is None
    page.keyboard.press("m")
    settled(page)
    along = page.locator("dialog.build .along")
    expect(along).to_have_text("Take along the 2 changes made on the page")
    page.locator("[name=source]").fill("z = w*x + c\nL = (z - y)**2")
    settled(page)
    expect(along).to_contain_text("Take along the change made on the page")
    expect(along.locator("[data-left='1']")).to_have_text("Left out: b (there is no such parameter any more).")
    page.locator("[data-command=open-built]").click()
    own_session(page)
    at(page, 0, iteration=0)
    page.wait_for_function(
        "(wanted) => document.querySelector('[data-node=\"0\"] .value').dataset.exact === wanted", arg="0.75"
    )
    assert labels[0] == "w"
    # The model that was opened has the change; who does not want it begins anew.
    page.keyboard.press("m")
    settled(page)
    along.locator("[name=along]").uncheck()
    page.locator("[data-command=open-built]").click()
    page.wait_for_function("() => document.querySelector('[data-node=\"0\"] .value').dataset.exact === '0.5'")


@STILL
def test_the_gallery_leads_to_the_builder_with_this_model_or_with_ones_own(open_page):
    page = open_page("?example=spiral")
    page.keyboard.press("g")
    page.get_by_role("button", name="Change this model").click()
    settled(page)
    assert page.evaluate(SPEC) == EXAMPLES["spiral"].spec
    page.locator("[name=from]").select_option("square")
    page.locator("[name=source]").wait_for()
    assert page.evaluate(SPEC) == EXAMPLES["square"].spec
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.build[open]", state="detached")
    page.keyboard.press("g")
    page.get_by_role("button", name="Build your own").click()
    expect(page.locator("[name=source]")).to_have_value("z = w*x + b\na = tanh(z)\nL = (a - y)**2")
    settled(page)
    page.locator("[data-command=open-built]").click()
    own_session(page)
    at(page, 0, iteration=0)
