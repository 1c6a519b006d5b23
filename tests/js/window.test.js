// The part of a tensor on screen, as the service and as Python take it.

import assert from "node:assert/strict";
import test from "node:test";
import { entryOf, extentOf, firstPlace, numpyText, sliceText, windowText } from "../../static/js/model/window.js";

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

test("numbers are written for Python with every digit and with what JSON lacks", () => {
  assert.equal(numpyText([[0.1, "NaN"], ["Infinity", "-Infinity"]], "float64"), "np.array([[0.1, np.nan], [np.inf, -np.inf]], dtype=np.float64)");
});
