// A card: symbol and name, a row for the value and a row for the gradient.

import { exact, format, remark, shapeText } from "../../model/format.js";
import { spokenNumbers } from "../../model/spoken.js";
import { arrayAt, scalarAt, shownAt } from "../../model/trace.js";
import { INSET } from "../measure.js";
import { add, create, eachMark, forgets, join, setAttribute, setText, shorten, shows } from "../svg.js";
import { buildBars, paintBars } from "./bars.js";
import { heatImage, pictureImage } from "./tensor.js";

/** @typedef {import("../../types").Box} Box */
/** @typedef {import("../../types").Ref} Ref */
/**
 * @typedef {{key: string, node: import("../../types").GraphNode, box: Box, size: import("../measure.js").CardSize,
 *   symbol: string, name: string, doc: string, images: import("../../model/grid.js").Images | null, reading: import("../../model/reading.js").Reading | null}} Card
 * @typedef {{frame: import("../../types").Frame, trace: import("../../types").Trace, dark: boolean, proved: Map<number, import("../../types").Mark> | null}} Painting
 */

const INLINE_NUMBERS = 64;
const PENDING = "—";
/** Heights of a symbol's letters by its length, and of a name's: smaller where it must be; a name that does not fit then is left to the title and the panel. */
const SYMBOL = { short: 24, long: 18.5, longest: 15.5 };
const NAME = { largest: 16, smallest: 13.5 };
/** From the card's edges to its texts, and between the two. */
const EDGE = 12, BETWEEN = 8;
const LETTERS_OF_SHAPE = 12;

/** What a new card costs to draw, in edges. */
const COST = 6;

/** @param {Element} layer @param {Card[]} marks @param {{choose: (card: Card) => void, painting: Painting | null}} context */
export const cards = (layer, marks, { choose, painting }) => join(layer, marks, { cost: COST, make: (card) => build(card, choose), place(element, card) {
  place(element, card.box);
  if (painting) paintCard(element, card, painting);
} });

/** @param {SVGGElement} element @param {Box} box */
export function place(element, box) {
  element.style.transform = `translate(${box.x}px, ${box.y}px)`;
}

/** @param {Card} card @param {(card: Card) => void} choose */
function build(card, choose) {
  const { node, size } = card;
  const element = create("g", { class: `card ${node.role}`, "data-node": node.id, tabindex: 0, role: "button" });
  add(element, "title", {}, card.doc);
  add(element, "rect", { class: "ring", x: -6, y: -6, width: size.width + 12, height: size.height + 12, rx: 19 });
  add(element, "rect", { class: "face", width: size.width, height: size.height, rx: 14 });
  header(element, card);
  if (card.reading) buildBars(element, size, card.reading); // its classes are read before its numbers, not behind them
  row(element, "value", size.value, size.width);
  row(element, "gradient", size.gradient, size.width);
  for (const part of [...element.children]) part.after(" "); // so that two texts are read as two words
  element.addEventListener("click", () => choose(card));
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter") choose(card);
  });
  return element;
}

/** @param {SVGGElement} element @param {Card} card */
function header(element, { node, size, symbol, name }) {
  const length = symbol.length > 7 ? "longest" : symbol.length > 3 ? "long" : "short";
  const y = size.tensor ? 25 : 33, room = size.width - 2 * EDGE;
  let said = shorten(symbol, 12);
  for (let most = 11; room / letters(said, true) < NAME.smallest; most--) said = shorten(symbol, most);
  const large = Math.min(SYMBOL[length], room / letters(said, true)), left = room - BETWEEN - large * letters(said, true);
  add(element, "text", { class: `symbol ${length}`, x: EDGE, y }, said).style.fontSize = `${large}px`;
  const fits = Math.min(NAME.largest, left / letters(name, false));
  if (fits >= NAME.smallest) add(element, "text", { class: "name", x: size.width - EDGE + 1, y: y - 1 }, name).style.fontSize = `${fits}px`;
  if (size.tensor) shapeLine(element, node.shape);
}

