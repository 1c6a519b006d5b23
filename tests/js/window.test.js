// The part of a tensor on screen, as the service and as Python take it.

import assert from "node:assert/strict";
import test from "node:test";
import { byRows, entryOf, extentOf, firstPlace, numpyText, sliceText, windowText } from "../../static/js/model/window.js";

test("a small matrix is shown whole", () => {
  const place = firstPlace([3, 4]);
  assert.equal(windowText([3, 4], place), "0:3,0:4");
  assert.equal(sliceText([3, 4], place), "[:, :]");
  assert.deepEqual(entryOf([3, 4], place, 6), [1, 2]);
});

test("a vector is one row and has one axis", () => {
  assert.equal(windowText([300], { lead: [], row: 0, column: 256 }), "256:300");
  assert.deepEqual(entryOf([300], { lead: [], row: 0, column: 256 }, 3), [259]);
});

test("a slice of a tensor names the index of each leading axis", () => {
  const place = { lead: [2, 1], row: 64, column: 0 };
  assert.equal(windowText([4, 3, 100, 5], place), "2:3,1:2,64:100,0:5");
  assert.equal(sliceText([4, 3, 100, 5], place), "[2, 1, 64:100, :]");
  assert.deepEqual(extentOf([4, 3, 100, 5], place), { rows: 100, columns: 5, down: 36, across: 5 });
});

test("any two axes are rows and columns, in either order, and each cell is still the entry it names", () => {
  const shape = [3, 2, 4], all = Float64Array.from({ length: 24 }, (_, k) => k);
  for (const [row, column] of [[0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1]]) {
    const place = { ...firstPlace(shape, [row, column]), lead: [1] }, { down, across } = extentOf(shape, place);
    assert.deepEqual([down, across], [shape[row], shape[column]]);
    const sent = windowOf(all, shape, windowText(shape, place)), shown = byRows(sent, shape, place);
    shown.forEach((number, cell) => {
      const [a, b, c] = entryOf(shape, place, cell);
      assert.equal(number, a * 8 + b * 4 + c);
      assert.equal(entryOf(shape, place, cell)[row], Math.floor(cell / across));
    });
  }
  assert.equal(sliceText(shape, { ...firstPlace(shape, [2, 0]), lead: [1] }), "[:, 1, :]");
});

/** What the service sends for a window. @param {Float64Array} all @param {number[]} shape @param {string} window */
function windowOf(all, shape, window) {
  const spans = window.split(",").map((part) => part.split(":").map(Number));
  return all.filter((_, k) => {
    const entry = [Math.floor(k / 8), Math.floor(k / 4) % 2, k % 4];
    return entry.every((i, axis) => i >= spans[axis][0] && i < spans[axis][1]);
  });
}

test("numbers are written for Python with every digit and with what JSON lacks", () => {
  assert.equal(numpyText([[0.1, "NaN"], ["Infinity", "-Infinity"]], "float64"), "np.array([[0.1, np.nan], [np.inf, -np.inf]], dtype=np.float64)");
});
