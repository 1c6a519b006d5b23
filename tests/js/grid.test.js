import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, entryIn, gridOf, gridSize, imagesOf, imagesSize, numberIn, picked, sideBySide, tilesOf } from "../../static/js/model/grid.js";
import { imagePixels } from "../../static/js/model/scale.js";

const whole = (shape) => {
  const count = shape.reduce((n, d) => n * d, 1), columns = shape[shape.length - 1];
  return { numbers: Float64Array.from({ length: count }, (_, i) => i), rows: count / columns, columns, places: null };
};

test("feature maps stand side by side, as square as may be, with gaps between", () => {
  const shape = [1, 4, 3, 3], grid = gridOf(whole(shape), shape);
  assert.deepEqual([grid.rows, grid.columns], [7, 7]);
  assert.deepEqual(gridSize(shape), [7, 7]);
  assert.deepEqual([0, 1, 2, 3, 4].map((column) => entryIn(grid, column)), [0, 1, 2, -1, 9]);
  assert.equal(entryIn(grid, 4 * 7), 18);
  assert.ok(Number.isNaN(numberIn(grid, 3)));
});

test("every number of the maps has exactly one cell", () => {
  for (const shape of [[1, 5, 2, 3], [3, 2, 2, 2], [6, 1, 3, 3], [1, 1, 8, 8]]) {
    const grid = gridOf(whole(shape), shape);
    const shown = [...Array(grid.rows * grid.columns).keys()].map((cell) => entryIn(grid, cell)).filter((i) => i >= 0);
    assert.deepEqual(shown.sort((a, b) => a - b), [...whole(shape).numbers]);
    shown.forEach((flat) => assert.equal(entryIn(grid, cellOf(grid, flat, shape)), flat));
  }
});

test("a filter's row holds what it sees of each channel", () => {
  assert.equal(tilesOf([3, 2, 5, 5]).across, 2);
  assert.equal(tilesOf([32, 3, 3, 3]).across, 9);
  assert.equal(tilesOf([64, 32, 3, 3]).across, 32);
  assert.equal(tilesOf([784, 16]), null);
});

test("an overview's cell is the block that an entry lies in", () => {
  const shape = [100, 130], grid = gridOf({ numbers: new Float64Array(2200), rows: 50, columns: 44, places: new Uint32Array(2200).fill(5) }, shape);
  assert.equal(cellOf(grid, 0, shape), 0);
  assert.equal(cellOf(grid, 99 * 130 + 129, shape), 50 * 44 - 1);
  assert.equal(cellOf(grid, 2 * 130 + 3, shape), 44 + 1);
  assert.equal(entryIn(grid, 17), 5);
});

test("inputs are pictures in each of their forms", () => {
  const of = (shape, picture = null) => {
    const found = imagesOf(shape, picture);
    return found && [found.count, found.channels, found.last, found.height, found.width];
  };
  assert.deepEqual(of([1, 784], [28, 28]), [1, 1, false, 28, 28]);
  assert.deepEqual(of([1, 28, 28]), [1, 1, false, 28, 28]);
  assert.deepEqual(of([1, 1, 28, 28], [28, 28]), [1, 1, false, 28, 28]);
  assert.deepEqual(of([28, 28, 1]), [1, 1, true, 28, 28]);
  assert.deepEqual(of([3, 32, 32]), [1, 3, false, 32, 32]);
  assert.deepEqual(of([1, 3, 32, 32], [32, 32]), [1, 3, false, 32, 32]);
  assert.deepEqual(of([64, 784], [28, 28]), [64, 1, false, 28, 28]);
  assert.deepEqual(of([1, 3072], [32, 32]), [1, 3, false, 32, 32]);
  for (const table of [[4, 3], [300, 2], [1, 64], [6, 6], [2, 6, 1], [3, 4, 4]]) assert.equal(of(table), null);
});

test("a coloured picture's pixel takes its three channels, wherever they stand", () => {
  const first = imagesOf([3, 8, 8], null), last = imagesOf([8, 8, 3], null);
  const plane = (channel, i) => (channel + 1) * (i + 1) / 255;
  const planes = Float64Array.from({ length: 192 }, (_, k) => plane(Math.floor(k / 64), k % 64));
  const points = Float64Array.from({ length: 192 }, (_, k) => plane(k % 3, Math.floor(k / 3)));
  const pixels = imagePixels(planes, first, picked(sideBySide(first)));
  assert.deepEqual([...pixels.slice(20, 24)], [6, 12, 18, 255]);
  assert.deepEqual(imagePixels(points, last, picked(sideBySide(last))), pixels);
  assert.deepEqual(imagesSize(first), [8, 8]);
});
