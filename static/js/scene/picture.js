// From the graph and its layout to what the marks draw.

import { shapeText } from "../model/format.js";
import { groupKey, pointAt } from "../model/layout.js";
import { edgeKey } from "../model/trace.js";
import { LABEL } from "./marks/edge.js";
import { CLOSED_GROUP, measure } from "./measure.js";
import { placeLabels } from "./labels.js";

/** @typedef {import("../types").Graph} Graph */
/** @typedef {import("../types").GraphNode} GraphNode */
/** @typedef {Map<string, import("../types").OpRow>} Ops */
/** @typedef {{picture: number[] | null, ops: Ops, closed: Set<string>}} Setting */

/** A path of names as one key of ours. @param {string[]} path */
export const pathKey = (path) => path.join("/");

/** @param {Graph} graph @param {Setting} setting what the layout is asked */
export function layoutQuestion(graph, { picture, closed }) {
  const nodes = graph.nodes.map((node) => {
    const { width, height } = measure(node, pictureOf(node, picture));
    return { id: node.id, width, height, group: node.group };
  });
  const groups = graph.groups.map(({ path, title }) => ({
    path, open: !closed.has(pathKey(path)), ...CLOSED_GROUP, titleWidth: Math.min(320, title.length * 8.2 + 60), titleHeight: 28,
  }));
  const edges = graph.nodes.flatMap((node) => node.inputs.map((from, slot) => ({ from, to: node.id, slot })));
  return { nodes, groups, edges };
}

/** Only the input that holds the picture's pixels is drawn as one. @param {GraphNode} node @param {number[] | null} picture */
function pictureOf(node, picture) {
  if (!picture || node.role !== "input") return null;
  return node.shape[node.shape.length - 1] === picture[0] * picture[1] ? picture : null;
}

/** @param {Graph} graph @param {any} layout @param {Setting} setting */
export function pictureFrom(graph, layout, setting) {
  const cards = graph.nodes.filter((node) => layout.boxes.has(node.id)).map((node) => cardOf(node, layout.boxes.get(node.id), setting));
  const groups = graph.groups.map((group) => groupOf(graph, group, layout.boxes.get(groupKey(group.path)))).filter((group) => group.box);
  const isClosed = (/** @type {{box: any}} */ group) => group.box.kind === "closed";
  const closed = groups.filter(isClosed);
  const solid = [...cards, ...closed].map(({ box }) => box);
  const alone = (/** @type {any} */ edge) => layout.routes[edge.route].edges.length === 1;
  const places = placeLabels(layout.edges, solid, LABEL, pointAt);
  const edges = layout.edges.map((/** @type {any} */ edge, /** @type {number} */ i) => ({
    key: edgeKey(edge.to, edge.slot), path: edge.path, segments: edge.segments, label: alone(edge) ? places[i] : null,
  }));
  return { cards, frames: groups.filter((group) => !isClosed(group)), closed, edges, width: layout.width, height: layout.height };
}

/** @param {GraphNode} node @param {any} box @param {Setting} setting */
function cardOf(node, box, { picture, ops }) {
  const shownAs = pictureOf(node, picture);
  const op = node.op === null ? null : ops.get(node.op);
  const symbol = node.op === null ? lastPart(node.label) : op?.symbol ?? node.op;
  const name = node.op === null ? node.role : isGeneric(node.label) ? node.op : node.label;
  const doc = [node.label, node.op ?? node.role, shapeText(node.shape), op?.doc ?? ""].filter(Boolean).join(" · ");
  return { key: `${node.id} ${symbol}`, node, box, size: measure(node, shownAs), symbol, name, doc, picture: shownAs };
}

/** @param {Graph} graph @param {import("../types").GraphGroup} group @param {any} box */
function groupOf(graph, { path, title }, box) {
  const members = graph.nodes.filter((node) => path.every((part, i) => node.group[i] === part)).map((node) => node.id);
  return { key: pathKey(path), title, count: members.length, box, members };
}

/** Inside a group's frame "dense1.weight" is just "weight". @param {string} label */
const lastPart = (label) => label.replace(/^.*\.(?=[A-Za-z_])/, "");
/** @param {string} label */
const isGeneric = (label) => /^v\d+$/.test(label);
