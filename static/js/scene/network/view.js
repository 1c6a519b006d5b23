// The network view: built when its plan changes, painted when the cursor moves. Same numbers, same cursor, same selection.

import { effect, render, html, select, untracked } from "../../../vendor/vendor.js";
import * as actions from "../../actions.js";
import { pointAt } from "../../model/layout/curves.js";
import { entryAt, edgeKey } from "../../model/trace.js";
import { firstOf } from "../../model/strongest.js";
import * as store from "../../store.js";
import { makeFlow } from "../flow.js";
import { add } from "../svg.js";
import { Foot, Head } from "./frame.js";
import { paintHeadings, headings } from "./headings.js";
import { lineWidth, lines, linesOf, paintLines, quantity } from "./lines.js";
import { rove, tabStops } from "./keys.js";
import { network, plan, row, size } from "./state.js";
import { paintExtras } from "./extras.js";
import { paintUnits, shownNode, units } from "./units.js";
import { namer } from "./words.js";

/** @typedef {import("./units.js").Mark} Mark */
/** @typedef {import("./lines.js").Line} Line */

const TRAVEL = 650;
/** As many comets as an eye can follow. */
const STREAMS = 40;
const MARGIN = { x: 26, top: 8 };

/** @param {HTMLElement} host */
export function mountNetwork(host) {
  const place = host.appendChild(document.createElement("div"));
  place.id = "network";
  place.innerHTML = `<div class="net-head"></div><div class="net-stage"></div><div class="net-foot"></div>`;
  const [head, stage, foot] = /** @type {HTMLElement[]} */ ([...place.children]);
  render(html`<${Head} />`, head);
  render(html`<${Foot} />`, foot);
  const svg = add(stage, "svg", { class: "stage network", role: "group", "aria-label": "Network" });
  const world = add(svg, "g", { transform: `translate(${MARGIN.x}, ${MARGIN.top})` });
  /** @param {string} name @returns {any} */
  const layer = (name) => select(add(world, "g", { class: name }));
  const layers = { lines: layer("lines"), headings: layer("headings"), extras: layer("extras"), units: layer("units") };
  const canvas = stage.appendChild(document.createElement("canvas"));
  canvas.className = "network";
  canvas.setAttribute("aria-hidden", "true");
  const flow = makeFlow(canvas, pointAt);
  flow.moved({ k: 1, x: MARGIN.x, y: MARGIN.top });
  new ResizeObserver(() => { flow.resized(); measure(stage); }).observe(stage);
  measure(stage);
  rove(world);
  watch(layers, flow);
}

/** @param {HTMLElement} stage */
function measure({ clientWidth, clientHeight }) {
  if (clientWidth) size.value = { width: clientWidth - 2 * MARGIN.x, height: clientHeight - MARGIN.top };
}

/** @typedef {Record<"lines" | "headings" | "extras" | "units", any>} Layers */

/** @param {Layers} layers @param {ReturnType<typeof makeFlow>} flow */
function watch(layers, flow) {
  let last = -1;
  effect(() => {
    const here = network.value, made = plan.value, frame = store.frame.value, trace = store.trace.value;
    if (store.view.value !== "network" || !frame || !trace) return;
    void store.arrivals.value;
    if (!here || !made) return void Object.values(layers).forEach((layer) => layer.selectAll("*").remove());
    const painting = { trace, frame, row: row.value, dark: store.dark.value, letter: made.letter, names: namer(here), chosen: store.selection.value };
    const drawn = here.bundles.flatMap((bundle) => linesOf(here, bundle, made, painting));
    const marks = [...made.placed.values()].flatMap((placed) => placed.spots.map((spot) => ({ placed, spot, letter: made.letter })));
    untracked(() => {
      lines(layers.lines, drawn, chooseLine);
      units(layers.units, marks, chooseUnit);
      headings(layers.headings, made, openGates);
      paintHeadings(layers.headings, painting);
      paintExtras(layers.extras, here, made, painting);
      const live = liveBundles(here, frame);
      paintLines(layers.lines, painting, ({ id }) => live.has(id));
      paintUnits(layers.units, painting);
      tabStops(layers.units.node(), (element) => `column ${/** @type {any} */ (element).__data__.placed.column.id}`);
      tabStops(layers.lines.node(), (element) => (element.classList.contains("weight") ? `bundle ${/** @type {any} */ (element).__data__.bundle.id}` : null));
      if (frame.cursor !== last) travel(flow, drawn.filter(({ bundle }) => live.has(bundle.id)), frame, frame.cursor > last);
      last = frame.cursor;
    });
  });
}

/** Connections over which something goes now. @param {import("../../model/network.js").Network} here @param {import("../../types").Frame} frame */
function liveBundles({ bundles, columns, owner }, { live }) {
  return new Set(bundles.filter(({ product, kind, from, to, weight }) => {
    if (kind !== "carry") return live.edges.has(edgeKey(product, 0)) || live.edges.has(edgeKey(product, 1)) || (weight !== null && live.tone === "update" && live.nodes.has(weight));
    const inputs = [...live.edges].map((key) => key.split(":").map(Number));
    const graph = store.trace.peek()?.graph;
    return inputs.some(([node, slot]) => columns[to].members.includes(node) && owner.get(graph?.nodes[node].inputs[slot] ?? -1) === from);
  }).map(({ id }) => id));
}

/** @param {{run: (streams: import("../flow.js").Stream[], tone: string, duration: number) => void}} comets @param {Line[]} live @param {import("../../types").Frame} frame @param {boolean} stepped */
function travel(comets, live, frame, stepped) {
  const moves = stepped && !store.reducedMotion.value && frame.live.tone !== "update";
  const streams = live.slice(-STREAMS).map(({ segments, number }) => ({ segments, reverse: frame.live.reverse, radius: 3 + (number === null ? 1 : lineWidth(Math.abs(number)) / 3) }));
  const colour = getComputedStyle(document.documentElement).getPropertyValue(frame.live.tone === "backward" ? "--backward" : "--forward");
  comets.run(moves ? streams : [], colour, TRAVEL / Math.max(1, store.speed.value));
}

/** A unit's entry is chosen, in the value or, once it has arrived, the gradient. @param {Mark} mark */
function chooseUnit({ placed: { column }, spot }) {
  const frame = store.frame.value, trace = store.trace.value;
  if (!frame || !trace || column.kind === "bias") return;
  const node = shownNode(column, frame), { shape } = trace.graph.nodes[node];
  const flat = firstOf(column, shape, row.value, spot.unit);
  const which = frame.gradients[node] && frame.phase !== "forward" ? "gradient" : "value";
  actions.select({ node, which, entry: shape.length ? entryAt(flat, shape) : null });
}

/** @param {Line} line */
function chooseLine(line) {
  const frame = store.frame.value, weight = line.bundle.weight, shape = line.ref?.shape ?? [];
  if (!frame || weight === null) return;
  actions.select({ node: weight, which: quantity(line.bundle, /** @type {any} */ ({ frame })).which, entry: shape.length ? entryAt(line.flat, shape) : null });
}

/** A time step's gates are cards of the graph. @param {import("../../model/network.js").Column} column */
function openGates({ path, out }) {
  path.forEach((_, depth) => openGroup(path.slice(0, depth + 1).join("/")));
  openGroup([...path, "gates"].join("/"));
  actions.select({ node: out, which: "value", entry: null });
  actions.look("graph");
}

/** @param {string} key */
function openGroup(key) {
  if (store.closed.value.has(key)) actions.toggleGroup(key);
}
