"""How the sentences look at the page: where cards stand, what edges say, what the panel tells."""

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
