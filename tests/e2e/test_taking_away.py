"""What is taken away from the page can be opened elsewhere, and is the same there."""

import json
import math
import re
import struct
from base64 import b64encode
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread
from xml.etree import ElementTree

import pytest

from engine import Trace
from tests.app.servers import serving
from tests.e2e.reading import CARDS, at, engine_run
from tests.e2e.test_accessibility import AXE

STILL = pytest.mark.browser_context_args(reduced_motion="reduce")
pytestmark = STILL

CSV = "a,b,kind\n" + "".join(f"{k / 7},{-k},{'uvw'[k % 3]}\n" for k in range(12))
DROP = """(text) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], "any.json"));
  const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector("dialog.share .bring").dispatchEvent(drop);
}"""
PLACE = "() => ({ ...document.body.dataset })"


@pytest.fixture(scope="module")
def elsewhere():
    """An explorer with a store of its own, which has seen no session."""
    with serving("--store", "memory:") as server:
        yield server.url


def stands(page, cursor, iteration):
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    at(page, cursor, iteration)
    page.evaluate("() => document.fonts.ready")
    page.wait_for_selector("#notices:empty", state="attached")


def share(page):
    page.keyboard.press("c")
    page.wait_for_selector("dialog.share[open] [data-link=everything]")


def closed(page):
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('dialog[open]')")


def everything(page):
    """The link with everything."""
    share(page)
    link = page.locator("[data-link=everything]").input_value()
    closed(page)
    return link


def numbers(page):
    return [
        {key: row[key] for key in ("role", "exact", "offset", "shape", "text", "picture")} | {"node": card["node"]}
        for card in page.evaluate(CARDS)
        for row in card["rows"]
    ]


# Of two pictures in so many columns: how many shades differ by more than an edge's, which depends on what was painted
# before; and in fewer columns by more than letters' edges do.
DIFFERING = """async ([pictures, columns]) => {
  const shades = await Promise.all(pictures.map(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const width = columns ?? image.width, height = Math.round(image.height * width / image.width);
    const pen = new OffscreenCanvas(width, height).getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height).data;
  }));
  if (shades[0].length !== shades[1].length) return Infinity;
  return shades[0].reduce((count, shade, k) => count + (Math.abs(shade - shades[1][k]) > 80 ? 1 : 0), 0);
}"""


def differing(page, one, other, columns=None):
    return page.evaluate(DIFFERING, [[one, other], columns])


def drawing(page):
    """The stage as it is seen, as base64."""
    page.mouse.move(0, 0)  # what the pointer is over has another border
    return b64encode(page.locator("#stage").screenshot()).decode()


def session_of(page):
    return page.evaluate("() => import('/static/js/store.js').then(({ session }) => session.value)")


def uploaded(page, server):
    """A session that learns from a table that was sent to this server alone."""
    root, table = f"{server}/api/v1", {"content-type": "text/csv"}
    sent = page.request.post(f"{root}/datasets?target=kind", data=CSV, headers=table).json()
    layers, loss = [{"type": "dense", "units": 3}], {"name": "softmax_cross_entropy"}
    spec = {
        "model": {"kind": "network", "layers": layers, "loss": loss},
        "data": {"id": sent["id"], "batch": 4, "standardize": True, "split": 0.25, "seed": 3},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
    }
    return page.request.post(f"{root}/sessions", data={"spec": spec}, headers={"X-Drive": "cookie"}).json()["id"]


def edit(page, node, number):
    """Type another value on a card."""
    page.locator(f"svg.stage [data-node='{node}']").click()
    page.wait_for_selector(".chosen .settable")
    page.keyboard.press("e")
    page.wait_for_selector("form.change input:focus")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "([node, wanted]) => document.querySelector(`[data-node='${node}'] .value`).dataset.exact === wanted",
        arg=[str(node), number],
    )
    page.keyboard.press("Escape")


