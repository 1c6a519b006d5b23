// Connections: as wide and as strongly coloured as their weight, or in the backward phase its gradient, dashed where it is negative.

import { exact, format } from "../../model/format.js";
import { curveThrough, pathOf, pointAt } from "../../model/layout/curves.js";
import { PALETTES, heatColour, logPlace } from "../../model/scale.js";
import { endsOf, largestOfEach, strongest } from "../../model/strongest.js";
import { entryAt } from "../../model/trace.js";
import { add, setAttribute, setText } from "../svg.js";
import { gathered, looked } from "./parts.js";

/** @typedef {import("../../model/network.js").Bundle} Bundle */
/** @typedef {import("../../model/network.js").Network} Network */
/** @typedef {import("./units.js").Painting} Painting */
/** @typedef {import("./place.js").Plan} Plan */
/** @typedef {import("../../types").Ref} Ref */
/**
 * `which`: whether the line's number is the weight or its gradient; `flat`: where it stands in the array.
 * @typedef {{key: string, bundle: Bundle, flat: number, number: number | null, which: "value" | "gradient", ref: Ref | null, path: string, segments: any, said: string, few: boolean}} Line
 */

/** The width of a connection: fixed, so that two pictures compare. */
export const LINE = { low: 1e-4, high: 10, thin: 0.7, thick: 7 };
/** More connections than this between two columns are a blur; up to so many have their numbers beside them. */
export const MOST = 64, FEW = 4;

/** @param {number} size */
export const lineWidth = (size) => LINE.thin + (LINE.thick - LINE.thin) * (Number.isNaN(size) ? 1 : logPlace(size, LINE));

/** What the lines of a bundle stand for now. @param {Bundle} bundle @param {Painting} painting @returns {{which: "value" | "gradient", ref: Ref | null}} */
export function quantity({ weight }, { frame }) {
  if (weight === null) return { which: "value", ref: null };
  const gradient = frame.phase === "backward" || (frame.phase === "update" && !frame.assigned[weight]);
  return gradient && frame.gradients[weight] ? { which: "gradient", ref: frame.gradients[weight] } : { which: "value", ref: frame.values[weight] };
}

/** The connections that are drawn: the strongest among the units on screen, weakest first. @param {Network} network @param {Bundle} bundle @param {Plan} plan @param {Painting} painting @returns {Line[]} */
export function linesOf({ columns }, bundle, plan, painting) {
  const from = plan.placed.get(bundle.from), to = plan.placed.get(bundle.to);
  if (!from || !to) return [];
  const { which, ref } = quantity(bundle, painting);
  const starts = new Map(from.spots.map((spot) => [spot.unit, spot])), ends = new Map(to.spots.map((spot) => [spot.unit, spot]));
  const shown = ref && looked(painting.trace, ref);
  if (!ref || !shown) return bundle.weight === null ? carried(bundle, from, to) : [];
  const both = endsOf(bundle, ref.shape, columns[bundle.from], columns[bundle.to]), count = columns[bundle.to].size;
  const all = gathered(painting.trace, `lines ${ref.offset} ${bundle.id}`, () => largestOfEach(shown, (flat) => { const [i, j] = both(flat); return i * count + j; }));
  const here = new Map([...all].filter(([key]) => starts.has(Math.floor(key / count)) && ends.has(key % count)));
  const few = here.size <= FEW && bundle.kind !== "linear" && bundle.kind !== "conv";
  return strongest(here, MOST).reverse().map((key) => {
    const { flat, number } = /** @type {{flat: number, number: number}} */ (here.get(key));
    const a = /** @type {import("./place.js").Spot} */ (starts.get(Math.floor(key / count))), b = /** @type {import("./place.js").Spot} */ (ends.get(key % count));
    const label = painting.trace.graph.nodes[/** @type {number} */ (bundle.weight)].label, at = ref.shape.length ? ` [${entryAt(flat, ref.shape).join(", ")}]` : "";
    const said = `${which === "gradient" ? "gradient of " : ""}${label}${at}, from ${painting.names(columns[bundle.from], a.unit)} to ${painting.names(columns[bundle.to], b.unit)}: ${format(number)}`;
    return { key: `${bundle.id} ${key}`, bundle, flat, number, which, ref, said, few, ...curve(a, b) };
  });
}

/** What goes on without a weight: unit to unit where there are as many, else one line. @param {Bundle} bundle @param {import("./place.js").Placed} from @param {import("./place.js").Placed} to @returns {Line[]} */
function carried(bundle, from, to) {
  const pairs = to.column.size === from.column.size && to.column.kind === from.column.kind
    ? to.spots.flatMap((b) => { const a = from.spots.find(({ unit }) => unit === b.unit); return a ? [[a, b]] : []; })
    : to.column.kind === "loss" ? from.spots.flatMap((a) => to.spots.map((b) => [a, b])) : [[middle(from), middle(to)]];
  return pairs.map(([a, b], k) => ({ key: `${bundle.id} carry ${k}`, bundle, flat: 0, number: null, which: "value", ref: null, said: "", few: false, ...curve(a, b) }));
}

