import assert from "node:assert/strict";
import { test } from "node:test";
import { placeAt, shifted } from "../../static/js/build/drag.js";

/** Rows one below the other, so high, 10 apart. @param {...number} heights */
function rows(...heights) {
  let top = 0;
  return heights.map((height) => ({ top: (top += height + 10) - height - 10, height }));
}

test("a row that is dragged comes behind every row whose middle its own has passed", () => {
  const boxes = rows(40, 40, 200, 40); // middles at 20, 70, 200, 330
  assert.deepEqual([20, 69, 71, 199, 201, 900].map((middle) => placeAt(boxes, 0, middle)), [0, 0, 1, 1, 2, 3]);
  assert.deepEqual([330, 199, 71, 19, -500].map((middle) => placeAt(boxes, 3, middle)), [3, 2, 2, 0, 0]);
});

test("those between make room by what the dragged row takes, the others stay", () => {
  const places = [0, 1, 2, 3, 4];
  assert.deepEqual(places.map((k) => shifted(k, { from: 1, to: 3, by: 77, room: 50 })), [0, 77, -50, -50, 0]);
  assert.deepEqual(places.map((k) => shifted(k, { from: 3, to: 1, by: -80, room: 50 })), [0, 50, 50, -80, 0]);
  assert.deepEqual(places.map((k) => shifted(k, null)), [0, 0, 0, 0, 0]);
});
