// What a preview draws: boxes small enough to be seen together, and lines between them.

import { shapeText } from "../model/format.js";
import { hiddenBy, pathKey } from "../model/groups.js";

/** @typedef {import("../generated/api").Preview} Preview */
/** @typedef {import("../types").Graph} Graph */
/** @typedef {import("../generated/api").LayerShapes} LayerShapes */
/** @typedef {{id: number, symbol: string, below: string, role: string, result: boolean}} Card */
/** @typedef {{key: string, title: string, below: string}} Whole a closed group */

/** More cards than this are shown by their groups: statements of an expression are read, layers are known. */
const MOST_OPEN = { expression: 26, network: 9 };
const CARD = { width: 74, letter: 9.5, below: 7.2, height: 46, lone: 40 };

/** The groups that are closed before anybody opens one. @param {Graph} graph @param {boolean} layered */
export const closedOf = (graph, layered) => new Set(graph.nodes.length > MOST_OPEN[layered ? "network" : "expression"] ? graph.groups.filter(({ path }) => path.length === 1).map(({ path }) => pathKey(path)) : []);

/** The graph, or, where it was too large to come, a box for each layer. @param {Preview} preview @returns {Graph} */
export const graphOf = (preview) => preview.graph ?? chain([...preview.layers.map(layerStep), { label: "L", role: "loss", shape: [] }], preview.layers[0]?.input);

/** The layers that fit, and the one that does not. @param {LayerShapes[]} before @param {string} wrong @returns {Graph} */
export function misfitOf(before, wrong) {
  const fitting = before.filter(({ name }) => name !== wrong), last = before.find(({ name }) => name === wrong);
  return chain([...fitting.map(layerStep), { label: wrong, role: "wrong", shape: last?.output ?? [] }], before[0]?.input);
}

/** @param {LayerShapes} layer */
const layerStep = ({ name, output }) => ({ label: name, role: "layer", shape: output });

/** One box after another. @param {{label: string, role: string, shape: number[]}[]} rest @param {number[]} [taken] the shape that comes in @returns {Graph} */
function chain(rest, taken = []) {
  const steps = [{ label: "x", role: "input", shape: taken }, ...rest];
  return /** @type {any} */ ({ nodes: steps.map((step, id) => ({ ...step, id, op: null, inputs: id ? [id - 1] : [], group: [], wanted: false, options: {} })), groups: [], outputs: [], carries: [], running: [] });
}

/** @param {Graph} graph @param {Map<string, import("../types").OpRow>} ops @returns {Map<number, Card>} */
export function cardsOf(graph, ops) {
  return new Map(graph.nodes.map((node) => {
    const symbol = node.op === null ? node.label.replace(/^.*\.(?=[A-Za-z_])/, "") : ops.get(node.op)?.symbol ?? node.op;
    const shape = node.shape.length ? shapeText(node.shape) : "", named = node.op !== null && !/^v\d+_*$/.test(node.label) ? node.label : "";
    return [node.id, { id: node.id, symbol: short(symbol), below: [named.length < 9 && named !== symbol ? named : "", shape].filter(Boolean).join(" "), role: node.role, result: graph.outputs.includes(node.id) }];
  }));
}

/** @param {string} text */
const short = (text) => (text.length > 14 ? `${text.slice(0, 13)}…` : text);

/** What stands below a closed group's name: the shape its layer gives, else what or how much is inside. @param {Graph} graph @param {LayerShapes[]} layers @param {Map<number, Card>} cards @returns {Map<string, string>} */
export function belowGroups(graph, layers, cards) {
  const shapes = new Map(layers.map(({ name, output }) => [name, shapeText(output)]));
  return new Map(graph.groups.map(({ path }) => {
    const key = pathKey(path), inside = graph.nodes.filter(({ group }) => hiddenBy(group, new Set([key])) === key);
    return [key, (path.length === 1 && shapes.get(path[0])) || (inside.length === 1 && cards.get(inside[0].id)?.symbol) || `${inside.length} inside`];
  }));
}

