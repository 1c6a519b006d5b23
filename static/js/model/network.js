// A graph as people draw networks: columns of units, and the weights between them. Found from the graph alone.

import { imagesOf } from "./grid.js";
import { sizeOf } from "./numbers.js";

/** @typedef {import("../types").Graph} Graph */
/** @typedef {import("../types").GraphNode} GraphNode */
/**
 * `shows`: nodes whose entries line up with the units, oldest first; the last one is `out`. `level` counts from left to
 * right, `lane` from bottom to top. `step`: the time step of a recurrent layer, whose cards stand in group `path`.
 *
 * @typedef {"picture" | "units" | "maps" | "bias" | "loss"} Kind
 * @typedef {{id: number, kind: Kind, title: string, members: number[], shows: number[], out: number, cell: number | null, size: number,
 *   level: number, lane: number, step: number | null, path: string[], images: import("./grid.js").Images | null}} Column
 * @typedef {"dense" | "linear" | "conv" | "one" | "bias" | "carry"} Weighing
 * @typedef {{id: number, from: number, to: number, weight: number | null, product: number, kind: Weighing}} Bundle `product`: the node that takes the weight
 * @typedef {{columns: Column[], bundles: Bundle[], owner: Map<number, number>}} Network
 */

const PRODUCTS = /** @type {Record<string, Weighing>} */ ({ matmul: "dense", linear: "linear", conv2d: "conv" });
const TIME = /^t(\d+)$/;

/** The network, or the operation that keeps the model from being drawn as one. @param {Graph} graph @param {number[] | null} picture height and width of a sample @returns {{network: Network} | {missing: string | null}} */
export function networkOf(graph, picture) {
  const draft = drafted(graph, picture);
  for (const node of graph.nodes) {
    if (node.op !== null && !draft.take(node)) return { missing: node.op };
  }
  const { columns, bundles, owner } = draft;
  return bundles.some(({ weight }) => weight !== null) ? { network: { columns, bundles, owner } } : { missing: null };
}

