import assert from "node:assert/strict";
import { test } from "node:test";
import { layersOf, pairCharts, pairOf } from "../../static/js/model/pair.js";
import { ratioBar } from "../../static/js/model/scale.js";

const course = (iterations, loss, gradients = {}, strange = null) => ({
  iterations, strange, loss, accuracy: iterations.map(() => null), test_loss: iterations.map(() => null), test_accuracy: iterations.map(() => null),
  learning_rate: iterations.map(() => null), gradients, updates: {},
});

test("two courses stand over the steps of both, and have no number where they were not measured", () => {
  const pair = pairOf(course([0, 2, 4], [3, 2, 1]), course([0, 1, 2], [3, 5, 7]));
  assert.deepEqual(pair.iterations, [0, 1, 2, 4]);
  assert.deepEqual([pair.a.loss, pair.b.loss], [[3, null, 2, 1], [3, 5, 7, null]]);
});

test("a chart of both has a solid line A and a dashed line B, of what was measured", () => {
  const pair = pairOf(course([0, 1], [3, 2], { dense1: [1, 2] }), course([0, 1], [3, 1], { dense1: [4, 5], extra: [6, 7] }));
  const drawn = pairCharts("dense1").filter((chart) => chart.lines(pair).length > 0);
  assert.deepEqual(drawn.map(({ id }) => id), ["loss", "gradients"]);
  assert.deepEqual(drawn[1].lines(pair), [{ name: "A", values: [1, 2], dashed: false }, { name: "B", values: [4, 5], dashed: true }]);
  assert.deepEqual(layersOf(pair), ["dense1", "extra"]);
});

test("a ratio's bar goes right above 1 and left below, by its logarithm, and no further than a thousandfold", () => {
  assert.deepEqual(ratioBar(1), { x: 0, width: 0 });
  assert.deepEqual([ratioBar(1000), ratioBar(-1e9)], [{ x: 0, width: 1 }, { x: 0, width: 1 }]);
  const tenth = ratioBar(0.1), tenfold = ratioBar(10);
  assert.ok(Math.abs(tenth.width - 1 / 3) < 1e-12 && Math.abs(tenth.x + tenth.width) < 1e-12);
  assert.ok(Math.abs(tenfold.width - 1 / 3) < 1e-12 && tenfold.x === 0);
  assert.deepEqual([ratioBar(0).width, ratioBar(Infinity).width, ratioBar(NaN).width], [1, 1, 0]);
});
