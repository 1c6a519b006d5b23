// Over each column its layer, what is shown of it, and for a recurrent layer's time step the way to its gates.

import { add, setAttribute, setText, shorten } from "../svg.js";
import { heading } from "./words.js";

/** @typedef {import("./place.js").Plan} Plan */
/** @typedef {import("./place.js").Placed} Placed */
/** @typedef {{placed: Placed, plan: Plan}} Heading */

/** Half of what a unit is higher than its circle, in letters. */
const OVER = 1.15;

/** @param {any} layer @param {Plan} plan @param {(column: import("../../model/network.js").Column) => void} open */
export function headings(layer, plan, open) {
  const data = [...plan.placed.values()].filter(({ column }) => column.kind !== "bias").map((placed) => ({ placed, plan }));
  layer.selectAll("g.heading").data(data, (/** @type {Heading} */ d) => d.placed.column.id)
    .join((/** @type {any} */ enter) => enter.append("g").attr("class", "heading").each(/** @this {SVGGElement} @param {Heading} d */ function (d) { build(this, d, open); }));
}

/** @param {SVGGElement} element @param {Heading} heading @param {(column: import("../../model/network.js").Column) => void} open */
function build(element, { placed: { column } }, open) {
  if (column.path.length) {
    add(element, "rect", { class: "hit", rx: 6 });
    for (const [name, value] of Object.entries({ role: "button", tabindex: "0", "data-gates": column.path.join("/") })) element.setAttribute(name, value);
    const act = () => open(column);
    element.addEventListener("click", act);
    element.addEventListener("keydown", (event) => { if (/** @type {KeyboardEvent} */ (event).key === "Enter") act(); });
  }
  add(element, "text", { class: "layer" }).after(" "); // so that two texts are read as two words
  add(element, "text", { class: "what" });
}

/** @param {any} layer @param {import("./units.js").Painting} painting */
export function paintHeadings(layer, { frame, trace }) {
  layer.selectAll("g.heading").each(/** @this {SVGGElement} @param {Heading} d */ function ({ placed, plan }) {
    const { name, says } = heading(placed.column, placed.spots.length, frame, trace.graph);
    const below = placed.column.step !== null && placed.column.lane === 0;
    const above = placed.column.kind === "picture" ? (placed.top + placed.bottom) / 2 - placed.side / 2 - 4 : (placed.spots[0]?.y ?? placed.top) - (placed.column.kind === "maps" ? placed.side / 2 : Math.max(OVER * plan.letter, (placed.spots[0]?.r ?? 0) * 1.25));
    const left = placed.x + (placed.spots[0]?.thumb ? placed.spots[0].thumb + 8 : 0), letter = Math.max(12, plan.letter);
    const [first, second] = this.querySelectorAll("text");
    const gates = placed.column.path.length ? " ↗" : "";
    const room = Math.floor((placed.width + 50) / (letter * 0.56));
    setText(first, shorten(name, room) + gates);
    setText(second, shorten(says, room + 4));
    [first, second].forEach((text, k) => {
      text.style.fontSize = `${k ? letter : letter * 1.08}px`;
      setAttribute(text, "x", left);
      setAttribute(text, "y", below ? (placed.spots[0]?.y ?? 0) + letter * 2.3 : above - (says ? (k ? 9 : 11 + letter * 1.25) : 10));
    });
    const { path, step } = placed.column;
    if (path.length) setAttribute(this, "aria-label", `${first.textContent} ${second.textContent}: open the cards of ${path[0]} at t = ${step} in the graph`);
    const hit = this.querySelector("rect");
    if (hit) for (const [key, value] of Object.entries({ x: left - 7, y: above - 14 - letter * 2.4, width: placed.width + 14, height: letter * 2.4 + 10 })) setAttribute(hit, key, value);
    const live = placed.column.members.some((id) => frame.live.nodes.has(id));
    setAttribute(this, "data-live", live ? frame.live.tone : null);
  });
}
