// What the network's parts are called, and the rules by which some are left out.

import { count } from "../../model/format.js";
import { sizeOf } from "../../model/trace.js";
import { connections } from "../../model/strongest.js";
import { classesOf } from "./classes.js";
import { MOST } from "./lines.js";
import { MOST as MOST_NUMBERS } from "./parts.js";
import { shownNode } from "./units.js";

/** @typedef {import("../../model/network.js").Network} Network */
/** @typedef {import("../../model/network.js").Column} Column */
/** @typedef {import("./place.js").Plan} Plan */

const WHAT = { units: "unit", maps: "feature map", picture: "picture", loss: "loss", bias: "bias" };

/** @param {Network} network @returns {(column: Column, unit: number) => string} */
export const namer = (network) => (column, unit) => {
  if (column.kind === "loss") return "the loss";
  if (column.kind === "picture") return "the picture";
  if (column.kind === "bias") return "the unit that is always 1";
  if (column.size === 1 && column.members.length === 1) return column.title;
  const classes = classesOf(network, column), what = classes ? `unit ${unit} (class ${classes[unit]})` : `${WHAT[column.kind]} ${unit}`;
  return `${what} ${column.step ? `at t = ${column.step}` : `of ${column.title}`}`;
};

/** A column's heading: the layer, and what it shows. @param {Column} column @param {number} drawn @param {import("../../types").Frame} frame @param {import("../../types").Graph} graph */
export function heading(column, drawn, frame, graph) {
  const { label, shape } = graph.nodes[shownNode(column, frame)], short = label.replace(/^.*\./, "");
  if (column.kind === "loss") return { name: "loss", says: short };
  if (column.kind !== "picture" && column.step === null && column.members.some((id) => graph.nodes[id].label === column.title)) return { name: short, says: sizes(column, drawn, shape) };
  if (column.kind === "picture") return { name: short, says: column.images ? `${column.images.height} × ${column.images.width}` : "" };
  if (column.title === short) return { name: short, says: sizes(column, drawn, shape) };
  return { name: column.title.replace(/^.*\.(?=h0$)/, ""), says: [short, sizes(column, drawn, shape)].filter(Boolean).join(" · ") };
}

/** How many units there are, and are drawn. @param {Column} column @param {number} drawn @param {readonly number[]} shape */
function sizes({ kind, size }, drawn, shape) {
  const what = kind === "maps" ? `map${size > 1 ? "s" : ""} ${shape[2]} × ${shape[3]}` : size > 1 ? "units" : "";
  const number = drawn < size ? `${drawn} of ${count(size)}` : size > 1 ? String(size) : "";
  return [number, what].filter(Boolean).join(" ");
}

/** Why not everything is on screen, in words. @param {Network} network @param {Plan} plan @param {import("../../types").Graph} graph */
export function rules({ columns, bundles }, { placed, from, to, levels }, graph) {
  const said = [];
  const fewer = [...placed.values()].filter(({ column, spots }) => spots.length < column.size && column.kind !== "picture");
  if (fewer.length) said.push(`Shown: the ${fewer[0].column.kind === "maps" ? "maps" : "units"} with the largest |value| in this training step.`);
  const joined = bundles.flatMap(({ weight, ...bundle }) => (weight === null || !placed.has(bundle.from) || !placed.has(bundle.to) ? [] : [connections({ weight, ...bundle }, graph.nodes[weight].shape, columns[bundle.from], columns[bundle.to])]));
  if (joined.some(([lines, each]) => lines > 1 && each > 1)) said.push("A line for several weights stands for the largest in size.");
  if (joined.some(([lines]) => lines > MOST)) said.push(`Between two layers, the ${MOST} strongest connections.`);
  const blocks = bundles.some(({ weight, from, to }) => weight !== null && placed.has(from) && placed.has(to) && sizeOf(graph.nodes[weight].shape) > MOST_NUMBERS);
  if (blocks) said.push("Of very many weights, only the strongest of each block are looked at.");
  if (from > 0 || to < levels - 1) said.push(`Columns ${from + 1} to ${to + 1} of ${levels}, around this event.`);
  return said;
}
