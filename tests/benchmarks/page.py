"""python3 -m tests.benchmarks.page: the page's main thread, in headless Chromium that draws in software.

Milliseconds of the main thread's own processor time, so that what else runs on the machine does not count, and beside
them the same as multiples of a fixed piece of JavaScript timed in the same run.
"""

import argparse
import json
import urllib.request
from copy import deepcopy
from statistics import quantiles

from app.lessons import EXAMPLES
from tests.benchmarks.browser import KINDS, Traced, chromium, explorer, yardstick

SIZE = {"width": 1280, "height": 720}
WIDE = "gru"  # 150 cards, none of them in a closed group
MOVES = 240
PRESSES = 60
GOAL, LONGEST = 16.7, 50.0

# The pointer, held on the timeline, is somewhere else in every frame: no driver outside of the page is as fast.
ALONG = """moves => new Promise(done => {
  const bar = document.querySelector("[role=slider]"), box = bar.getBoundingClientRect();
  const move = k => {
    if (k === moves) return done();
    const place = { clientX: box.left + box.width * (k + 0.5) / moves, clientY: box.top + box.height / 2 };
    bar.dispatchEvent(new PointerEvent("pointermove", { ...place, buttons: 1, pointerId: 1, bubbles: true }));
    requestAnimationFrame(() => move(k + 1));
  };
  requestAnimationFrame(() => move(0));
})"""
# From a key's own time to the first task after the frame that answers it.
LISTEN = """() => {
  const channel = new MessageChannel();
  let pressed = 0;
  window.answered = [];
  channel.port1.onmessage = () => window.answered.push(performance.now() - pressed);
  addEventListener("keydown", ({ timeStamp }) => {
    pressed = timeStamp;
    requestAnimationFrame(() => channel.port2.postMessage(null));
  }, true);
}"""


def large():
    """An LSTM over 80 time steps: a graph of more than 1,500 nodes."""
    spec = deepcopy(EXAMPLES["lstm"].spec)
    spec["data"]["length"] = 80
    return spec


class Report:
    """Lines of a table, every figure beside its multiple of the yardstick."""

    def __init__(self, unit):
        self.unit = unit
        print(f"yardstick: {unit:.1f} ms of processor time\n")  # noqa: T201

    def line(self, name, ms, goal=None, note=""):
        judged = "" if goal is None else f"  goal {goal:g}: {'met' if ms <= goal else 'MISSED'}"
        print(f"{name:<52}{ms:>8.1f} ms {ms / self.unit:>6.2f} ×{judged}{note}", flush=True)  # noqa: T201

    def frames(self, name, frames):
        totals = [sum(frame.values()) for frame in frames]
        middle, late = spread(totals)
        kinds = ", ".join(f"{kind} {sum(f[kind] for f in frames) / len(frames):.1f}" for kind in (*KINDS, "other"))
        self.line(f"{name}: work a frame, median of {len(frames)}", middle, note=f"  mean: {kinds}")
        self.line(f"{name}: work a frame, 95th percentile", late, GOAL)
        self.line(f"{name}: work a frame, most", max(totals))


def spread(figures):
    """Their median and 95th percentile."""
    return quantiles(figures, n=100, method="inclusive")[49::45][:2]


def opened(browser, address, query, **context):
    page = browser.new_page(viewport=SIZE, **context)
    page.goto(f"{address}/{query}")
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("#panel .katex, #panel .say", state="attached")
    page.wait_for_timeout(800)  # formulas and fonts have come to rest
    return page


def playing(browser, address, report):
    """150 cards, all in view, four operations in a second and a half, signals travelling."""
    page = opened(browser, address, f"?example={WIDE}&cursor=20")
    page.keyboard.press("f")
    page.select_option('[data-command="speed"]', "4")
    page.evaluate("() => document.activeElement.blur()")
    page.wait_for_timeout(600)
    with Traced(page) as traced:
        page.keyboard.press("Space")
        page.wait_for_timeout(8_000)
    report.frames(f"playing, {cards(page)} cards", traced.frames())
    page.close()


