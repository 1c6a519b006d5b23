"""A server and a browser of our own, and what the page's main thread did: milliseconds of its own processor time."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import sync_playwright

from app.bootstrap import ROOT
from tests import machine
from tests.conftest import BROWSER_ARGUMENTS
from tests.e2e.conftest import first_line

CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"]
TASK, FRAME = "RunTask", "AnimationFrame"
# What a browser names its work, as four kinds; the rest of a task is the browser's own.
KINDS = {
    "scripting": ("FunctionCall", "FireAnimationFrame", "TimerFire", "EventDispatch", "EvaluateScript", "v8.", "V8.",
                  "RunMicrotasks", "MinorGC", "MajorGC", "BlinkScheduler_PerformMicrotaskCheckpoint"),
    "style": ("UpdateLayoutTree", "ParseAuthorStyleSheet"),
    "layout": ("Layout",),
    "paint": ("PrePaint", "Paint", "Layerize", "Commit", "UpdateLayer", "ImageDecode", "Decode"),
}  # fmt: skip

# A fixed piece of work: objects, text, a map and arithmetic. Other figures are read beside it.
YARDSTICK = """() => {
  const seen = new Map();
  let sum = 0;
  for (let i = 0; i < 60000; i++) {
    const key = `card ${i % 997}`;
    const card = seen.get(key) ?? { x: 0, words: [] };
    card.x += Math.sqrt(i);
    if (i % 7 === 0) card.words.push(key.slice(2));
    seen.set(key, card);
    sum += card.x % 3;
  }
  return sum;
}"""


@contextmanager
def explorer():
    """The address of a server of our own; it keeps nothing."""
    command = [sys.executable, "-m", "app", "--port", "0", "--no-browser", "--store", "memory:"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield first_line(server).strip().rstrip("/")
        finally:
            server.terminate()
            server.wait(timeout=10)


@contextmanager
def chromium():
    """A browser without a window that draws in software."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.find_browser(), args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


class Traced:
    """What the main thread did while the block ran: `with Traced(page) as traced: …`."""

    def __init__(self, page):
        self.page = page

    def __enter__(self):
        self.page.context.browser.start_tracing(page=self.page, categories=CATEGORIES)
        return self

    def __exit__(self, *error):
        self.page.evaluate("() => performance.mark('traced')")
        events = json.loads(self.page.context.browser.stop_tracing())["traceEvents"]
        last = [e for e in events if e["name"] == "traced"][-1]
        own = [e for e in events if (e["pid"], e["tid"]) == (last["pid"], last["tid"])]
        self.work = sorted((e for e in own if e["ph"] == "X"), key=lambda e: (e["ts"], -e["dur"]))
        self.began = sorted(e["ts"] for e in own if e["name"] == FRAME and e["ph"] == "b")

    def longest_task(self):
        """Processor time of the longest task, and how long it took by the clock."""
        longest = max((e for e in self.work if e["name"] == TASK), key=lambda e: e.get("tdur", 0))
        return longest["tdur"] / 1000, longest["dur"] / 1000

    def frames(self):
        """For each frame drawn, {kind: ms}: all tasks from its beginning to the next one's."""
        found = [defaultdict(float) for _ in self.began]
        for kind, at, own in self._shares():
            place = sum(start <= at for start in self.began) - 1
            if place >= 0:
                found[place][kind] += own
        return found[:-1]

    def _shares(self):
        """Every piece of work without the pieces inside it: (kind, when, ms)."""
        stack = []  # [event, processor time of what lies inside]
        for event in [*self.work, {"ts": float("inf"), "dur": 0, "name": ""}]:
            while stack and event["ts"] >= stack[-1][0]["ts"] + stack[-1][0]["dur"]:
                done, inside = stack.pop()
                yield kind_of(done["name"]), done["ts"], max(0, done.get("tdur", 0) - inside) / 1000
                if stack:
                    stack[-1][1] += done.get("tdur", 0)
            stack.append([event, 0])


def kind_of(name):
    return next((kind for kind, names in KINDS.items() if name.startswith(names)), "other")


def yardstick(page, times=9):
    """Median processor time of the fixed work, in ms."""
    found = []
    for _ in range(times):
        with Traced(page) as traced:
            page.evaluate(YARDSTICK)
        found.append(traced.longest_task()[0])
    return median(found)
