import assert from "node:assert/strict";
import { test } from "node:test";
import { SIDE, downhill, entriesOf, gaps, learning, pathOf, placeOf } from "../../static/js/model/height.js";
import { heightColour } from "../../static/js/model/scale.js";

const leaf = (label, shape, wanted = true, role = "parameter") => ({ label, shape, wanted, role });
const GRAPH = { nodes: [leaf("x", [4, 2], true, "input"), leaf("W", [2, 2]), leaf("b", []), leaf("frozen", [3], false)] };

test("a point of the plane lies as far along the picture as along its axes, and y grows upwards", () => {
  const points = [[-1, 0, 1], [2, 4, 6]];
  assert.deepEqual(placeOf(points, { x: 0, y: 4 }), [SIDE / 2, SIDE / 2]);
  assert.deepEqual(placeOf(points, { x: -1, y: 2 }), [0, SIDE]);
  assert.deepEqual(placeOf(points, { x: 1, y: 6 }), [SIDE, 0]);
});

test("the corners of a contour lie where the middles of their cells do", () => {
  assert.equal(pathOf([[[[0.5, 0.5], [2.5, 0.5], [2.5, 2.5], [0.5, 0.5]]]], 3), `M0,${SIDE}L${SIDE},${SIDE}L${SIDE},0L0,${SIDE}Z`);
});

test("a point without a number is a square around it", () => {
  assert.deepEqual(gaps([[1, 2, 3], [1, NaN, 3], [1, 2, 3]]), [{ x: SIDE / 4, y: SIDE / 4, size: SIDE / 2 }]);
});

test("downhill is against the slopes, as long as is asked; nowhere where there is no slope", () => {
  assert.deepEqual(downhill([10, 10], [3, 4], 5), [7, 14]);
  assert.equal(downhill([10, 10], [0, 0], 5), null);
  assert.equal(downhill([10, 10], [NaN, 1], 5), null);
});

test("entries that learn are all named of a small model, and the first of each parameter of a large one", () => {
  assert.equal(learning(GRAPH), 5);
  assert.deepEqual(entriesOf(GRAPH, 5), ["W[0,0]", "W[0,1]", "W[1,0]", "W[1,1]", "b"]);
  assert.deepEqual(entriesOf(GRAPH, 4), ["W[0,0]", "b"]);
});

test("each band is lighter than the one below it, in light and in dark", () => {
  for (const dark of [false, true]) {
    const light = Array.from({ length: 12 }, (_, k) => heightColour(k, 11, dark).match(/\d+/g).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0));
    for (let k = 1; k < light.length; k++) assert.ok(light[k] > light[k - 1] + 8, `${light[k]} after ${light[k - 1]}`);
  }
});