/** Width of a text in the height of its letters, known before its font is there. @param {string} text @param {boolean} bold */
const letters = (text, bold) => Math.max(0.5, [...text].reduce((sum, letter) => sum + (/[mwMW@%⋯]/.test(letter) ? 0.92 : /[iljtfrI.,'’|()[\]·: ]/.test(letter) ? 0.38 : /[A-Z]/.test(letter) ? 0.72 : 0.6), 0) * (bold ? 1.06 : 1));

/** @param {SVGGElement} element @param {number[]} shape */
function shapeLine(element, shape) {
  const text = shapeText(shape), tight = text.length > LETTERS_OF_SHAPE;
  add(element, "text", { class: tight ? "shape tight" : "shape", x: tight ? 9 : EDGE, y: 44.5 }, tight ? text.replaceAll(" ", "") : text);
}

/** @param {SVGGElement} element @param {"value" | "gradient"} role @param {import("../measure.js").Row} place @param {number} width */
function row(element, role, { y, height, image }, width) {
  const group = add(element, "g", { class: `row ${role}`, "data-role": role });
  add(group, "rect", { x: INSET, y, width: width - 2 * INSET, height, rx: 6 });
  if (image) add(group, "image", { class: image.smooth ? "smooth" : "", x: (width - image.width) / 2, y: y + (height - image.height) / 2, width: image.width, height: image.height, preserveAspectRatio: "none" });
  add(group, "text", { x: image ? width / 2 : width - INSET - 5, y: y + height / 2 + 7, class: image ? "middle" : "end" });
}

/** @param {Element} layer @param {Painting} painting */
export function paintCards(layer, painting) {
  eachMark(layer, (element, /** @type {Card} */ card) => paintCard(element, card, painting));
}

/** What a card shows, as far as the frame decides it. @param {Card} card @param {Painting} painting */
function stateOf({ node: { id }, reading }, { frame, trace, dark, proved }) {
  return [trace, dark, proved, frame.values[id], frame.gradients[id], frame.live.nodes.has(id) && frame.live.tone, frame.assigned[id], frame.tangents.has(id),
    reading && frame.cursor > reading.event && arrayAt(trace, reading.place)];
}

/** @param {SVGGElement} element @param {Card} card @param {Painting} painting */
function paintCard(element, card, painting) {
  if (shows(element, stateOf(card, painting))) return;
  const { node, size, reading } = card, { frame } = painting;
  setAttribute(element, "data-live", frame.live.nodes.has(node.id) ? frame.live.tone : null);
  setAttribute(element, "data-assigned", frame.assigned[node.id] ? "" : null);
  if (reading) paintBars(element, size, reading, painting);
  const changed = [paintRow(element, card, "value", painting), paintRow(element, card, "gradient", painting), paintTick(element, card, painting)];
  if (changed.some(Boolean)) setAttribute(element, "aria-label", spokenCard(element, node, painting));
  const here = (/** @type {Ref | null} */ ref, /** @type {number} */ k) => !ref || shown.get(/** @type {Element} */ (element.querySelectorAll(".row")[k]))?.ref === ref;
  if (!here(frame.values[node.id], 0) || !here(frame.gradients[node.id], 1)) forgets(element);
}

/** What each row shows now: nothing is written twice. @type {WeakMap<Element, {ref: Ref | null, trace: object, dark: boolean}>} */
const shown = new WeakMap();

/** @param {SVGGElement} element @param {Card} card @param {"value" | "gradient"} role @param {Painting} painting */
function paintRow(element, card, role, { frame, trace, dark }) {
  const group = /** @type {Element} */ (element.querySelector(`.${role}`));
  const ref = (role === "value" ? frame.values : frame.gradients)[card.node.id];
  if (role === "gradient") setAttribute(group, "data-role", frame.tangents.has(card.node.id) ? "tangent" : "gradient");
  const before = shown.get(group);
  if (before && before.ref === ref && before.trace === trace && before.dark === dark) return false;
  setAttribute(group, "class", `row ${role} ${ref ? "known" : "pending"}`);
  const drawn = ref ? known(group, card, role, ref, trace, dark) : pending(group, role === "gradient" && !card.node.wanted);
  if (drawn) shown.set(group, { ref, trace, dark });
  return true;
}

/** Beside a gradient that was checked: whether reverse, difference and forward mode agree. @param {Element} element @param {Card} card @param {Painting} painting */
function paintTick(element, { node, size }, painting) {
  const mark = markAt(node.id, painting), before = ticks.get(element);
  if (!mark && !before) return false;
  before?.remove();
  ticks.delete(element);
  if (!mark) return true;
  const tick = add(/** @type {Element} */ (element.querySelector(".gradient")), "g", { class: `proof-tick ${mark.good ? "good" : "bad"}`, "data-tick": mark.good ? "yes" : "no", transform: `translate(${size.width - 3} ${size.height - 3})` });
  add(tick, "title", {}, mark.says);
  add(tick, "circle", { r: 9 });
  add(tick, "text", { y: 5 }, mark.good ? "✓" : "✗");
  ticks.set(element, tick);
  return true;
}

/** @type {WeakMap<Element, Element>} */
const ticks = new WeakMap();

/** What was checked is the whole gradient, not one that is still being summed. @param {number} id @param {Painting} painting */
function markAt(id, { frame, proved }) {
  const mark = proved?.get(id);
  return mark && frame.gradients[id]?.offset === mark.offset ? mark : null;
}

/** @param {Element} group @param {boolean} never */
function pending(group, never) {
  for (const name of ["data-exact", "data-offset", "data-shape"]) group.removeAttribute(name);
  group.querySelector("image")?.removeAttribute("href");
  setText(/** @type {Element} */ (group.querySelector("text")), PENDING);
  if (never && !group.querySelector("title")) add(group, "title", {}, "no gradient wanted");
  group.classList.toggle("never", never);
  return true;
}

/** Whether the row now shows its numbers; they may be on their way. @param {Element} group @param {Card} card @param {"value" | "gradient"} role @param {Ref} ref @param {import("../../types").Trace} trace @param {boolean} dark */
function known(group, card, role, ref, trace, dark) {
  return card.size.tensor ? knownTensor(group, card, role, ref, trace, dark) : knownNumber(group, scalarAt(trace, ref));
}

/** @param {Element} group @param {number | undefined} number */
function knownNumber(group, number) {
  const here = number !== undefined;
  setText(/** @type {Element} */ (group.querySelector("text")), format(number));
  setAttribute(group, "data-exact", here ? exact(number) : null);
  group.classList.toggle("nonfinite", here && !Number.isFinite(number));
  return here;
}

/** @param {Element} group @param {Card} card @param {"value" | "gradient"} role @param {Ref} ref @param {import("../../types").Trace} trace @param {boolean} dark */
function knownTensor(group, { images }, role, ref, trace, dark) {
  const pixels = role === "value" && images ? arrayAt(trace, ref) : null;
  const given = role === "value" && images ? pixels && { numbers: pixels, rows: 1, columns: pixels.length, places: null } : shownAt(trace, ref);
  const text = /** @type {Element} */ (group.querySelector("text")), image = group.querySelector("image");
  setText(text, given ? remark(given.numbers) : "…");
  setAttribute(group, "data-shape", JSON.stringify(ref.shape));
  setAttribute(group, "data-offset", ref.offset);
  group.classList.toggle("nonfinite", given !== null && !given.numbers.every(Number.isFinite));
  setAttribute(group, "data-exact", given && exactNumbers(given));
  if (!given) image?.removeAttribute("href");
  else image?.setAttribute("href", pixels && images ? pictureImage(pixels, images) : heatImage(given, ref.shape, dark));
  return given !== null;
}

/** A few numbers as JSON. @param {import("../../types").Shown} shown */
function exactNumbers({ numbers, places }) {
  if (places || numbers.length > INLINE_NUMBERS) return null;
  return JSON.stringify(Array.from(numbers, (x) => (Number.isFinite(x) ? x : exact(x))));
}

/** What can be read on the card, and what it is. @param {Element} element @param {import("../../types").GraphNode} node @param {Painting} painting */
function spokenCard(element, { id, wanted }, painting) {
  const { frame, trace } = painting, mark = markAt(id, painting);
  const read = Array.from(element.querySelectorAll(":scope > text, .bars > text, .row > text"), (text) => text.textContent).filter(Boolean).join(" ");
  const second = frame.tangents.has(id) ? "tangent" : "gradient";
  const gradient = frame.gradients[id] || wanted ? spokenRow(second, frame.gradients[id], trace) : "no gradient wanted";
  return `${read}: ${spokenRow("value", frame.values[id], trace)}, ${gradient}${mark ? `, ${mark.says}` : ""}`;
}

/** A single number can be read on the card; of an array, what says most. @param {string} name @param {Ref | null} ref @param {import("../../types").Trace} trace */
function spokenRow(name, ref, trace) {
  if (!ref) return `${name} not computed yet`;
  return ref.shape.length ? `${name} ${spokenNumbers(trace, ref)}` : name;
}

/** @param {Element} layer @param {number | null} chosen */
export function markChosen(layer, chosen) {
  eachMark(layer, (element, /** @type {Card} */ { node }) => setAttribute(element, "aria-pressed", String(node.id === chosen)));
}

/** The card that a name in the code stands for. @param {Element} layer @param {import("../../model/listing.js").Named | undefined} named */
export function markNamed(layer, named) {
  eachMark(layer, (element, /** @type {Card} */ { node }) => setAttribute(element, "data-named", node.id === named?.node ? named.which : null));
}
