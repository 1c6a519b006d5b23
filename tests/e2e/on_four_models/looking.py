"""How the sentences look at the page: where cards stand, what edges say, what the panel tells."""

import json
import math

from engine import Contribution
from tests.e2e.reading import at

PLACES = """() => Object.fromEntries([...document.querySelectorAll('[data-node], .closed[data-group]')].map((card) => {
  const { e, f } = new DOMMatrix(getComputedStyle(card).transform);
  return [card.dataset.node ?? card.dataset.group, [e, f]];
}))"""
EDGES = """() => [...document.querySelectorAll('path[data-edge]')].map((edge) => ({
  key: edge.dataset.edge, width: Number(edge.getAttribute('stroke-width')), carried: edge.dataset.carried ?? null,
  says: edge.getAttribute('aria-label'), size: edge.dataset.size ?? null,
}))"""
# A change that goes on would be read half done: still for as long as two frames.
SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""


def go(page, run, place):
    """Stand at an event."""
    page.evaluate(f"() => import('/static/js/actions.js').then(({{ seek }}) => seek({place}))")
    at(page, place)


def choose(page, node, which="value", entry=None):
    """Choose a card, or an entry of it; the service has told of it once a nudge is offered."""
    chosen = json.dumps({"node": node.id, "which": which, "entry": entry and list(entry)})
    page.evaluate(f"() => import('/static/js/actions.js').then(({{ select }}) => select({chosen}))")
    page.wait_for_selector(f".chosen header h2:text-is('{node.label}')")
    page.wait_for_selector(".insight .nudge")


def exact(page, selector, name="data-exact"):
    """The exact numbers that stand there."""
    found = page.locator(selector).evaluate_all(f"(all) => all.map((one) => one.getAttribute('{name}'))")
    return [float(text) for text in found]


def see_group(page, name):
    """Have an open group's title in the middle of the stage, at a size that can be read."""
    page.evaluate(
        """(name) => import('/static/js/store.js').then(({ cameraWish }) => {
          const { e: x, f: y } = new DOMMatrix(getComputedStyle(
            document.querySelector(`.frame [data-group='${name}']`).closest('.frame')).transform);
          cameraWish.value = { do: 'see', sight: { k: 0.7, x, y } };
        })""",
        name,
    )


def sent_by_edge(run):
    """What went back over each edge in the whole step, by the edge's name."""
    return {f"{e.node}:{e.slot}": e for e in run.schedule.events if isinstance(e, Contribution)}


def size_of(run, event):
    """The root mean square of what an event recorded."""
    sent = run.recording.numbers(event.value.offset, event.value.offset + event.value.size)
    return math.sqrt(sum(x * x for x in sent) / len(sent))


def width_of(size):
    """How wide an edge is, on the scale of the legend."""
    share = 0 if size <= 1e-6 else min(1, math.log(size / 1e-6) / math.log(10 / 1e-6))
    return 2.5 + 5.5 * share


def said(page, place):
    """The panel's words for an event, once they stand there."""
    page.wait_for_function(
        "(place) => document.querySelector('.explain h2')?.textContent.startsWith(`Step ${place} of`)"
        " && !document.querySelector('.explain .waiting')",
        arg=place,
    )
    return page.evaluate("""() => ({
      sentence: document.querySelector('.explain .say').textContent,
      wrong: document.querySelectorAll('.explain .katex-error').length,
      shapes: [...document.querySelectorAll('.operands tbody tr td:nth-of-type(1)')].map((cell) => cell.textContent),
    })""")


def until(page, read, right):
    """What the page shows once it is right; what it shows after ten seconds, where it never is."""
    for _ in range(200):
        found = page.evaluate(read)
        if right(found):
            break
        page.wait_for_timeout(50)
    return found
