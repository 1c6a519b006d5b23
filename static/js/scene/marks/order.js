// Where nothing may travel, numbers say in which order the signal passes: 1 where it comes from, 2 and on where it arrives.

import { sameOperation } from "../../model/playhead.js";
import { add } from "../svg.js";

const RADIUS = 13;

/** @typedef {import("../../types").TraceEvent} TraceEvent */
/** @typedef {import("../../types").Box} Box */
/** @typedef {{cards: {node: {id: number}, box: Box}[], closed: {members: number[], box: Box}[]}} Picture */

/** @param {Element} layer @param {Picture | null} picture @param {{frame: import("../../types").Frame, trace: import("../../types").Trace}} painting @param {boolean} on */
export function paintOrder(layer, picture, { frame, trace }, on) {
  layer.replaceChildren();
  if (!on || !picture || frame.cursor === 0) return;
  const taken = new Set();
  for (const [id, number] of orderOf(sameOperation(trace, frame.cursor), trace.graph)) {
    const box = boxOf(picture, id);
    if (!box || taken.has(box)) continue;
    taken.add(box);
    badge(layer, box, number, frame.live.tone);
  }
}

/** @param {Element} layer @param {Box} box @param {number} number @param {string} tone */
function badge(layer, { x, y }, number, tone) {
  const group = add(layer, "g", { class: `order ${tone}`, "data-order": number, transform: `translate(${x}, ${y})` });
  add(group, "circle", { r: RADIUS });
  add(group, "text", { y: 5.8 }, String(number));
}

/** @param {Picture} picture @param {number} id */
function boxOf({ cards, closed }, id) {
  return (cards.find(({ node }) => node.id === id) ?? closed.find(({ members }) => members.includes(id)))?.box;
}

/** Cards and their places in the order, each once. @param {TraceEvent[]} events one operation's @param {import("../../types").Graph} graph @returns {Map<number, number>} */
function orderOf(events, graph) {
  /** @type {Map<number, number>} */
  const found = new Map();
  let next = 1;
  for (const event of events) {
    const [sources, target] = passage(event, graph);
    const fresh = sources.filter((id) => !found.has(id));
    for (const id of fresh) found.set(id, next);
    if (fresh.length) next++;
    if (target >= 0 && !found.has(target)) found.set(target, next++);
  }
  return found;
}

/** Where the signal of an event comes from, and where it arrives. @param {TraceEvent} event @param {import("../../types").Graph} graph @returns {[number[], number]} */
function passage(event, { nodes }) {
  if (event.kind === "forward" || event.kind === "recompute") return [[...nodes[event.node].inputs], event.node];
  if (event.kind === "tangent") return [event.node === event.leaf ? [] : [...nodes[event.node].inputs], event.node];
  if ("into" in event) return ["node" in event ? [event.node] : [], event.into];
  return [[], "node" in event ? event.node : "param" in event ? event.param : -1];
}
