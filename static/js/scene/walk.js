// The drawing by keyboard: one stop of the Tab key. Up and down go from card to card in the order of computation; with
// Shift, left and right follow an edge, and up and down go to its neighbours at the same card.

import { hiddenBy, pathKey } from "../model/groups.js";
import * as store from "../store.js";

const STOPS = "[data-node], [data-group]";
const ABOUT = "Up and down go from card to card. Shift with left or right goes along an edge, up and down from there to its neighbours. Enter chooses.";

/** @typedef {SVGElement} Mark */

/** @param {SVGSVGElement} svg @param {Element[]} layers whose children are marks @param {(mark: Mark) => void} reveal */
export function walkByKeys(svg, layers, reveal) {
  /** @type {{here: Mark | null, neighbours: Mark[], held: boolean}} */
  const state = { here: null, neighbours: [], held: false };
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-description", ABOUT);
  // Listening on the drawing itself would make it one more stop of the Tab key.
  const host = /** @type {HTMLElement} */ (svg.parentElement);
  host.addEventListener("focusin", (event) => {
    const mark = markOf(event.target);
    state.held = mark !== null;
    if (mark && !mark.dataset.edge) only(svg, (state.here = mark));
  });
  host.addEventListener("focusout", ({ target }) => {
    setTimeout(() => { if (/** @type {Element} */ (target).isConnected && !host.contains(document.activeElement)) state.held = false; }); // what is taken away loses the focus before it is gone
  });
  svg.addEventListener("keydown", (event) => {
    const mark = markOf(event.target), next = mark && nextOf(svg, mark, event, state);
    if (!mark || next === undefined) return;
    event.preventDefault();
    if (!next) return;
    next.focus({ preventScroll: true });
    reveal(next);
  });
  const observer = new MutationObserver(() => renew(svg, state));
  for (const layer of layers) observer.observe(layer, { childList: true });
}

/** Marks came and went: one of them is the Tab key's, and what had the focus hands it to what stands in its place. @param {SVGElement} svg @param {{here: Mark | null, held: boolean}} state */
function renew(svg, state) {
  const before = state.here;
  if (!before?.isConnected) state.here = successor(svg, before);
  if (state.here) only(svg, state.here);
  if (state.held && document.activeElement === document.body) state.here?.focus({ preventScroll: true });
}

/** @param {SVGElement} svg @param {Mark | null} before */
function successor(svg, before) {
  const stops = stopsOf(svg);
  return stops.find((mark) => before?.dataset.group !== undefined && mark.dataset.group === before.dataset.group) ?? stops[0] ?? null;
}

/** @param {EventTarget | null} target */
const markOf = (target) => /** @type {Mark | null} */ (/** @type {Element} */ (target).closest(`${STOPS}, [data-edge]`));

/** @param {SVGElement} svg @param {Mark} one */
function only(svg, one) {
  for (const mark of svg.querySelectorAll(STOPS)) mark.setAttribute("tabindex", mark === one ? "0" : "-1");
}

/** Undefined where the key is none of ours, null where there is nothing to go to. @param {SVGElement} svg @param {Mark} mark @param {KeyboardEvent} event @param {{neighbours: Mark[]}} state @returns {Mark | null | undefined} */
function nextOf(svg, mark, { key, shiftKey }, state) {
  const by = { ArrowUp: -1, ArrowDown: 1 }[key], edge = mark.dataset.edge;
  if (by) {
    const list = edge ? state.neighbours : stopsOf(svg);
    return list[list.indexOf(mark) + by] ?? null;
  }
  const side = shiftKey ? { ArrowLeft: 0, ArrowRight: 1 }[key] : undefined;
  if (side === undefined) return undefined;
  if (edge) return endsOf(svg, edge)[side];
  state.neighbours = edgesOf(svg).filter((each) => endsOf(svg, each.dataset.edge ?? "")[1 - side] === mark);
  return state.neighbours[0] ?? null;
}

/** Cards in the order of computation; a group before its first card. @param {SVGElement} svg @returns {Mark[]} */
function stopsOf(svg) {
  const first = firstCards(), marks = /** @type {Mark[]} */ ([...svg.querySelectorAll(STOPS)]);
  /** @param {Mark} mark */
  const rank = ({ dataset: { node, group = "" } }) => (node === undefined ? (first.get(group) ?? 0) - 0.5 + group.length * 1e-6 : Number(node));
  return marks.map((mark) => ({ mark, at: rank(mark) })).sort((a, b) => a.at - b.at).map(({ mark }) => mark);
}

/** The first card of every group. */
function firstCards() {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { id, group } of store.trace.peek()?.graph.nodes ?? []) {
    group.forEach((_, depth) => {
      const key = pathKey(group.slice(0, depth + 1));
      if (!found.has(key)) found.set(key, id);
    });
  }
  return found;
}

/** @param {SVGElement} svg @returns {Mark[]} */
function edgesOf(svg) {
  const edges = /** @type {Mark[]} */ ([...svg.querySelectorAll("[data-edge]")]);
  return edges.sort((a, b) => (a.dataset.edge ?? "").localeCompare(b.dataset.edge ?? "", "en", { numeric: true }));
}

/** What an edge leads from and to: cards, or the closed groups that hide them. @param {SVGElement} svg @param {string} key @returns {(Mark | null)[]} */
function endsOf(svg, key) {
  const [node, slot] = key.split(":").map(Number), nodes = store.trace.peek()?.graph.nodes ?? [];
  return [nodes[node].inputs[slot], node].map((id) => {
    const hidden = hiddenBy(nodes[id].group, store.closed.peek());
    return svg.querySelector(`[data-node="${id}"]`) ?? (hidden === null ? null : svg.querySelector(`.closed[data-group="${CSS.escape(hidden)}"]`));
  });
}