/** @param {import("./place.js").Placed} placed @returns {import("./place.js").Spot} */
function middle({ x, width, top, bottom, spots }) {
  return { ...spots[0], left: x, right: x + width, y: (top + bottom) / 2 };
}

/** @param {import("./place.js").Spot} a @param {import("./place.js").Spot} b */
function curve(a, b) {
  const across = a.right + 10 < b.left;
  const segments = across ? curveThrough([[a.right, a.y], [b.left, b.y]]) : upward(a, b);
  return { segments, path: across ? pathOf(segments) : `M${segments[0].slice(0, 2).join(" ")}C${segments[0].slice(2).join(" ")}` };
}

/** Within one time step a line leads up, from a unit's head to the next one's left. @param {import("./place.js").Spot} a @param {import("./place.js").Spot} b @returns {[number, number, number, number, number, number, number, number][]} */
function upward(a, b) {
  const x = a.x - a.r * 0.2, y = a.y - a.r, reach = Math.max(26, a.r * 1.6);
  return [[x, y, x - reach * 0.6, y - reach, b.left - reach, b.y + reach * 0.7, b.left, b.y]];
}

/** @param {any} layer @param {Line[]} data @param {(line: Line) => void} choose */
export function lines(layer, data, choose) {
  layer.selectAll("g.line").data(data, (/** @type {Line} */ d) => d.key)
    .join((/** @type {any} */ enter) => enter.append("g").each(/** @this {SVGGElement} @param {Line} d */ function (d) { build(this, d, choose); })).order();
}

/** @param {SVGGElement} element @param {Line} line @param {(line: Line) => void} choose */
function build(element, line, choose) {
  setAttribute(element, "class", line.bundle.weight === null ? "line carry" : "line weight");
  if (line.bundle.weight === null) return void add(element, "path", { class: "ink" });
  add(element, "title");
  add(element, "path", { class: "hit" });
  add(element, "path", { class: "ink" });
  add(element, "text");
  setAttribute(element, "role", "button");
  const now = () => choose(/** @type {any} */ (element).__data__);
  element.addEventListener("click", now);
  element.addEventListener("keydown", (event) => { if (/** @type {KeyboardEvent} */ (event).key === "Enter") now(); });
}

/** @param {any} layer @param {Painting} painting @param {(bundle: Bundle) => boolean} isLive */
export function paintLines(layer, painting, isLive) {
  layer.selectAll("g.line").each(/** @this {SVGGElement} @param {Line} line */ function (line) {
    this.querySelectorAll("path").forEach((path) => setAttribute(path, "d", line.path));
    setAttribute(this, "data-live", isLive(line.bundle) ? painting.frame.live.tone : null);
    if (line.number !== null) paintWeight(this, line, painting);
  });
}

/** @param {SVGGElement} element @param {Line} line @param {Painting} painting */
function paintWeight(element, { bundle, flat, number, which, ref, said, few, segments }, { dark, chosen, frame, letter }) {
  if (number === null || !ref) return;
  const ink = /** @type {SVGElement} */ (element.querySelector(".ink")), text = /** @type {SVGElement} */ (element.querySelector("text"));
  const palette = dark ? PALETTES.dark : PALETTES.light, size = Math.abs(number);
  ink.style.stroke = number === 0 ? "" : `rgb(${heatColour(number, palette)})`;
  setAttribute(ink, "stroke-width", lineWidth(size));
  setAttribute(ink, "stroke-opacity", 0.3 + 0.7 * logPlace(Number.isNaN(size) ? LINE.high : size, LINE));
  setAttribute(element, "data-sign", number < 0 ? "negative" : number > 0 ? "positive" : "none");
  setAttribute(element, "data-weight", `${bundle.weight}:${flat}`);
  setAttribute(element, "data-which", which);
  setAttribute(element, "data-waiting", frame.phase === "backward" && which === "value" ? "" : null);
  setAttribute(element, "data-offset", ref.offset + flat);
  setAttribute(element, "data-exact", exact(number));
  setAttribute(element, "aria-label", said);
  setText(/** @type {Element} */ (element.firstElementChild), said);
  const entry = chosen?.node === bundle.weight && chosen.entry ? chosen.entry.reduce((at, i, axis) => at * ref.shape[axis] + i, 0) : -1;
  setAttribute(element, "aria-pressed", String(entry === flat));
  element.classList.toggle("few", few);
  const [x, y] = pointAt(segments, 0.5);
  setText(text, format(number));
  text.style.fontSize = `${Math.max(13, letter * 0.8)}px`;
  setAttribute(text, "x", x);
  setAttribute(text, "y", y + Math.max(13, letter * 0.8) * 0.36);
}
