import assert from "node:assert/strict";
import { test } from "node:test";
import { placeLabels } from "../../static/js/scene/labels.js";

const LABEL = { width: 40, height: 20 };
const line = (y) => ({ segments: { y } });
const along = ({ y }, t) => [200 * t, y];

test("a number stands in the middle of its edge where that is free", () => {
  assert.deepEqual(placeLabels([line(0)], [], LABEL, along), [[100, 0]]);
});

test("a number gives way to a card", () => {
  const [place] = placeLabels([line(0)], [{ x: 90, y: -50, width: 20, height: 100 }], LABEL, along);
  assert.ok(place && (place[0] + 20 <= 90 || place[0] - 20 >= 110));
});

test("two numbers never share a place", () => {
  const [first, second] = placeLabels([line(0), line(5)], [], LABEL, along);
  assert.ok(Math.abs(first[0] - second[0]) >= 40);
});

test("where nothing is free there is no number", () => {
  assert.deepEqual(placeLabels([line(0)], [{ x: -50, y: -50, width: 400, height: 100 }], LABEL, along), [null]);
});
