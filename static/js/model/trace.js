// A trace: structure from the graph and schedule, numbers from the recording, as far as they are here.

import { sizeOf } from "./numbers.js";

export { rowsAndColumns, sizeOf } from "./numbers.js";

/** @typedef {import("../types").Ref} Ref */
/** @typedef {import("../types").Trace} Trace */

/**
 * @param {import("../types").Graph} graph
 * @param {import("../types").Schedule} schedule
 * @param {import("../types").Numbers} numbers
 * @param {(import("../types").WireNumber | null)[]} magnitudes one per event
 * @param {number} iteration
 * @returns {Trace}
 */
export function makeTrace(graph, schedule, numbers, magnitudes, iteration) {
  const sizes = magnitudes.map((m) => (m === null ? null : Number(m)));
  return { iteration, graph, schedule, events: schedule.events, length: schedule.length, numbers, magnitudes: sizes };
}

/** The numbers of a whole recording. @param {ArrayBuffer} buffer @param {import("../types").Schedule} schedule */
export function recordingOf(buffer, schedule) {
  const numbers = numbersOf(buffer, schedule.dtype);
  if (numbers.length !== schedule.size) {
    throw new Error(`The recording has ${numbers.length} numbers; the schedule says ${schedule.size}.`);
  }
  return numbers;
}

/** @param {ArrayBuffer} buffer @param {string} dtype "float64" or "float32" */
export function numbersOf(buffer, dtype) {
  const width = dtype === "float32" ? 4 : 8;
  if (isLittleEndian()) return dtype === "float32" ? new Float32Array(buffer) : new Float64Array(buffer);
  const view = new DataView(buffer);
  return Float64Array.from({ length: buffer.byteLength / width }, (_, i) =>
    width === 4 ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true));
}

function isLittleEndian() {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** The numbers of an array: a view, not a copy; null while they are on their way. @param {Trace} trace @param {Ref} ref */
export function arrayAt(trace, ref) {
  return trace.numbers.array(ref);
}

/** Edges that carry nothing back, by key; kept with the schedule that says so. @type {WeakMap<import("../types").Schedule, Set<string>>} */
const CUT = new WeakMap();

/** Whether the backward pass sends nothing over an edge. @param {Trace} trace @param {string} key */
export function isCut({ schedule }, key) {
  let found = CUT.get(schedule);
  if (!found) CUT.set(schedule, found = new Set((schedule.backward?.cut ?? []).map(([node, slot]) => edgeKey(node, slot))));
  return found.has(key);
}

/** Whether every way from the results to a node is cut. @param {Trace} trace @param {number} id */
export function isCutOff(trace, id) {
  const { nodes, outputs } = trace.graph, reached = new Set(outputs);
  for (const node of [...nodes].reverse()) {
    if (reached.has(node.id)) node.inputs.forEach((from, slot) => { if (!isCut(trace, edgeKey(node.id, slot))) reached.add(from); });
  }
  return !reached.has(id);
}

/** An array as it is drawn: whole, or the service's overview of it; null while it is on its way. @param {Trace} trace @param {Ref} ref */
export function shownAt(trace, ref) {
  return trace.numbers.shown(ref);
}

/** @param {Trace} trace @param {Ref} ref */
export function scalarAt(trace, ref) {
  return trace.numbers.at(ref.offset);
}

/** The arrays that an event speaks of. @param {import("../types").TraceEvent} event @returns {Ref[]} */
export function refsOf(event) {
  const saved = "saved" in event ? Object.values(event.saved ?? {}) : [];
  return [...Object.values(event), ...saved].filter((part) => part !== null && typeof part === "object" && "offset" in part);
}

/** Every array of a training step, once, by its place. @param {import("../types").Schedule} schedule @returns {Ref[]} */
export function directory({ values, events }) {
  const found = new Map([...values, ...events.flatMap(refsOf)].map((ref) => [ref.offset, ref]));
  return [...found.values()].filter(({ shape }) => sizeOf(shape) > 0).sort((a, b) => a.offset - b.offset);
}

/** @param {number} flat @param {number[]} shape @returns {number[]} */
export function entryAt(flat, shape) {
  const entry = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    entry.unshift(flat % shape[axis]);
    flat = Math.floor(flat / shape[axis]);
  }
  return entry;
}

/** @param {number[]} entry @param {number[]} shape */
export function flatOf(entry, shape) {
  return entry.reduce((flat, i, axis) => flat * shape[axis] + i, 0);
}

/** The entry that says most: the largest in size, or the first that is not a number. Null where all of it is zero, or not here yet. @param {Trace} trace @param {Ref} ref @returns {{flat: number, number: number} | null} */
export function largestIn(trace, ref) {
  const shown = shownAt(trace, ref);
  if (!shown) return null;
  let at = -1, size = 0;
  for (const [i, x] of shown.numbers.entries()) {
    if (Number.isNaN(x)) { at = i; break; }
    if (Math.abs(x) > size) [at, size] = [i, Math.abs(x)];
  }
  return at < 0 ? null : { flat: shown.places ? shown.places[at] : at, number: shown.numbers[at] };
}

/** An edge is a slot of a node, never a pair of nodes: in x*x both slots lead to the same one. @param {number} node @param {number} slot */
export function edgeKey(node, slot) {
  return `${node}:${slot}`;
}
