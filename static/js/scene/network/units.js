// Units: a circle filled by its value, ringed by its gradient, both numbers beside it; feature maps and pictures as pictures.

import { exact, format } from "../../model/format.js";
import { perSample } from "../../model/network.js";
import { PALETTES, heatColour, logPlace, WIDTH } from "../../model/scale.js";
import { firstOf, largestOfEach, unitOf } from "../../model/strongest.js";
import { sizeOf } from "../../model/trace.js";
import { heatImage, pictureImage } from "../marks/tensor.js";
import { add, setAttribute, setText } from "../svg.js";
import { gathered, looked, part } from "./parts.js";
import { WIDE } from "./place.js";

/** @typedef {import("../../types").Ref} Ref */
/** @typedef {import("../../types").Trace} Trace */
/** @typedef {import("../../types").Frame} Frame */
/** @typedef {import("./place.js").Placed} Placed */
/** @typedef {import("./place.js").Spot} Spot */
/** @typedef {{trace: Trace, frame: Frame, row: number, dark: boolean, letter: number, names: (column: import("../../model/network.js").Column, unit: number) => string, chosen: import("../../types").Selection | null}} Painting */
/** @typedef {{placed: Placed, spot: Spot, letter: number}} Mark */

/** Width of a minus sign, in letters: its place stays free where there is none, so that digits stand under digits. */
const MINUS = 0.667;

/** @param {any} layer @param {Mark[]} data @param {(mark: Mark, element: Element) => void} choose */
export function units(layer, data, choose) {
  layer.selectAll("g.unit").data(data, (/** @type {Mark} */ d) => `${d.placed.column.kind} ${d.spot.key}`)
    .join((/** @type {any} */ enter) => enter.append("g").attr("class", "unit").each(/** @this {SVGGElement} @param {Mark} d */ function (d) { build(this, d, choose); }))
    .each(/** @this {SVGGElement} @param {Mark} d */ function (d) { place(this, d); });
}

/** @param {SVGGElement} element @param {Mark} mark @param {(mark: Mark, element: Element) => void} choose */
function build(element, mark, choose) {
  const { kind } = mark.placed.column;
  setAttribute(element, "role", "button");
  setAttribute(element, "data-kind", kind);
  add(element, "title", { "aria-hidden": "true" }); // the name says it already
  const round = kind !== "picture" && kind !== "maps";
  if (round) {
    add(element, "path", { class: "axon" });
    add(element, "circle", { class: "halo" });
    add(element, "circle", { class: "body" });
  } else add(element, "rect", { class: "body", rx: 4 });
  for (const role of ["value", "gradient"]) {
    const group = add(element, "g", { class: `says ${role}`, "data-role": role });
    if (!round) add(group, "image", { preserveAspectRatio: "none" });
    add(group, "text");
    group.after(" "); // so that two numbers are read as two words
  }
  element.addEventListener("click", () => choose(mark, element));
  element.addEventListener("keydown", (event) => {
    if (/** @type {KeyboardEvent} */ (event).key === "Enter") choose(mark, element);
  });
}

/** @param {SVGGElement} element @param {Mark} mark */
function place(element, { placed: { column, side, width, x: left }, spot: { x, y, r, thumb, axon }, letter }) {
  element.setAttribute("transform", `translate(${x}, ${y})`);
  element.querySelectorAll("circle").forEach((circle) => setAttribute(circle, "r", r));
  const texts = element.querySelectorAll("text"), images = element.querySelectorAll("image"), body = element.querySelector("rect");
  texts.forEach((text) => { text.style.fontSize = `${letter}px`; });
  const line = element.querySelector(".axon");
  if (line) setAttribute(line, "data-to", axon - x);
  if (!body) return texts.forEach((text) => setAttribute(text, "x", r * 1.16 + 7));
  const size = column.kind === "picture" ? pictureSize(column, width - thumb, side) : { width: side, height: side };
  const down = column.kind === "picture", shift = down ? (left + width - x - size.width) / 2 : 0;
  images.forEach((image, k) => {
    const at = { width: size.width, height: size.height, x: shift + (down ? 0 : k * (size.width + 6)), y: down && k === 1 ? size.height / 2 + 10 : -size.height / 2 };
    for (const [name, value] of Object.entries(at)) setAttribute(image, name, value);
    setAttribute(texts[k], "x", Number(at.x) + size.width / 2);
    setAttribute(texts[k], "y", at.y + size.height / 2 + letter * 0.35);
    setAttribute(texts[k], "text-anchor", "middle");
  });
  const frame = { x: shift - 3, y: -size.height / 2 - 3, width: size.width + 6, height: size.height + 6 };
  for (const [name, value] of Object.entries(frame)) setAttribute(body, name, value);
}

