"""One page for each of the four models and each room of sentences; every sentence is put to it in turn."""

import pytest

from tests.e2e.reading import at, engine_run

MODELS = ["neuron", "digits", "cnn", "lstm"]


@pytest.fixture(scope="module")
def faults():
    """What the browser complains of; who takes the server away clears it again."""
    return []


@pytest.fixture(scope="module", params=MODELS)
def model(request, browser, server, faults):
    """A page that stands at one of the four models, with the engine's run of the same step."""
    context = browser.new_context(
        base_url=server, viewport={"width": 1280, "height": 720}, reduced_motion="reduce", color_scheme="light",
        has_touch=True, permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    faults.clear()
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"/?example={request.param}")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_url("**session=**")
    yield page, engine_run(request.param)
    context.close()
    assert faults == []


@pytest.fixture
def name(request):
    """Which of the four is open."""
    return request.node.callspec.params["model"]


@pytest.fixture
def opened(model):
    """The page, back at the start of the step, in the graph, with nothing chosen."""
    page, run = model
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.locator("[data-command=grain]").select_option("operation")
    page.evaluate("() => document.activeElement.blur()")
    # Not by a key: a dialog that just closed may not have told the page yet, and would take it.
    page.evaluate("() => import('/static/js/actions.js').then(({ seek }) => seek(0))")
    at(page, 0)
    page.wait_for_function("() => document.body.dataset.view === 'graph'")
    return page, run
