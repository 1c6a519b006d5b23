// Parts of arrays, and what was found in them, kept as long as the array is.

import { arrayAt, rowsAndColumns, shownAt, sizeOf } from "../../model/trace.js";

/** @typedef {import("../../types").Trace} Trace */
/** @typedef {import("../../types").Ref} Ref */

/** Arrays up to this many numbers are asked for whole. */
export const MOST = 400_000;

/** @type {WeakMap<object, Map<string, any>>} */
const known = new WeakMap();

/** What was once found for an array is not looked for again. @template T @param {object} of @param {string} name @param {() => T} find @returns {T} */
export function gathered(of, name, find) {
  const found = known.get(of) ?? new Map();
  known.set(of, found);
  if (!found.has(name)) found.set(name, find());
  return found.get(name);
}

/** So many numbers of an array from one place on; null where they are not here. @param {Trace} trace @param {Ref} ref @param {number} first @param {number} count */
export function part(trace, ref, first, count) {
  const all = wholeArray(trace, ref);
  return all && gathered(trace, `${ref.offset} ${first} ${count}`, () => all.subarray(first, first + count));
}

/** All numbers of an array that is not too large to be asked for. @param {Trace} trace @param {Ref} ref */
function wholeArray(trace, ref) {
  return sizeOf(ref.shape) <= MOST ? arrayAt(trace, ref) : null;
}

/** All numbers of an array; of a very large one its overview. @param {Trace} trace @param {Ref} ref @returns {import("../../types").Shown | null} */
export function looked(trace, ref) {
  if (sizeOf(ref.shape) > MOST) return shownAt(trace, ref);
  const numbers = arrayAt(trace, ref), [rows, columns] = rowsAndColumns(ref.shape);
  return numbers && { numbers, rows, columns, places: null };
}

/** One column of a matrix. @param {Trace} trace @param {Ref} ref @param {number} column */
export function columnOf(trace, ref, column) {
  const all = wholeArray(trace, ref), across = ref.shape[1];
  return all && gathered(trace, `${ref.offset} column ${column}`, () => Float64Array.from({ length: ref.shape[0] }, (_, i) => all[i * across + column]));
}