/** @param {import("../../model/network.js").Column} column @param {number} width @param {number} side */
function pictureSize({ images }, width, side) {
  const ratio = images ? images.width / images.height : 1, high = Math.min(side, width / ratio);
  return { width: high * ratio, height: high };
}

/** The node whose numbers a column shows now: the newest that is known. @param {import("../../model/network.js").Column} column @param {Frame} frame */
export const shownNode = ({ shows, out }, frame) => shows.findLast((id) => frame.values[id]) ?? out;

/** @param {any} layer @param {Painting} painting */
export function paintUnits(layer, painting) {
  layer.selectAll("g.unit").each(/** @this {SVGGElement} @param {Mark} mark */ function (mark) {
    const { kind } = mark.placed.column;
    const said = kind === "bias" ? paintBias(this, mark) : kind === "units" || kind === "loss" ? paintRound(this, mark, painting) : paintTile(this, mark, painting);
    const live = mark.placed.column.members.some((id) => painting.frame.live.nodes.has(id));
    setAttribute(this, "data-live", live ? painting.frame.live.tone : null);
    setAttribute(this, "aria-label", said);
    setText(/** @type {Element} */ (this.firstElementChild), said);
  });
}

/** @param {SVGGElement} element @param {Mark} mark @param {Painting} painting */
function paintRound(element, { placed: { column }, spot, letter }, { trace, frame, row, dark, names, chosen }) {
  const node = shownNode(column, frame), { shape, label } = trace.graph.nodes[node], flat = firstOf(column, shape, row, spot.unit);
  const value = numberOf(trace, frame.values[node], flat), gradient = numberOf(trace, frame.gradients[node], flat);
  const fill = value === null || value === undefined ? "" : `rgb(${heatColour(value, dark ? PALETTES.dark : PALETTES.light)})`;
  const [ring, body] = element.querySelectorAll("circle");
  /** @type {SVGElement} */ (body).style.fill = fill;
  setAttribute(ring, "stroke-width", gradient === null || gradient === undefined ? 0 : 1.5 + 4.5 * logPlace(Math.abs(gradient), WIDTH));
  setAttribute(element, "data-unit", `${node}:${flat}`);
  setAttribute(element, "aria-pressed", String(chosen?.node === node && chosen.which !== undefined && flatOfEntry(chosen.entry, shape) === flat));
  say(element, "value", frame.values[node], flat, value, -letter * 0.12);
  say(element, "gradient", frame.gradients[node], flat, gradient, letter * 0.88);
  beginLine(element, spot.r, letter);
  const read = [value, gradient].filter((number) => number !== null).map(format).join(" ");
  return `${names(column, spot.unit)}: ${label} ${read ? `${read}: ${value === null ? "gradient" : gradient === null ? "value" : "value, gradient"}` : "not computed yet"}`;
}

/** The line that leaves a unit begins behind its numbers, not under them. @param {SVGGElement} element @param {number} r @param {number} letter */
function beginLine(element, r, letter) {
  const line = /** @type {SVGElement} */ (element.querySelector(".axon")), longest = Math.max(...Array.from(element.querySelectorAll("text"), (text) => (text.textContent?.length ?? 0) + (text.hasAttribute("dx") ? 1 : 0)));
  const from = r * 1.16 + 7 + (longest * WIDE + 0.4) * letter, to = Number(line.dataset.to);
  setAttribute(line, "d", from < to ? `M${from} 0H${to}` : null);
}

/** @param {SVGGElement} element @param {Mark} mark */
function paintBias(element, { spot, letter }) {
  const text = /** @type {Element} */ (element.querySelector(".value text"));
  setText(text, "1");
  setAttribute(text, "y", letter * 0.37);
  setAttribute(element, "data-bias", "");
  beginLine(element, spot.r, letter);
  return "a unit that is always 1: its weight is the bias";
}