def test_a_link_with_everything_shows_the_same_on_a_server_that_never_saw_the_session(
    open_page, stranger, server, elsewhere
):
    page = open_page("?example=neuron")
    edit(page, 0, "0.75")
    page.keyboard.press("n")
    at(page, 0, iteration=1)
    edit(page, 1, "-1.5")
    for place in range(1, 13):
        page.keyboard.press("ArrowRight")
        at(page, place, iteration=1)
    assert_same(page, stranger, elsewhere, 12, 1)
    assert session_of(stranger)["title"] == session_of(page)["title"]

    page.goto(f"{server}/?example=spiral&iteration=60&cursor=9&view=network")
    assert_same(page, stranger, elsewhere, 9, 60)

    page.goto(f"{server}/?session={uploaded(page, server)}&iteration=3&cursor=11")
    assert_same(page, stranger, elsewhere, 11, 3)
    assert "id" not in session_of(stranger)["spec"]["data"]


def assert_same(page, stranger, elsewhere, cursor, iteration):
    """What stands behind the link's # is opened on another server, which answers with the same picture."""
    stands(page, cursor, iteration)
    link = everything(page)
    stranger.goto("about:blank")
    stranger.goto(elsewhere + link.removeprefix(page.evaluate("() => location.origin")))
    stands(stranger, cursor, iteration)
    assert stranger.evaluate(PLACE) == page.evaluate(PLACE)
    assert numbers(stranger) == numbers(page)
    assert differing(page, drawing(stranger), drawing(page)) == 0
    stranger.wait_for_function("() => location.hash === '' && location.search.includes('session=')")
    assert session_of(stranger)["drives"]


def test_what_is_behind_the_sign_is_sent_to_no_server(open_page, stranger, elsewhere):
    asked = []
    page = open_page("?example=neuron&cursor=3")
    at(page, 3)
    link = everything(page)
    stranger.on("request", lambda request: asked.append(request.url))
    stranger.goto(elsewhere + link.removeprefix(page.evaluate("() => location.origin")))
    stands(stranger, 3, 0)
    packed = link.partition("#session=")[2]
    assert len(packed) > 100
    assert not [url for url in asked if packed[:40] in url.partition("#")[0]]


def test_a_link_of_which_a_part_is_missing_says_so_and_a_whole_one_opens_in_its_place(open_page, stranger, elsewhere):
    page = open_page("?example=neuron&cursor=3")
    at(page, 3)
    address = elsewhere + everything(page).removeprefix(page.evaluate("() => location.origin"))
    stranger.goto(address[:-20])
    said = stranger.locator(".notice.problem")
    said.wait_for()
    assert "This link holds no session: a part of it is missing, or was changed." in said.inner_text()
    stranger.goto(address)
    stands(stranger, 3, 0)


def test_a_link_that_would_be_too_long_is_not_offered_but_the_file_is(open_page, server):
    page = open_page()
    numbers = [[math.sin(9 * k + j) for j in range(8)] for k in range(300)]
    spec = {
        "model": {"kind": "network", "layers": [{"type": "dense", "units": 1}], "loss": {"name": "mse"}},
        "data": {"arrays": {"x": numbers, "y": [[0.0]] * 300}},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
    }
    made = page.request.post(f"{server}/api/v1/sessions", data={"spec": spec}).json()["id"]
    page.goto(f"{server}/?session={made}&cursor=2")
    page.wait_for_selector("html[data-ready]")
    at(page, 2)
    page.keyboard.press("c")
    said = page.locator("[data-too-long]").inner_text()
    length, most = (int(found.replace(",", "")) for found in re.findall(r"\d[\d,]+", said))
    assert length > most == 30_000
    assert page.locator("[data-link=everything], [data-link=embed]").count() == 0
    name, text = taken(page, "save-session")
    assert (name, json.loads(text)["cursor"]) == ("model-0.json", 2)


