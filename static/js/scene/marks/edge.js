// An edge is a slot of a node. It remembers what it carried: blue after forward, orange-red and as wide as its contribution after backward.

import { format } from "../../model/format.js";
import { edgeWidth } from "../../model/scale.js";
import { spokenEdge } from "../../model/spoken.js";
import { isCut, scalarAt } from "../../model/trace.js";
import { add, create, eachMark, join, setAttribute, setText, shows } from "../svg.js";

/** @typedef {import("../../types").Point} Point */
/** @typedef {{key: string, path: string, segments: any, label: Point | null}} Edge */
/** @typedef {{frame: import("../../types").Frame, trace: import("../../types").Trace}} Painting */

export const LABEL = { width: 64, height: 22 };

const LETTER = 9.1;

/** @param {Element} layer @param {Element} labels @param {Edge[]} marks @param {Painting | null} painting */
export function* edges(layer, labels, marks, painting) {
  const gone = yield* join(layer, marks, { cost: 1, make: buildEdge, place(element, edge) {
    setAttribute(element, "d", edge.path);
    if (painting) paintEdge(element, edge, painting);
  } });
  const silent = yield* join(labels, marks.filter(({ label }) => label), { cost: 1.5, make: buildLabel, place(element, edge) {
    setAttribute(element, "transform", `translate(${edge.label})`);
    if (painting) paintLabel(element, edge, painting);
  } });
  return [...gone, ...silent];
}

/** @param {Edge} edge */
function buildEdge({ key }) {
  const element = create("path", { class: "edge", role: "img", tabindex: -1, "data-edge": key });
  add(element, "title");
  return element;
}

/** @param {Edge} edge */
function buildLabel({ key }) {
  const element = create("g", { class: "carried", "data-of": key });
  add(element, "rect", { class: "backdrop", rx: 7, height: LABEL.height, y: -LABEL.height / 2 });
  add(element, "text", { y: 5.5, lengthAdjust: "spacingAndGlyphs" });
  return element;
}

/** @param {Element} layer @param {Element} labels @param {Painting} painting */
export function paintEdges(layer, labels, painting) {
  eachMark(layer, (path, /** @type {Edge} */ edge) => paintEdge(path, edge, painting));
  eachMark(labels, (label, /** @type {Edge} */ edge) => paintLabel(label, edge, painting));
}

/** Whether the edge's number is on its way. @param {import("../../types").ContributionEvent | null} carried @param {import("../../types").Trace} trace */
const awaited = (carried, trace) => carried !== null && carried.value.shape.length === 0 && scalarAt(trace, carried.value) === undefined;

/** @param {SVGPathElement} element @param {Edge} edge @param {Painting} painting */
function paintEdge(element, { key }, { frame, trace }) {
  const state = frame.edges.get(key);
  const live = frame.live.edges.has(key);
  const carried = state?.contribution ?? null;
  const ahead = frame.tangents.size > 0 && bothMove(key, frame, trace);
  if (shows(element, [trace, carried, state?.forward, live && frame.live.tone, frame.live.reverse, ahead, awaited(carried, trace)])) return;
  setAttribute(element, "data-carried", carried || ahead ? "backward" : state?.forward ? "forward" : null);
  setAttribute(element, "data-live", live ? (frame.live.tone === "backward" && !frame.live.reverse ? "ahead" : frame.live.tone) : null);
  setAttribute(element, "data-cut", isCut(trace, key) ? "" : null);
  const size = carried ? trace.magnitudes[carried.index] : null;
  setAttribute(element, "stroke-width", edgeWidth(size));
  setAttribute(element, "data-size", sizeWord(size));
  const said = spokenEdge(trace, key, state);
  setAttribute(element, "aria-label", said);
  setText(/** @type {Element} */ (element.firstElementChild), said);
}

/** A tangent has gone over the edge in the pass that is under way. @param {string} key @param {import("../../types").Frame} frame @param {import("../../types").Trace} trace */
function bothMove(key, { tangents }, { graph }) {
  const [node, slot] = key.split(":").map(Number);
  return tangents.has(node) && tangents.has(graph.nodes[node].inputs[slot]);
}

/** The two sizes a width cannot show. @param {number | null} size */
const sizeWord = (size) => (size === null || (Number.isFinite(size) && size !== 0) ? null : size === 0 ? "zero" : "nonfinite");

/** @param {SVGGElement} element @param {Edge} edge @param {Painting} painting */
function paintLabel(element, { key }, { frame, trace }) {
  const carried = frame.edges.get(key)?.contribution ?? null;
  if (shows(element, [trace, carried, carried && frame.live.edges.has(key), awaited(carried, trace)])) return;
  setAttribute(element, "data-live", carried && frame.live.edges.has(key) ? "" : null);
  element.classList.toggle("empty", !carried);
  if (!carried) return;
  const text = labelText(carried, trace);
  setAttribute(element, "data-size", sizeWord(trace.magnitudes[carried.index]));
  setText(/** @type {Element} */ (element.lastElementChild), text);
  const width = Math.max(36, Math.min(LABEL.width, text.length * LETTER) + 4);
  setAttribute(/** @type {Element} */ (element.lastElementChild), "textLength", text.length * LETTER > LABEL.width ? LABEL.width : null);
  setAttribute(/** @type {Element} */ (element.firstElementChild), "width", width);
  setAttribute(/** @type {Element} */ (element.firstElementChild), "x", -width / 2);
}

/** A scalar's own number; a tensor's root mean square, which has no sign. @param {import("../../types").ContributionEvent} event @param {import("../../types").Trace} trace */
function labelText(event, trace) {
  if (!event.value.shape.length) return format(scalarAt(trace, event.value));
  return format(trace.magnitudes[event.index] ?? NaN);
}