def scrubbing(browser, address, report):
    """150 cards, all in view, the pointer drawn along the timeline: another place in every frame."""
    page = opened(browser, address, f"?example={WIDE}")
    page.keyboard.press("f")
    page.wait_for_timeout(600)
    along(page, report, f"scrubbing, {cards(page)} cards")
    page.close()


def scrubbing_long(browser, address, report):
    """Thousands of events: an LSTM of 1,500 nodes, its groups closed."""
    id, _ = created(address, large())
    page = opened(browser, address, f"?session={id}")
    along(page, report, f"scrubbing, {page.locator('[role=slider]').get_attribute('aria-valuemax')} events")
    page.close()


def along(page, report, name):
    """Hold the timeline and draw along all of it."""
    bar = page.locator("[role=slider]").bounding_box()
    page.mouse.move(bar["x"] + 1, bar["y"] + bar["height"] / 2)
    page.mouse.down()
    with Traced(page) as traced:
        page.evaluate(ALONG, MOVES)
    page.mouse.up()
    report.frames(name, traced.frames())


def pressing(browser, address, report):
    """150 cards, one key after another: from the key to the frame that shows its step, by the clock."""
    page = opened(browser, address, f"?example={WIDE}&cursor=20")
    page.keyboard.press("f")
    page.wait_for_timeout(600)
    page.evaluate(LISTEN)
    for k in range(PRESSES):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(pressed) => window.answered.length === pressed", arg=k + 1)
        page.wait_for_timeout(100)  # formulas are drawn
    middle, late = spread(page.evaluate("() => window.answered"))
    report.line(f"key to its picture, {cards(page)} cards: median of {PRESSES}", middle, note="  (by the clock)")
    report.line(f"key to its picture, {cards(page)} cards: 95th percentile", late, note="  (by the clock)")
    page.close()


def opening(browser, address, report):
    """A graph of 1,500 nodes: shown, a layer of it opened, a time step of that, then walked."""
    id, count = created(address, large())
    page = opened(browser, address, "?example=square", reduced_motion="reduce")
    with Traced(page) as traced:
        page.goto(f"{address}/?session={id}")
        page.wait_for_selector("html[data-ready]")
        page.wait_for_selector("#panel .summary, #panel .say", state="attached")
        page.wait_for_timeout(1_500)
    longest(report, f"opening {count} nodes: longest task", traced)
    for group, then in (("lstm1", "lstm1/t80"), ("lstm1/t80", None)):
        with Traced(page) as traced:
            page.locator(f'[data-group="{group}"]').dispatch_event("click")
            wanted = f'.closed[data-group="{then}"]' if then else f'[data-group="{group}"][aria-expanded="true"]'
            page.wait_for_selector(wanted, state="attached", timeout=15_000)
            page.wait_for_timeout(1_000)
        longest(report, f"opening the group {group}: longest task", traced)
    with Traced(page) as traced:
        for _ in range(30):
            page.keyboard.press("ArrowRight")
    longest(report, f"walking {count} nodes: longest task", traced)
    page.close()


def longest(report, name, traced):
    ms, elapsed = traced.longest_task()
    report.line(name, ms, LONGEST, f"  ({elapsed:.0f} ms by the clock)")


def created(address, spec):
    """A session of this spec: its id, and how many nodes its graph has."""
    request = urllib.request.Request(
        f"{address}/api/v1/sessions", json.dumps({"spec": spec}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        id = json.load(answer)["id"]
    with urllib.request.urlopen(f"{address}/api/v1/sessions/{id}/graph") as answer:
        return id, len(json.load(answer)["nodes"])


def cards(page):
    return page.locator("[data-node]").count()


SCENES = {"playing": playing, "scrubbing": scrubbing, "long": scrubbing_long, "pressing": pressing, "opening": opening}


def main():
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks.page", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], *SCENES], help="scenes (default: all)")
    chosen = parser.parse_args().only or SCENES
    with explorer() as address, chromium() as browser:
        page = browser.new_page()
        report = Report(yardstick(page))
        page.close()
        for name in chosen:
            SCENES[name](browser, address, report)


if __name__ == "__main__":
    main()
