// A group: a dashed frame with a title when open, a card with title and count when closed.

import { add, create, eachMark, join, setAttribute, setText, shorten, shows } from "../svg.js";
import { place } from "./node.js";

/** @typedef {{key: string, title: string, count: number, box: import("../../types").Box, members: number[]}} Group */
/** @typedef {{toggle: (key: string) => void}} Context */

/** Width of a letter of an open group's title, at its largest. */
const TITLE = 10.8;

/** What a new group costs to draw, in edges. */
const COST = 3;
/** Where the title begins: over a frame's corner, or on the card. */
const OVER = { x: 14, y: -7 }, ON = { x: 14, y: -4 };

/** @param {import("../../model/layout/types.js").Box} box @returns {import("../../types").Point} where the group's title stands in the graph */
export const titleAt = ({ kind, x, y, height }) => (kind === "open" ? [x + OVER.x, y + OVER.y] : [x + ON.x, y + height / 2 + ON.y]);

/** @param {Element} layer @param {Group[]} marks @param {Context} context */
export const frames = (layer, marks, context) => join(layer, marks, { cost: COST, make: (group) => buildFrame(group, context), place: placeFrame });

/** @param {Group} group @param {Context} context */
function buildFrame(group, context) {
  const element = create("g", { class: "frame" });
  add(element, "rect", { class: "outline", rx: 20 });
  const title = add(element, "g", { class: "title" });
  add(title, "rect", { class: "hit", x: 8, y: -25, height: 26, rx: 6 });
  add(title, "text", OVER);
  button(title, group, context, true);
  return element;
}

/** @param {SVGGElement} element @param {Group} group */
function placeFrame(element, { box, title }) {
  place(element, box);
  const outline = /** @type {Element} */ (element.querySelector(".outline"));
  setAttribute(outline, "width", box.width);
  setAttribute(outline, "height", box.height);
  const text = `${shorten(title, Math.max(8, Math.floor((box.width - 30) / TITLE)))} ▾`;
  setText(/** @type {Element} */ (element.querySelector("text")), text);
  setAttribute(/** @type {Element} */ (element.querySelector(".hit")), "width", Math.min(box.width - 8, text.length * TITLE + 16));
}

/** @param {Element} layer @param {Group[]} marks @param {Context} context */
export const closedGroups = (layer, marks, context) => join(layer, marks, { cost: COST, make: (group) => buildClosed(group, context), place: (element, { box }) => place(element, box) });

/** @param {Group} group @param {Context} context */
function buildClosed(group, context) {
  const element = create("g", { class: "closed" });
  const { box: { width, height }, title, count } = group;
  add(element, "rect", { class: "ring", x: -6, y: -6, width: width + 12, height: height + 12, rx: 19 });
  add(element, "rect", { class: "under", x: 5, y: 5, width, height, rx: 14 });
  add(element, "rect", { class: "face", width, height, rx: 14 });
  add(element, "text", { class: "title", x: ON.x, y: height / 2 + ON.y }, `▸ ${shorten(title, Math.floor((width - 44) / 9.4))}`);
  add(element, "text", { class: "count", x: 14, y: height / 2 + 20 }, `${count} cards`);
  button(element, group, context, false);
  return element;
}

/** @param {Element} element @param {Group} group @param {Context} context @param {boolean} open */
function button(element, group, context, open) {
  const attributes = { role: "button", tabindex: "0", "data-group": group.key, "aria-expanded": String(open), "aria-label": `Group ${group.title}, ${group.count} cards: ${open ? "close" : "open"}` };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  add(element, "title", {}, open ? `${group.title}: click to close` : `${group.title}: click to open`);
  element.addEventListener("click", () => context.toggle(group.key));
  element.addEventListener("keydown", (event) => {
    if (/** @type {KeyboardEvent} */ (event).key === "Enter") context.toggle(group.key);
  });
}

/** @param {Element} layer @param {import("../../types").Frame} frame */
export function paintClosed(layer, frame) {
  eachMark(layer, (element, /** @type {Group} */ { members }) => {
    const live = members.some((id) => frame.live.nodes.has(id)) && frame.live.tone;
    if (!shows(element, [live])) setAttribute(element, "data-live", live || null);
  });
}
