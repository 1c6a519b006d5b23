// A tensor as a thumbnail: one pixel a number, scaled up without smoothing, as a data URL for SVG.

import { gridOf, imagesSize, picked, sideBySide } from "../../model/grid.js";
import { PALETTES, heatPixels, imagePixels } from "../../model/scale.js";

/** Pictures that were drawn, so that going back and forth draws nothing twice. @type {WeakMap<object, Map<string, string>>} */
const drawn = new WeakMap();

/** @param {import("../../types").Shown} shown @param {number[]} shape @param {boolean} dark @returns {string} */
export function heatImage(shown, shape, dark) {
  const grid = gridOf(shown, shape);
  return once(shown.numbers, `heat ${dark} ${shape}`, () => imageOf(heatPixels(grid, dark ? PALETTES.dark : PALETTES.light), grid.rows, grid.columns));
}

/** @param {ArrayLike<number>} numbers @param {import("../../model/grid.js").Images} images */
export function pictureImage(numbers, images) {
  return once(numbers, "picture", () => imageOf(imagePixels(numbers, images, picked(sideBySide(images))), ...imagesSize(images)));
}

/** @param {object} numbers @param {string} how @param {() => string} draw */
function once(numbers, how, draw) {
  const pictures = drawn.get(numbers) ?? new Map();
  drawn.set(numbers, pictures);
  const found = pictures.get(how) ?? draw();
  pictures.set(how, found);
  return found;
}

/** One for all pictures, in ordinary memory: they are read back at once. */
const canvas = document.createElement("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });

/** @param {Uint8ClampedArray<ArrayBuffer>} pixels @param {number} rows @param {number} columns */
function imageOf(pixels, rows, columns) {
  if (rows * columns === 0) return "";
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  pen?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  return canvas.toDataURL();
}
