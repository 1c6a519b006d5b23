// The part of a tensor that is on screen: an entry of each leading axis, and a page of the last two.

import { exact } from "./format.js";

/** Rows and columns of a page; together no more than one answer carries. */
export const PAGE = 64;
/** A vector is one row: so many of it are on a page. */
export const LONG = 128;

/** @typedef {{lead: number[], row: number, column: number}} Place first row and column of the page */
/** @typedef {{rows: number, columns: number, down: number, across: number}} Extent of the two last axes, and of the page on them */

/** @param {number[]} shape */
export const leadOf = (shape) => shape.slice(0, Math.max(0, shape.length - 2));

/** @param {number[]} shape @returns {Place} */
export const firstPlace = (shape) => ({ lead: leadOf(shape).map(() => 0), row: 0, column: 0 });

/** @param {number[]} shape @param {Place} place @returns {Extent} */
export function extentOf(shape, { row, column }) {
  const columns = shape.at(-1) ?? 1, rows = shape.length > 1 ? shape[shape.length - 2] : 1;
  const wide = shape.length > 1 ? PAGE : LONG;
  return { rows, columns, down: Math.min(PAGE, rows - row), across: Math.min(wide, columns - column) };
}

/** As the service takes it. @param {number[]} shape @param {Place} place */
export function windowText(shape, place) {
  const { down, across } = extentOf(shape, place);
  const last = [[place.row, down], [place.column, across]].slice(shape.length > 1 ? 0 : 1).slice(0, shape.length);
  return [...place.lead.map((i) => [i, 1]), ...last].map(([from, size]) => `${from}:${from + size}`).join(",");
}

/** The entry of the whole array that a cell of the page shows. @param {number[]} shape @param {Place} place @param {number} cell */
export function entryOf(shape, place, cell) {
  const { across } = extentOf(shape, place);
  const last = [place.row + Math.floor(cell / across), place.column + cell % across];
  return shape.length === 0 ? [] : [...place.lead, ...last.slice(shape.length > 1 ? 0 : 1)];
}

/** How the slice is written in Python: [3, 0:64, :]. @param {number[]} shape @param {Place} place */
export function sliceText(shape, place) {
  const { rows, columns, down, across } = extentOf(shape, place);
  const row = down === rows ? ":" : `${place.row}:${place.row + down}`, column = across === columns ? ":" : `${place.column}:${place.column + across}`;
  return `[${[...place.lead, row, column].slice(shape.length > 1 ? 0 : 1).join(", ")}]`;
}

/** @typedef {number | string | unknown[]} Nested as the service sends it */

/** Numbers as Python writes them, so that nothing is lost. @param {Nested} numbers @param {string} dtype @returns {string} */
export const numpyText = (numbers, dtype) => `np.array(${nested(numbers)}, dtype=np.${dtype})`;

const NAMES = /** @type {Record<string, string>} */ ({ NaN: "np.nan", Infinity: "np.inf", "-Infinity": "-np.inf" });

/** @param {unknown} part @returns {string} */
function nested(part) {
  if (Array.isArray(part)) return `[${part.map(nested).join(", ")}]`;
  return typeof part === "string" ? NAMES[part] : exact(Number(part));
}
