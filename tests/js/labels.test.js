import assert from "node:assert/strict";
import { test } from "node:test";
import { placeLabels } from "../../static/js/model/layout/labels.js";

const LABEL = { width: 40, height: 20 };
const line = (y) => ({ segments: { y } });
const along = ({ y }, t) => [200 * t, y];

test("a number stands over the middle of a level edge and hides nothing of it", () => {
  const [[x, y]] = placeLabels([line(0)], [], LABEL, along);
  assert.equal(x, 100);
  assert.ok(y + LABEL.height / 2 < 0);
});

test("where a card stands above the edge the number goes below", () => {
  const [[x, y]] = placeLabels([line(0)], [{ x: 0, y: -60, width: 200, height: 50 }], LABEL, along);
  assert.equal(x, 100);
  assert.ok(y - LABEL.height / 2 > 0);
});

test("on a steep edge a number stands on the line, as beside it could belong to another", () => {
  const steep = (_, t) => [100 + 10 * t, 200 * t];
  assert.deepEqual(placeLabels([line(0)], [], LABEL, steep), [[105, 100]]);
});

test("a number gives way to a card", () => {
  const [place] = placeLabels([line(0)], [{ x: 90, y: -50, width: 20, height: 100 }], LABEL, along);
  assert.ok(place && (place[0] + 20 <= 90 || place[0] - 20 >= 110));
});

test("numbers never share a place", () => {
  const places = placeLabels([line(0), line(5), line(10)], [], LABEL, along);
  const meet = (a, b) => Math.abs(a[0] - b[0]) < LABEL.width && Math.abs(a[1] - b[1]) < LABEL.height;
  assert.ok(![[0, 1], [0, 2], [1, 2]].some(([i, j]) => meet(places[i], places[j])));
});

test("where nothing is free there is no number", () => {
  assert.deepEqual(placeLabels([line(0)], [{ x: -50, y: -50, width: 400, height: 100 }], LABEL, along), [null]);
});