/** What the layout is asked. @param {Graph} graph @param {Map<number, Card>} cards @param {Set<string>} closed @param {Map<string, string>} below */
export function question(graph, cards, closed, below) {
  const nodes = graph.nodes.map(({ id, group }) => ({ id, group, ...sizeOf(/** @type {Card} */ (cards.get(id))) }));
  const groups = graph.groups.map(({ path, title }) => ({ path, open: !closed.has(pathKey(path)), width: Math.max(widthOf(title, 28), (below.get(pathKey(path)) ?? "").length * CARD.below + 24), height: 50, titleWidth: Math.min(260, title.length * 7.4 + 30), titleHeight: 24 }));
  /** @type {Map<string, number>} */
  const speaker = new Map();
  const speaks = graph.nodes.map(({ id, group }) => {
    const key = hiddenBy(group, closed);
    if (key !== null && !speaker.has(key)) speaker.set(key, id);
    return key === null ? id : speaker.get(key) ?? id;
  });
  const edges = graph.nodes.flatMap((node) => node.inputs.map((from, slot) => ({ from: speaks[from], to: node.id, slot })));
  return { nodes, groups, edges };
}

/** @param {Card} card */
export const sizeOf = ({ symbol, below }) => ({ width: Math.max(widthOf(symbol, 26), below.length * CARD.below + 22), height: below ? CARD.height : CARD.lone });

/** @param {string} text @param {number} room */
const widthOf = (text, room) => Math.max(CARD.width, Math.min(240, text.length * CARD.letter + room));

/** @typedef {import("../model/layout/types.js").Box} Box */
/** @typedef {{boxes: Map<number | string, Box>, lines: string[], width: number, height: number}} Sketch */

/** A picture is folded to about this ratio of width and height. */
const RATIO = 1.4;
/** Between two rows, and the corner of a line that goes from one to the next. */
const BETWEEN = 26, CORNER = 8;

/** A picture wider than that in several rows, one below the other; what stands in an open frame stays together. @param {import("../model/layout/types.js").Layout} layout @param {number} widest @returns {Sketch} */
export function folded({ boxes, routes, width, height }, widest) {
  const all = [...boxes.values()], step = height + BETWEEN;
  if (width <= widest || all.some(({ kind }) => kind === "open")) return { boxes, lines: routes.map(({ path }) => path), width, height };
  const rows = rowsOf(all, width / Math.max(2, Math.round(Math.sqrt(width / (RATIO * step)))));
  /** @param {number | string} key */
  const rowOf = (key) => rows.findLastIndex((from) => from <= /** @type {Box} */ (boxes.get(key)).x);
  const placed = new Map([...boxes].map(([key, box]) => [key, { ...box, x: box.x - rows[rowOf(key)] + rows[0], y: box.y + rowOf(key) * step }]));
  const lines = routes.map(({ source, target }) => {
    const from = /** @type {Box} */ (placed.get(source)), to = /** @type {Box} */ (placed.get(target));
    return rowOf(source) === rowOf(target) ? curve(from, to) : around(from, to, rowOf(target) * step - BETWEEN / 2);
  });
  return { boxes: placed, lines, width: Math.max(...[...placed.values()].map((box) => box.x + box.width)) + rows[0] + CORNER, height: height + (rows.length - 1) * step };
}

/** Where each row begins: as even as columns allow. @param {Box[]} boxes @param {number} each */
function rowsOf(boxes, each) {
  const columns = [...new Set(boxes.map(({ x }) => x))].sort((a, b) => a - b);
  return columns.filter((x, k) => k === 0 || Math.floor((x - columns[0]) / each) > Math.floor((columns[k - 1] - columns[0]) / each));
}

/** From right to left border. @param {Box} from @param {Box} to */
function curve(from, to) {
  const x = from.x + from.width, y = from.y + from.height / 2, v = to.y + to.height / 2, pull = Math.max(12, (to.x - x) / 2);
  return `M${x} ${y}C${x + pull} ${y} ${to.x - pull} ${v} ${to.x} ${v}`;
}

/** From right to left border, by the way between two rows. @param {Box} from @param {Box} to @param {number} between */
function around(from, to, between) {
  const x = from.x + from.width, y = from.y + from.height / 2, v = to.y + to.height / 2, r = CORNER;
  return `M${x} ${y}q${r} 0 ${r} ${r}V${between - r}q0 ${r} ${-r} ${r}H${to.x}q${-r} 0 ${-r} ${r}V${v - r}q0 ${r} ${r} ${r}`;
}
