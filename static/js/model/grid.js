// An array as a grid of cells to draw: rows and columns, pictures side by side, or the service's overview.

import { SIDE, comesWhole, overviewSize, rowsAndColumns, sizeOf } from "./numbers.js";

/** @typedef {import("../types").Shown} Shown */
/**
 * Cell p shows `numbers[pick[p]]`, or `numbers[p]` without `pick`; −1 is a gap between two pictures.
 * Number i stands at `places[i]` in the array, or at i without `places`.
 *
 * @typedef {{rows: number, columns: number, numbers: ArrayLike<number>, pick: Int32Array | null, places: Uint32Array | null}} Grid
 * @typedef {{count: number, across: number, down: number, height: number, width: number}} Tiles
 * @typedef {{count: number, channels: number, last: boolean, height: number, width: number}} Images
 */

/** The least height and width of an array without further notice that is taken for a picture. */
const LEAST = 8;

/** Feature maps (samples, channels, height, width) and filters (out, in, height, width) as pictures side by side: what one filter sees of each channel in a row, and as many filters beside each other as make it square. @param {number[]} shape @returns {Tiles | null} */
export function tilesOf(shape) {
  if (shape.length !== 4 || !comesWhole(shape) || sizeOf(shape) === 0) return null;
  const [a, b, height, width] = shape;
  const beside = Math.max(1, Math.round(Math.sqrt(a * (height + 1) / (b * (width + 1)))));
  return tiled(a * b, a > 1 && b > 1 ? b * beside : null, height, width);
}

/** @param {number} count @param {number | null} across as square as may be where it is null @param {number} height @param {number} width @returns {Tiles} */
function tiled(count, across, height, width) {
  const wide = across ?? Math.ceil(Math.sqrt(count * height / width));
  return { count, across: wide, down: Math.ceil(count / wide), height, width };
}

/** Rows and columns of pictures side by side, with a gap of one cell between them. @param {Tiles} tiles @returns {[number, number]} */
const tiledSize = ({ across, down, height, width }) => [down * (height + 1) - 1, across * (width + 1) - 1];

/** Rows and columns of the grid an array of this shape is drawn as. @param {number[]} shape @returns {[number, number]} */
export function gridSize(shape) {
  const tiles = tilesOf(shape);
  if (tiles) return tiledSize(tiles);
  return comesWhole(shape) ? rowsAndColumns(shape) : overviewSize(shape);
}

/** @param {Shown} shown @param {number[]} shape @returns {Grid} */
export function gridOf({ numbers, rows, columns, places }, shape) {
  const tiles = places ? null : tilesOf(shape);
  if (!tiles) return { rows, columns, numbers, pick: null, places };
  const [down, across] = tiledSize(tiles);
  return { rows: down, columns: across, numbers, pick: picked(tiles), places: null };
}

/** Which number each cell shows. @param {Tiles} tiles */
export function picked(tiles) {
  const { count, across, height, width } = tiles, [rows, columns] = tiledSize(tiles);
  const pick = new Int32Array(rows * columns).fill(-1);
  for (let i = 0; i < count * height * width; i++) {
    const tile = Math.floor(i / (height * width)), row = Math.floor(i / width) % height, column = i % width;
    const down = Math.floor(tile / across) * (height + 1) + row;
    pick[down * columns + (tile % across) * (width + 1) + column] = i;
  }
  return pick;
}

/** The number a cell shows; NaN for a gap. @param {Grid} grid @param {number} cell */
export function numberIn({ numbers, pick }, cell) {
  const i = pick ? pick[cell] : cell;
  return i < 0 ? NaN : numbers[i];
}

/** Which entry of the array a cell shows, counted row by row; −1 for a gap. @param {Grid} grid @param {number} cell */
export function entryIn({ pick, places }, cell) {
  const i = pick ? pick[cell] : cell;
  return i < 0 ? -1 : places ? places[i] : i;
}

/** The cell that shows an entry, or the one of the block it lies in. @param {Grid} grid @param {number} flat @param {number[]} shape */
export function cellOf({ columns, pick, places }, flat, shape) {
  if (pick) return pick.indexOf(flat);
  if (!places) return flat;
  const [rows, across] = rowsAndColumns(shape);
  const height = Math.max(1, Math.ceil(rows / SIDE)), width = Math.max(1, Math.ceil(across / SIDE));
  return Math.floor(Math.floor(flat / across) / height) * columns + Math.floor((flat % across) / width);
}

/** An input's pictures: (…, channels, height, width), (…, height, width, channels) or rows of numbers; grey or in colour. @param {number[]} shape @param {number[] | null} picture height and width, where the data set says them @returns {Images | null} */
export function imagesOf(shape, picture) {
  for (const channels of [1, 3]) {
    const [height, width] = picture ?? sidesOf(shape, channels);
    const ends = [[channels, height, width], [height, width, channels], [channels * height * width]];
    const which = ends.findIndex((end) => height > 0 && end.every((n, i) => shape[shape.length - end.length + i] === n));
    if (which < 0 || (which === 2 && !picture)) continue;
    return { count: sizeOf(shape.slice(0, shape.length - ends[which].length)), channels, last: which === 1, height, width };
  }
  return null;
}

/** @param {number[]} shape @param {number} channels @returns {[number, number]} */
function sidesOf(shape, channels) {
  const [a, b, c] = shape.slice(-3);
  if (shape.length < 3 || shape.length > 4) return [0, 0];
  if (a === channels && b >= LEAST && c >= LEAST) return [b, c];
  return c === channels && a >= LEAST && b >= LEAST ? [a, b] : [0, 0];
}

/** Pictures as they lie side by side. @param {Images} images @returns {Tiles} */
export const sideBySide = ({ count, height, width }) => tiled(count, null, height, width);
/** Rows and columns of an input's pictures. @param {Images} images @returns {[number, number]} */
export const imagesSize = (images) => tiledSize(sideBySide(images));