def test_a_session_is_saved_as_a_file_and_brought_back_from_it(open_page, tmp_path):
    page = open_page("?example=neuron")
    edit(page, 0, "0.75")
    page.keyboard.press("ArrowRight")
    at(page, 1)
    share(page)
    with page.expect_download() as saved:
        page.locator("[data-command=save-session]").click()
    assert saved.value.suggested_filename == "neuron-0.json"
    file = tmp_path / "session.json"
    saved.value.save_as(file)
    before, here = numbers(page), session_of(page)["id"]
    closed(page)
    page.keyboard.press("n")
    at(page, 0, iteration=1)
    page.keyboard.press("g")
    page.locator("dialog.gallery [name=session-file]").set_input_files(file)
    page.wait_for_function("() => !document.querySelector('dialog[open]')")
    stands(page, 1, 0)
    assert session_of(page)["id"] != here
    assert numbers(page) == before

    share(page)
    text = file.read_text()
    for wrong, says in (
        (text[:40], "JSON"),
        (text.replace("0.75", '"much"'), "/import/"),
        (text + " " * 1_100_000, "1048576"),
    ):
        file.write_text(wrong)
        page.locator("dialog.share [name=session-file]").set_input_files(file)
        page.locator("dialog.share .trouble", has_text=says).wait_for()
    open_page.faults.clear()  # the browser notes every answer that is a refusal
    page.evaluate(DROP, text)
    page.wait_for_function("() => !document.querySelector('dialog[open]')")
    stands(page, 1, 0)
    assert numbers(page) == before


# Every picture of a GIF as base64, and for how many milliseconds it is shown: decoded by the browser.
DECODED = """async (gif) => {
  const data = Uint8Array.from(atob(gif), (letter) => letter.charCodeAt(0));
  const decoder = new ImageDecoder({ data, type: "image/gif" }), frames = [];
  await decoder.tracks.ready;
  for (let frameIndex = 0; frameIndex < decoder.tracks.selectedTrack.frameCount; frameIndex++) {
    const { image } = await decoder.decode({ frameIndex });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.displayWidth, image.displayHeight];
    canvas.getContext("2d").drawImage(image, 0, 0);
    frames.push([canvas.toDataURL().split(",")[1], image.duration / 1000]);
  }
  return frames;
}"""


TEXTS = """() => [...document.querySelectorAll("#stage svg.stage text")]
  .filter((text) => text.checkVisibility({ visibilityProperty: true })).map((text) => text.textContent)"""


def taken(page, command):
    """The name and the bytes of what a button of the dialog saves."""
    with page.expect_download(timeout=120_000) as saved:
        page.locator(f"[data-command={command}]").click()
    return saved.value.suggested_filename, saved.value.path().read_bytes()


HIDDEN = """(hidden) => {
  for (const id of ["legend", "notices"]) document.getElementById(id).style.visibility = hidden ? "hidden" : "";
}"""


def seen(page):
    """The drawing alone, as the browser shows it."""
    page.evaluate(HIDDEN, True)
    page.mouse.move(0, 0)
    found = b64encode(page.locator("#stage svg.stage:visible").screenshot()).decode()
    page.evaluate(HIDDEN, False)
    return found


