// A trace: structure from the graph and schedule, numbers from one flat buffer.

/** @typedef {import("../types").Ref} Ref */
/** @typedef {import("../types").Trace} Trace */

/**
 * @param {import("../types").Graph} graph
 * @param {import("../types").Schedule} schedule
 * @param {ArrayBuffer} buffer little-endian
 * @param {(import("../types").WireNumber | null)[]} magnitudes one per event
 * @param {number} iteration
 * @returns {Trace}
 */
export function makeTrace(graph, schedule, buffer, magnitudes, iteration) {
  const numbers = numbersOf(buffer, schedule.dtype);
  if (numbers.length !== schedule.size) {
    throw new Error(`The recording has ${numbers.length} numbers; the schedule says ${schedule.size}.`);
  }
  const sizes = magnitudes.map((m) => (m === null ? null : Number(m)));
  return { iteration, graph, schedule, events: schedule.events, length: schedule.length, numbers, magnitudes: sizes };
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

/** How many numbers an array of this shape holds. @param {number[]} shape */
export function sizeOf(shape) {
  return shape.reduce((n, d) => n * d, 1);
}

/** The numbers of an array: a view, not a copy. @param {Trace} trace @param {Ref} ref */
export function arrayAt(trace, ref) {
  return trace.numbers.subarray(ref.offset, ref.offset + sizeOf(ref.shape));
}

/** @param {Trace} trace @param {Ref} ref */
export function scalarAt(trace, ref) {
  return trace.numbers[ref.offset];
}

/** Any array as rows and columns: a vector is one row, higher ranks fold into rows. @param {number[]} shape @returns {[number, number]} */
export function rowsAndColumns(shape) {
  const columns = shape.length ? shape[shape.length - 1] : 1;
  return [columns ? sizeOf(shape) / columns : 0, columns];
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

/** Where an array is largest in size, or first not a number. Null where all of it is zero. @param {Trace} trace @param {Ref} ref */
export function largestIn(trace, ref) {
  let at = null, size = 0;
  for (const [i, x] of arrayAt(trace, ref).entries()) {
    if (Number.isNaN(x)) return i;
    if (Math.abs(x) > size) [at, size] = [i, Math.abs(x)];
  }
  return at;
}

/** An edge is a slot of a node, never a pair of nodes: in x*x both slots lead to the same one. @param {number} node @param {number} slot */
export function edgeKey(node, slot) {
  return `${node}:${slot}`;
}
