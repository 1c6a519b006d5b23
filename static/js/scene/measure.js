// The size and the inner places of a card, known before anything is drawn: the layout needs it.

import { gridSize, imagesSize, tilesOf } from "../model/grid.js";

/** `smooth`: a cell is smaller than a pixel. @typedef {{width: number, height: number, smooth?: boolean}} Image */
/** @typedef {{y: number, height: number, image: Image | null}} Row */
/** @typedef {{width: number, height: number, tensor: boolean, value: Row, gradient: Row, bars: {y: number, height: number} | null}} CardSize */

const HEADER = { scalar: 46, tensor: 51 };
const GAP = 5;
const SCALAR = { width: 124, row: 33 };
const TENSOR = { width: 118, inner: 98, cell: 14, tallest: 76, pad: 5 };
const PICTURE = 98;
const BARS = { width: 158, height: 92 };
export const INSET = 8;
export const CLOSED_GROUP = { width: 176, height: 84 };

/** @param {import("../types").GraphNode} node @param {import("../model/grid.js").Images | null} images if it is drawn as pictures @param {boolean} [read] whether it shows the classes' probabilities @returns {CardSize} */
export function measure(node, images, read = false) {
  const tensor = node.shape.length > 0;
  const image = images ? fitted(imagesSize(images)) : tensor ? heatSize(node.shape) : null;
  const value = row(tensor ? HEADER.tensor : HEADER.scalar, image);
  const gradient = row(value.y + value.height + GAP, tensor && node.wanted ? heatSize(node.shape) : null);
  const bars = read ? { y: gradient.y + gradient.height + GAP, height: BARS.height } : null;
  const { y, height } = bars ?? gradient;
  return {
    width: bars ? BARS.width : tensor ? TENSOR.width : SCALAR.width, height: y + height + INSET, bars,
    tensor, value, gradient,
  };
}

/** @param {number} y @param {Image | null} image @returns {Row} */
function row(y, image) {
  return { y, height: image ? image.height + 2 * TENSOR.pad : SCALAR.row, image };
}

/** @param {number[]} shape */
function heatSize(shape) {
  const [rows, columns] = gridSize(shape);
  const { cell, inner, tallest } = TENSOR;
  if (tilesOf(shape)) return fitted([rows, columns], cell);
  return { width: Math.min(columns * cell, inner), height: Math.min(rows * cell, tallest) };
}

/** Pictures keep their sides' ratio. @param {[number, number]} size rows and columns @param {number} [largest] of one cell */
function fitted([rows, columns], largest = Infinity) {
  const cell = Math.min(largest, PICTURE / columns, PICTURE / rows);
  return { width: columns * cell, height: rows * cell, smooth: cell < 1 };
}
