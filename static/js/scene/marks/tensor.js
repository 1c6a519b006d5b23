// A tensor as a thumbnail: one pixel a number, scaled up without smoothing, as a data URL for SVG.

import { PALETTES, heatPixels, inkPixels } from "../../model/scale.js";
import { rowsAndColumns } from "../../model/trace.js";

const MOST_PIXELS = 262_144;

/** @param {ArrayLike<number>} numbers @param {number[]} shape @param {boolean} dark @returns {string} */
export function heatImage(numbers, shape, dark) {
  const [rows, columns] = rowsAndColumns(shape);
  if (rows * columns > MOST_PIXELS || rows * columns === 0) return "";
  return imageOf(heatPixels(numbers, dark ? PALETTES.dark : PALETTES.light), rows, columns);
}

/** @param {ArrayLike<number>} numbers @param {number[]} picture rows and columns */
export function pictureImage(numbers, [rows, columns]) {
  return imageOf(inkPixels(Array.from(numbers).slice(0, rows * columns)), rows, columns);
}

/** @param {Uint8ClampedArray<ArrayBuffer>} pixels @param {number} rows @param {number} columns */
function imageOf(pixels, rows, columns) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  return canvas.toDataURL();
}
