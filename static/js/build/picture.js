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
