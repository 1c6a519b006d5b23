// From the graph and its layout to what the marks draw.

import { shapeText } from "../model/format.js";
import { imagesOf } from "../model/grid.js";
import { hiddenBy, pathKey } from "../model/groups.js";
import { groupKey } from "../model/layout/levels.js";
import { edgeKey } from "../model/trace.js";
import { CLOSED_GROUP, measure } from "./measure.js";

/** @typedef {import("../types").Graph} Graph */
/** @typedef {import("../types").GraphNode} GraphNode */
/** @typedef {import("../model/layout/types.js").Layout} Layout */
/** @typedef {import("../model/layout/types.js").Box} Box */
/** @typedef {Map<string, import("../types").OpRow>} Ops */
/** @typedef {{picture: number[] | null, ops: Ops, closed: Set<string>, reading: import("../model/reading.js").Reading | null}} Setting */

/** @param {Graph} graph @param {Setting} setting what the layout is asked */
export function layoutQuestion(graph, { picture, closed, reading }) {
  const lone = loneGroups(graph);
  const nodes = graph.nodes.map((node) => {
    const { width, height } = measure(node, pictureOf(node, picture), barsOf(node, reading) !== null);
    return { id: node.id, width, height, group: lone.has(pathKey(node.group)) ? node.group.slice(0, -1) : node.group };
  });
  const groups = graph.groups.filter(({ path }) => !lone.has(pathKey(path))).map(({ path, title }) => ({
    path, open: !closed.has(pathKey(path)), ...CLOSED_GROUP, titleWidth: Math.min(320, title.length * 8.2 + 60), titleHeight: 28,
  }));
  const speaker = speakers(graph, new Set([...closed].filter((key) => !lone.has(key))));
  const edges = graph.nodes.flatMap((node) => node.inputs.map((from, slot) => ({ from: speaker[from], to: node.id, slot })));
  return { nodes, groups, edges };
}

/** What leaves a closed group leaves it as one line, whichever of its cards it comes from: each card's first fellow, by id. @param {Graph} graph @param {Set<string>} closed */
function speakers({ nodes }, closed) {
  /** @type {Map<string, number>} */
  const first = new Map();
  return nodes.map(({ id, group }) => {
    const key = hiddenBy(group, closed);
    if (key !== null && !first.has(key)) first.set(key, id);
    return key === null ? id : first.get(key) ?? id;
  });
}

/** Cards on the longest way through the graph. @param {Graph} graph */
export function columnsOf(graph) {
  /** @type {number[]} */
  const ranks = [];
  for (const { id, inputs } of graph.nodes) ranks[id] = 1 + Math.max(0, ...inputs.map((input) => ranks[input]));
  return Math.max(1, ...ranks);
}

/** A frame around a single card says nothing. @param {Graph} graph */
function loneGroups(graph) {
  const lone = graph.groups.filter(({ path }) => membersOf(graph, path).length < 2);
  return new Set(lone.map(({ path }) => pathKey(path)));
}

/** The probabilities a card shows as bars. @param {GraphNode} node @param {Setting["reading"]} reading */
const barsOf = ({ id }, reading) => (reading?.bars && reading.node === id ? reading : null);

/** The cards of every group, by its path; made once a graph. @type {WeakMap<Graph, Map<string, number[]>>} */
const members = new WeakMap();

/** @param {Graph} graph @param {string[]} path */
function membersOf(graph, path) {
  const found = members.get(graph) ?? gathered(graph);
  members.set(graph, found);
  return found.get(pathKey(path)) ?? [];
}

/** @param {Graph} graph */
function gathered(graph) {
  /** @type {Map<string, number[]>} */
  const found = new Map();
  for (const { id, group } of graph.nodes) {
    group.forEach((_, depth) => {
      const key = pathKey(group.slice(0, depth + 1)), ids = found.get(key);
      if (ids) ids.push(id);
      else found.set(key, [id]);
    });
  }
  return found;
}

/** Only an input is drawn as the pictures it holds. @param {GraphNode} node @param {number[] | null} picture */
const pictureOf = (node, picture) => (node.role === "input" ? imagesOf(node.shape, picture) : null);

/** @param {Graph} graph @param {Layout} layout @param {Setting} setting */
export function pictureFrom(graph, layout, setting) {
  const cards = graph.nodes.flatMap((node) => boxed(layout.boxes.get(node.id), (box) => cardOf(node, box, setting)));
  const groups = graph.groups.flatMap((group) => boxed(layout.boxes.get(groupKey(group.path)), (box) => groupOf(graph, group, box)));
  const closed = groups.filter(({ box }) => box.kind === "closed");
  const frames = groups.filter(({ box }) => box.kind === "open");
  return { cards, frames, closed, edges: edgesOf(layout), width: layout.width, height: layout.height };
}

/** Nothing is drawn of what a closed group hides. @template T @param {Box | undefined} box @param {(box: Box) => T} make @returns {T[]} */
const boxed = (box, make) => (box ? [make(box)] : []);

/** A line that stands for several edges carries no single number. @param {Layout} layout */
function edgesOf(layout) {
  return layout.edges.map((edge) => ({
    key: edgeKey(edge.to, edge.slot), path: edge.path, segments: edge.segments,
    label: layout.routes[edge.route].edges.length === 1 ? edge.label ?? null : null,
  }));
}

/** @param {GraphNode} node @param {Box} box @param {Setting} setting */
function cardOf(node, box, { picture, ops, reading }) {
  const images = pictureOf(node, picture);
  const op = node.op === null ? null : ops.get(node.op);
  const symbol = node.op === null ? lastPart(node.label) : op?.symbol ?? node.op;
  const name = node.op === null ? node.role : isGeneric(node.label) ? node.op : node.label;
  const doc = [node.label, node.op ?? node.role, shapeText(node.shape), op?.doc ?? ""].filter(Boolean).join(" · ");
  const read = barsOf(node, reading);
  return { key: `${node.id} ${symbol}`, node, box, size: measure(node, images, read !== null), reading: read, symbol, name, doc, images };
}

/** @param {Graph} graph @param {import("../types").GraphGroup} group @param {Box} box */
function groupOf(graph, { path, title }, box) {
  const members = membersOf(graph, path);
  return { key: pathKey(path), title, count: members.length, box, members };
}

/** Inside a group's frame "dense1.weight" is just "weight". @param {string} label */
const lastPart = (label) => label.replace(/^.*\.(?=[A-Za-z_])/, "");
/** @param {string} label */
const isGeneric = (label) => /^v\d+$/.test(label);
