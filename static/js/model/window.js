// The part of a tensor that is on screen: two of its axes as rows and columns, a page of them, and an entry of each other axis.

import { exact } from "./format.js";

/** Rows and columns of a page; together no more than one answer carries. */
export const PAGE = 64;
/** A vector is one row: so many of it are on a page. */
export const LONG = 128;

/** @typedef {{lead: number[], row: number, column: number, axes?: [number, number] | null}} Place entries of the other axes, in order; first row and column of the page; which axes are rows and columns: the last two where nothing is said */
/** @typedef {{rows: number, columns: number, down: number, across: number}} Extent of the two axes, and of the page on them */

/** The axes that are rows and columns; a vector has no rows, a number neither. @param {number[]} shape @param {Place} [place] @returns {number[]} */
export const axesOf = (shape, place) => place?.axes ?? shape.map((_, axis) => axis).slice(-2);

/** The other axes. @param {number[]} shape @param {Place} [place] */
export const othersOf = (shape, place) => shape.map((_, axis) => axis).filter((axis) => !axesOf(shape, place).includes(axis));

/** @param {number[]} shape @param {[number, number] | null} [axes] @returns {Place} */
export const firstPlace = (shape, axes = null) => ({ lead: shape.slice(2).map(() => 0), row: 0, column: 0, axes });

/** @param {number[]} shape @param {Place} place @returns {Extent} */
export function extentOf(shape, place) {
  const [columns = 1, rows = 1] = axesOf(shape, place).map((axis) => shape[axis]).reverse(), wide = shape.length > 1 ? PAGE : LONG;
  return { rows, columns, down: Math.min(PAGE, rows - place.row), across: Math.min(wide, columns - place.column) };
}

/** Of each axis: where the page begins and how much of it there is. @param {number[]} shape @param {Place} place @returns {[number, number][]} */
function spansOf(shape, place) {
  const { down, across } = extentOf(shape, place), axes = axesOf(shape, place), others = othersOf(shape, place);
  return shape.map((_, axis) => {
    if (axis === axes.at(-1)) return [place.column, across];
    return axis === axes.at(-2) ? [place.row, down] : [place.lead[others.indexOf(axis)], 1];
  });
}

/** As the service takes it. @param {number[]} shape @param {Place} place */
export const windowText = (shape, place) => spansOf(shape, place).map(([from, size]) => `${from}:${from + size}`).join(",");

/** The numbers of a window, row by row: the service sends them in the order of the axes. @param {Float64Array} numbers @param {number[]} shape @param {Place} place @returns {Float64Array} */
export function byRows(numbers, shape, place) {
  const [row = 0, column = 0] = axesOf(shape, place), { down, across } = extentOf(shape, place);
  return shape.length < 2 || row < column ? numbers : Float64Array.from(numbers, (_, k) => numbers[k % across * down + Math.floor(k / across)]);
}

/** The entry of the whole array that a cell of the page shows. @param {number[]} shape @param {Place} place @param {number} cell */
export function entryOf(shape, place, cell) {
  const { across } = extentOf(shape, place), axes = axesOf(shape, place);
  return spansOf(shape, place).map(([from], axis) => {
    if (axis === axes.at(-1)) return from + cell % across;
    return axis === axes.at(-2) ? from + Math.floor(cell / across) : from;
  });
}

/** How the slice is written in Python: [3, 0:64, :]. @param {number[]} shape @param {Place} place */
export function sliceText(shape, place) {
  const axes = axesOf(shape, place);
  const parts = spansOf(shape, place).map(([from, size], axis) => (!axes.includes(axis) ? String(from) : size === shape[axis] ? ":" : `${from}:${from + size}`));
  return `[${parts.join(", ")}]`;
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