@pytest.mark.parametrize("query", ["?example=neuron&cursor=12", "?example=digits8&cursor=19&view=network"])
def test_a_picture_of_the_stage_is_what_is_seen_in_twice_the_pixels(open_page, query):
    page = open_page(query)
    stands(page, int(query.split("cursor=")[1].split("&")[0]), 0)
    screen, size = seen(page), page.locator("#stage svg.stage:visible").bounding_box()
    share(page)
    name, png = taken(page, "save-png")
    assert name == f"{query.split('=')[1].split('&')[0]}-0.png"
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (round(2 * size["width"]), round(2 * size["height"]))
    assert differing(page, b64encode(png).decode(), screen, 240) < 60  # an empty one differs in thousands
    name, svg = taken(page, "save-stage")
    assert name.endswith("-0-stage.svg")
    picture = ElementTree.fromstring(svg)
    texts = {"".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert set(page.evaluate(TEXTS)) - {""} <= texts
    assert b"var(--" not in svg
    assert b"http" not in svg.replace(b"http://www.w3.org/", b"")


def test_an_animated_picture_walks_through_the_step_and_the_page_stands_where_it_stood(open_page):
    page = open_page("?example=neuron&cursor=12")
    stands(page, 12, 0)
    asked = []
    page.on("request", lambda request: asked.append(request))
    share(page)
    assert page.locator("[name=frames]").input_value() == "operation"
    spoken = page.locator("#spoken").inner_text()
    name, gif = taken(page, "save-gif")
    assert name == "neuron-0.gif"
    frames = page.evaluate(DECODED, b64encode(gif).decode())
    assert [shown for _, shown in frames] == [900] * (len(frames) - 1) + [3000]
    stops = page.evaluate("() => import('/static/js/store.js').then(({ ends }) => ends.value)")
    assert len(frames) == len(stops)
    assert all(one != next for (one, _), (next, _) in pairwise(frames[1:]))  # to clear gradients changes no picture
    stands(page, 12, 0)
    here, screen = stops.index(12), seen_without(page)
    before, now, after = (differing(page, frames[k][0], screen, 240) for k in (here - 1, here, here + 1))
    assert now < min(before, after)
    assert page.locator("#spoken").inner_text() == spoken
    assert {12} >= {request.post_data_json["cursor"] for request in asked if request.url.endswith("/seek")}


def seen_without(page):
    """The drawing alone, once the dialog is closed."""
    closed(page)
    return seen(page)


def test_an_animated_picture_is_given_up_and_none_has_more_than_120_frames(open_page):
    page = open_page("?example=gru&cursor=5")
    stands(page, 5, 0)
    share(page)
    page.locator("[name=frames]").select_option("layer")
    by_event = page.locator("[name=frames] option[value=event]")
    assert by_event.get_attribute("disabled") is not None
    assert int(by_event.inner_text().split()[-1].replace(",", "").replace("\u202f", "")) > 120
    page.locator("[data-command=save-gif]").click()
    page.locator("[data-command=cancel-gif]").click()
    page.wait_for_selector("[data-command=save-gif]")
    stands(page, 5, 0)
    closed(page)


def test_a_step_is_taken_away_as_a_program_and_axe_finds_nothing_where_all_that_is_offered(open_page):
    page = open_page("?example=training-loop&iteration=2&cursor=3")
    stands(page, 3, 2)
    share(page)
    for format, name in (("numpy", "training-loop-2.py"), ("notebook", "training-loop-2.ipynb")):
        found, text = taken(page, f"export-{format}")
        assert (found, b"iteration 2" in text) == (name, True)
    page.wait_for_selector("[data-link=embed]")
    page.evaluate(AXE.read_text())
    assert page.evaluate(VIOLATIONS) == []


VIOLATIONS = "async () => (await axe.run()).violations.map(({ id, nodes }) => [id, nodes[0].html])"
ROWS = """() => [...document.querySelectorAll("[data-node]")].flatMap((card) =>
  [...card.querySelectorAll(".number")].map((text) =>
    [Number(card.dataset.node), text.classList[1], text.dataset.exact ?? null, text.textContent]))"""


def test_one_html_file_plays_the_step_from_the_disk_with_no_network_at_all(open_page, browser, tmp_path):
    page = open_page("?example=neuron&iteration=2&cursor=3")
    stands(page, 3, 2)
    share(page)
    name, text = taken(page, "export-html")
    assert name == "neuron-2.html"
    file, run = tmp_path / name, engine_run("neuron", 2)
    file.write_bytes(text)
    trace, asked, faults = Trace(run.graph, run.schedule, run.recording), [], []
    context = browser.new_context(offline=True, color_scheme="dark")
    alone = context.new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("pageerror", lambda error: faults.append(str(error)))
    alone.on("console", lambda message: faults.append(message.text))
    alone.goto(file.as_uri())
    last = run.schedule.length
    for place, key in [*((k, "ArrowRight") for k in range(last)), *((k, "ArrowLeft") for k in range(last, 0, -1))]:
        played(alone, trace, place)
        alone.keyboard.press(key)
    played(alone, trace, 0)
    assert alone.locator("#back").is_disabled()
    for key, place in (("End", last), ("Home", 0)):
        alone.keyboard.press(key)
        played(alone, trace, place)
    alone.locator("#place").fill("12")
    played(alone, trace, 12)
    said = alone.locator("#sentence").inner_text()
    assert alone.locator("#spoken").inner_text() == said
    assert re.search(r"\d", said)
    assert alone.locator("#lines math").count() > 0
    alone.locator("#forward").click()
    played(alone, trace, 13)
    assert alone.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(17, 21, 29)"
    alone.locator("#play").click()
    at(alone, 14)
    assert alone.locator("#play").get_attribute("aria-pressed") == "true"
    assert asked == [file.as_uri()]
    assert faults == []
    alone.evaluate(AXE.read_text())
    assert alone.evaluate(VIOLATIONS) == []
    context.close()


ALONE = "() => import('/static/js/store.js').then(({ session }) => session.value.drives === false)"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def site(tmp_path):
    """Somebody else's site: its address and the folder of its pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}", tmp_path
        server.shutdown()


def test_a_page_of_another_site_shows_the_step_in_a_frame_where_the_explorer_allows_it(page, stranger, site):
    address, folder = site
    with serving("--store", "memory:", "--embed", address) as explorer:
        page.goto(f"{explorer.url}/?example=neuron&cursor=7")
        stands(page, 7, 0)
        share(page)
        code = page.locator("[data-link=embed]").input_value()
        (folder / "lesson.html").write_text(f"<!doctype html><title>Lesson</title>{code}")
        stranger.goto(f"{address}/lesson.html")
        frame = stranger.frame_locator("iframe")
        frame.locator("html[data-ready]").wait_for(state="attached")
        frame.locator("body[data-cursor='7']").wait_for()
        frame.locator("[data-command=forward]").click()
        frame.locator("body[data-cursor='8']").wait_for()
        stranger.frames[1].wait_for_function(ALONE)
        assert not frame.locator("#top").is_visible()
        assert frame.locator("#panel .say").is_visible()
        assert frame.locator(".notice, #following").count() == 0


def played(page, trace, place):
    """Every number on every card is the engine's after `place` events."""
    at(page, place)
    for node, role, exact, text in page.evaluate(ROWS):
        array = trace.value(node, place) if role == "value" else trace.gradient(node, place)
        assert (exact, text) == (None, "—") if array is None else json.loads(exact) == float(array)


VIEWS = {"code": "#code-view", "training": "#training", "compare": "#compare"}
TWIN = "() => import('/static/js/twins.js').then(({ twinByEdits }) => twinByEdits([{ set: 'w', to: 0.25 }], 'w', 0))"
BLANK = """([width, height]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(document.body).backgroundColor;
  pen.fillRect(0, 0, width, height);
  return canvas.toDataURL().split(",")[1];
}"""
SVG_TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.mark.parametrize(
    ("view", "query", "shows", "words"),
    [
        ("code", "?example=digits8&cursor=9&view=code", "L.backward()", ["NumPy", "backward", "d_L = 1.0", "1.000"]),
        (
            "training",
            "?example=spiral&iteration=20&view=training",
            "Trained to step 20.",
            ["Loss", "Decision boundary"],
        ),
        ("compare", "?example=neuron&cursor=9", "edit at step 0", ["A single neuron", "B/A"]),
    ],
)
def test_a_picture_of_a_view_made_of_html_is_what_is_seen_with_its_words_as_text(open_page, view, query, shows, words):
    page = open_page(query)
    if view == "compare":
        assert page.evaluate(TWIN) is None
    place = page.locator(VIEWS[view])
    place.get_by_text(shows).first.wait_for(timeout=30_000)
    if view == "training":
        place.get_by_text("Decision boundary").wait_for(timeout=30_000)
    share(page)
    assert "animated picture is made in the views Graph and Network" in page.locator("dialog.share").inner_text()
    name, png = taken(page, "save-png")
    size = place.bounding_box()
    assert struct.unpack(">II", png[16:24]) == (round(2 * size["width"]), round(2 * size["height"]))
    name, svg = taken(page, "save-stage")
    assert name.endswith(f"-{view}.svg")
    texts = "".join("".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(SVG_TEXT))
    assert [word for word in (shows, *words) if word not in texts] == []
    assert b"foreignObject" not in svg
    assert b"http" not in svg.replace(b"http://www.w3.org/", b"")
    closed(page)
    page.mouse.move(0, 0)
    screen = b64encode(place.screenshot()).decode()
    blank = page.evaluate(BLANK, [size["width"], size["height"]])
    without = differing(page, blank, screen, 240)
    assert without > 500
    assert differing(page, b64encode(png).decode(), screen, 240) < without / 10