/** @param {number[] | null} entry @param {number[]} shape */
const flatOfEntry = (entry, shape) => (entry ?? []).reduce((flat, i, axis) => flat * shape[axis] + i, 0);

/** Null where nothing is known, undefined where it is on its way. @param {Trace} trace @param {Ref | null} ref @param {number} flat */
const numberOf = (trace, ref, flat) => (ref ? trace.numbers.at(ref.offset + flat) : null);

/** @param {Element} element @param {"value" | "gradient"} role @param {Ref | null} ref @param {number} flat @param {number | null | undefined} number @param {number} y */
function say(element, role, ref, flat, number, y) {
  const group = /** @type {Element} */ (element.querySelector(`.${role}`)), text = /** @type {Element} */ (group.querySelector("text"));
  setText(text, number === null ? (role === "value" ? "—" : "") : format(number));
  setAttribute(text, "y", y);
  setAttribute(text, "dx", number === null || number === undefined || number < 0 ? null : `${MINUS}em`);
  setAttribute(group, "data-offset", ref ? ref.offset + flat : null);
  setAttribute(group, "data-exact", number === null || number === undefined ? null : exact(number));
}

/** A feature map, or the picture that goes in; its number is the one largest in size. @param {SVGGElement} element @param {Mark} mark @param {Painting} painting */
function paintTile(element, { placed: { column }, spot }, { trace, frame, row, dark, names, chosen }) {
  const node = shownNode(column, frame), { shape, label } = trace.graph.nodes[node];
  setAttribute(element, "data-unit", `${node}:${firstOf(column, shape, row, spot.unit)}`);
  setAttribute(element, "aria-pressed", String(chosen?.node === node));
  const said = /** @type {const} */ (["value", "gradient"]).map((role) => {
    const ref = (role === "value" ? frame.values : frame.gradients)[node], group = /** @type {Element} */ (element.querySelector(`.${role}`));
    const image = group.querySelector("image"), url = ref ? tile(trace, ref, column, row, spot.unit, dark, role) : null;
    setText(/** @type {Element} */ (group.querySelector("text")), ref ? (url ? "" : "…") : role === "value" ? "—" : "");
    if (url) image?.setAttribute("href", url);
    else image?.removeAttribute("href");
    const largest = ref && largestOf(trace, ref, column, row, spot.unit);
    setAttribute(group, "data-offset", ref && largest ? ref.offset + largest.flat : null);
    setAttribute(group, "data-exact", largest ? exact(largest.number) : null);
    if (!ref) return role === "value" ? "not computed yet" : null;
    return `${role === "value" ? "" : "gradient "}largest in size ${largest ? format(largest.number) : "0"}`;
  });
  return `${names(column, spot.unit)}: ${label} ${said.filter(Boolean).join(", ")}`;
}

/** @param {Trace} trace @param {Ref} ref @param {import("../../model/network.js").Column} column @param {number} row @param {number} unit @param {boolean} dark @param {"value" | "gradient"} role */
function tile(trace, ref, column, row, unit, dark, role) {
  const { images } = column, { shape } = ref;
  const count = column.kind === "picture" ? perSample(shape) : sizeOf(shape.slice(2));
  const numbers = part(trace, ref, column.kind === "picture" ? row * count : firstOf(column, shape, row, unit), count);
  if (!numbers) return null;
  if (images && role === "value") return pictureImage(numbers, { ...images, count: 1 });
  const size = images ? [images.channels * images.height, images.width] : shape.slice(2);
  return heatImage({ numbers, rows: size[0], columns: size[1], places: null }, size, dark);
}

/** @param {Trace} trace @param {Ref} ref @param {import("../../model/network.js").Column} column @param {number} row @param {number} unit */
function largestOf(trace, ref, column, row, unit) {
  const shown = looked(trace, ref);
  if (!shown) return null;
  const which = column.kind === "picture" ? (/** @type {number} */ flat) => (Math.floor(flat / perSample(ref.shape)) === row ? 0 : -1) : unitOf(column, ref.shape, row);
  return gathered(trace, `largest ${ref.offset} ${column.id} ${row}`, () => largestOfEach(shown, which)).get(column.kind === "picture" ? 0 : unit) ?? null;
}
