// Points that are drawn become arrays, and arrays points again.

import assert from "node:assert/strict";
import test from "node:test";
import { MOST, arraysOf, fitted, missing, nearest, pointsOf, tidy } from "../../static/js/model/drawn.js";

const POINTS = [{ x: -0.5, y: 0.25, class: 0 }, { x: 0.5, y: 1, class: 2 }];

test("points are inputs with class numbers, or inputs with a number each", () => {
  assert.deepEqual(arraysOf(POINTS, false), { x: [[-0.5, 0.25], [0.5, 1]], y: [0, 2] });
  assert.deepEqual(arraysOf(POINTS, true), { x: [[-0.5], [0.5]], y: [[0.25], [1]] });
});

test("arrays come back as the points they were drawn as", () => {
  assert.deepEqual(pointsOf(arraysOf(POINTS, false)), { points: POINTS, curve: false });
  assert.deepEqual(pointsOf(arraysOf(POINTS, true)).points.map(({ x, y }) => [x, y]), [[-0.5, 0.25], [0.5, 1]]);
});

test("arrays of another shape, from elsewhere or too many are not drawn on", () => {
  const many = Array.from({ length: MOST + 1 }, () => [0, 0]);
  for (const arrays of [undefined, {}, { x: [], y: [] }, { x: [[1, 2, 3]], y: [0] }, { x: [[0, 2]], y: [0] }, { x: [[0, 1]], y: [0.5] }, { x: [[0]], y: [0] }, { x: many, y: many.map(() => 0) }]) {
    assert.equal(pointsOf(arrays), null);
  }
});

test("a place is kept to hundredths, inside the square and never −0", () => {
  assert.deepEqual([0.123, -3, 1.7, -0.001].map(tidy), [0.12, -1, 1, 0]);
});

test("one point, and points of one class, are no data yet", () => {
  assert.match(missing(POINTS.slice(1), false), /two points/);
  assert.match(missing([POINTS[0], POINTS[0]], false), /one class/);
  assert.equal(missing([POINTS[0], POINTS[0]], true), "");
  assert.equal(missing(POINTS, false), "");
});

test("the nearest point is found within reach only", () => {
  assert.equal(nearest(POINTS, { x: 0.45, y: 0.95 }, 0.1), 1);
  assert.equal(nearest(POINTS, { x: 0, y: 0 }, 0.1), -1);
});

test("samples are made to fit the square with their classes", () => {
  const made = fitted({ family: "points", inputs: [[0, 10], [4, 20]], targets: [1, 0] });
  assert.deepEqual(made, { curve: false, points: [{ x: -0.9, y: -0.9, class: 1 }, { x: 0.9, y: 0.9, class: 0 }] });
  assert.equal(fitted({ family: "curve", inputs: [[0], [4]], targets: [[3], [3]] }).points[1].y, -0.9);
  assert.equal(fitted({ family: "picture", inputs: [[0, 1]], targets: [1] }), null);
});