/** @param {Graph} graph @param {number[] | null} picture */
function drafted({ nodes }, picture) {
  /** @type {Column[]} */
  const columns = [];
  /** @type {Bundle[]} */
  const bundles = [];
  /** Which column a node belongs to; −1: none, it stands aside. @type {Map<number, number>} */
  const owner = new Map();
  /** @type {Map<string, number>} */
  const steps = new Map();
  /** @type {string[]} */
  const lanes = [];

  /** @param {GraphNode} node @param {Partial<Column>} more */
  const open = (node, more) => {
    const images = node.role === "input" ? imagesOf(node.shape, picture) : null;
    const kind = images ? "picture" : node.shape.length === 4 ? "maps" : "units";
    const column = { id: columns.length, kind: /** @type {Kind} */ (kind), title: node.group[0] ?? node.label, members: [node.id], shows: [node.id], out: node.id, cell: null, size: unitsOf(node.shape), level: 0, lane: 0, step: null, path: [], images, ...more };
    columns.push(column);
    owner.set(node.id, column.id);
    return column;
  };
  /** @param {number} from @param {number} to @param {GraphNode} product @param {Weighing} kind @param {number | null} weight */
  const join = (from, to, product, kind, weight) => bundles.push({ id: bundles.length, from, to, weight, product: product.id, kind });
  /** The column that holds a node; a leaf that is multiplied opens its own. @param {number} id @param {Partial<Column>} [more] */
  const columnOf = (id, more = {}) => columns[owner.get(id) ?? -1] ?? (nodes[id].op === null ? open(nodes[id], { title: nodes[id].label, ...more }) : null);
  /** @param {GraphNode} node @param {Column} column */
  const extend = (node, column) => {
    column.members.push(node.id);
    owner.set(node.id, column.id);
    return column;
  };
  /** @param {GraphNode} node @param {Column} column */
  const show = (node, column) => {
    extend(node, column).shows.push(node.id);
    column.out = node.id;
    return true;
  };

  /** @param {GraphNode} node */
  const product = (node) => {
    const kind = PRODUCTS[node.op ?? ""], [x, weight] = node.inputs;
    const from = kind && isWeight(nodes[weight]) && node.shape.length !== 3 ? columnOf(x) : null;
    if (!from) return false;
    join(from.id, open(node, { level: from.level + 1, lane: from.lane }).id, node, kind, weight);
    return true;
  };

  /** w·x of two numbers. @param {GraphNode} node */
  const single = (node) => {
    const [a, b] = node.inputs.map((id) => nodes[id]);
    if (node.op !== "mul" || node.shape.length || a.op !== null || b.op !== null) return false;
    const weight = isFactor(a, b) ? a : isFactor(b, a) ? b : null;
    if (!weight) return false;
    const from = columnOf(weight === a ? b.id : a.id);
    if (from) join(from.id, open(node, { level: from.level + 1 }).id, node, "one", weight.id);
    return from !== null;
  };

  /** Two sums of products that meet are one column. @param {Column} into @param {Column} gone */
  const merge = (into, gone) => {
    for (const bundle of bundles) if (bundle.to === gone.id) bundle.to = into.id;
    for (const id of gone.members) extend(nodes[id], into);
    gone.size = 0;
  };

  /** @param {GraphNode} node @param {{layer: string, step: number}} time */
  const inTime = (node, { layer, step }) => {
    if (!lanes.includes(layer)) lanes.push(layer);
    const lane = lanes.indexOf(layer) + 1;
    if (node.op === "select" && nodes[node.inputs[0]].op === null) return Boolean(open(node, { title: `x${step}`, level: step, lane: 0, step }));
    const key = `${layer} ${step}`, known = columns[steps.get(key) ?? -1];
    const column = known ? extend(node, known) : open(node, { kind: "units", title: `t = ${step}`, level: step, lane, step, path: node.group.slice(0, 2), shows: [] });
    steps.set(key, column.id);
    if (node.label === `${layer}.h${step}`) [column.out, column.size, column.shows] = [node.id, unitsOf(node.shape), [node.id]];
    if (node.label === `${layer}.c${step}`) column.cell = node.id;
    const [x, weight] = node.inputs, kind = PRODUCTS[node.op ?? ""];
    const from = kind && isWeight(nodes[weight]) ? columnOf(x, { level: step - 1, lane }) : null;
    if (from) join(from.id, column.id, node, kind, weight);
    return true;
  };

  /** The loss function, from the first node that looks at a target. @param {GraphNode} node @param {Column[]} from */
  const loss = (node, from) => {
    const known = columns.find(({ kind }) => kind === "loss");
    const column = known ?? open(node, { kind: "loss", title: "loss", level: 1 + Math.max(0, ...from.map(({ level }) => level)), lane: from[0]?.lane ?? 0, size: 1 });
    if (known) show(node, known);
    const before = from.filter(({ id }) => id !== column.id && !bundles.some((bundle) => bundle.from === id && bundle.to === column.id));
    for (const { id } of before) join(id, column.id, node, "carry", null);
    return true;
  };

  /** @param {GraphNode} node */
  const take = (node) => {
    const time = timeOf(node);
    if (time) return inTime(node, time);
    if (product(node) || single(node)) return true;
    const from = [...new Set(node.inputs.map((id) => owner.get(id) ?? -1))].flatMap((id) => columns[id] ?? []);
    const looks = node.inputs.some((id) => nodes[id].role === "target") || from.some(({ kind }) => kind === "loss");
    if (from.length && (looks || (node.role === "loss" && node.shape.length === 0))) return loss(node, from);
    if (from.length === 0) return Boolean(owner.set(node.id, -1));
    const [last, other, ...rest] = from.sort((a, b) => b.level - a.level);
    if (rest.length || (other && node.shape.join() !== nodes[last.out].shape.join())) return false;
    if (other && node.op === "add" && other.level === last.level) merge(last, other);
    else if (other) join(other.id, last.id, node, "carry", null);
    if (node.shape.join() === nodes[last.out].shape.join()) return bias(node, last) || show(node, last);
    if (node.shape.length === 3 || node.shape.length === 0) return false;
    join(last.id, open(node, { level: last.level + 1, lane: last.lane }).id, node, "carry", null);
    return true;
  };

  /** A neuron of single numbers has its bias as the weight of a unit that is always 1. @param {GraphNode} node @param {Column} column */
  const bias = (node, column) => {
    const b = node.inputs.find((id) => isWeight(nodes[id]));
    if (node.op !== "add" || node.shape.length || b === undefined) return false;
    join(open(nodes[b], { kind: "bias", title: "1", level: column.level - 1, size: 1 }).id, column.id, node, "bias", b);
    return show(node, column);
  };
  return { columns, bundles, owner, take };
}

/** @param {number[]} shape of a batch of samples */
const unitsOf = (shape) => (shape.length === 4 ? shape[1] : shape.at(-1) ?? 1);
/** @param {GraphNode} node */
const isWeight = ({ op, role }) => op === null && role === "parameter";
/** Which of two numbers is the weight: the other one is an input, or is called x. @param {GraphNode} weight @param {GraphNode} x */
const isFactor = (weight, x) => isWeight(weight) && (x.role === "input" || (x.label.startsWith("x") && !weight.label.startsWith("x")));

/** @param {GraphNode} node @returns {{layer: string, step: number} | null} */
function timeOf({ group }) {
  const step = TIME.exec(group[1] ?? "")?.[1];
  return step ? { layer: group[0], step: Number(step) } : null;
}

/** How many numbers of a node one sample has. @param {number[]} shape */
export const perSample = (shape) => (shape.length > 1 ? sizeOf(shape.slice(1)) : sizeOf(shape));
