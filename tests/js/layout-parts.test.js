import assert from "node:assert/strict";
import { test } from "node:test";

import { pointAt } from "../../static/js/model/layout.js";
import { inversions } from "../../static/js/model/layout/crossings.js";
import { curveThrough, pathOf, withoutNeedless } from "../../static/js/model/layout/curves.js";
import { relationsOf, separate } from "../../static/js/model/layout/separate.js";
import { generator } from "./layout-graphs.js";
import { crossingPairs, overlaps, trespassers } from "./layout-oracle.js";

const place = (wishes, weights, separations) => [...separate(wishes, weights, relationsOf(wishes.length, separations))];

test("things with enough room are where they wish to be", () => {
  assert.deepEqual(place([0, 10, 30], [1, 1, 1], [{ from: 0, to: 1, gap: 10 }, { from: 1, to: 2, gap: 10 }]), [0, 10, 30]);
});

test("things that wish for the same place share the way, by weight", () => {
  assert.deepEqual(place([0, 0], [1, 1], [{ from: 0, to: 1, gap: 10 }]), [-5, 5]);
  assert.deepEqual(place([0, 0], [3, 1], [{ from: 0, to: 1, gap: 10 }]), [-2.5, 7.5]);
});

test("a thing pulled along by a neighbour is let go when something else holds that neighbour", () => {
  const separations = [{ from: 0, to: 1, gap: 10 }, { from: 0, to: 2, gap: 10 }];
  assert.deepEqual(place([0, 8, -100], [1, 1, 100], separations).map(Math.round), [-109, 8, -99]);
});

/** Hildreth's method: slow, with nothing in common with merging and splitting. */
function nearest(wishes, weights, separations) {
  const at = [...wishes];
  const force = separations.map(() => 0);
  for (let round = 0; round < 20_000; round++) {
    separations.forEach(({ from, to, gap }, k) => {
      const missing = (at[from] + gap - at[to]) / (1 / weights[from] + 1 / weights[to]);
      const push = Math.max(-force[k], missing);
      force[k] += push;
      at[from] -= push / weights[from];
      at[to] += push / weights[to];
    });
  }
  return at;
}

test("the places are the nearest there are", () => {
  const random = generator(7);
  for (let trial = 0; trial < 30; trial++) {
    const wishes = Array.from({ length: 12 }, () => random() * 60);
    const weights = wishes.map(() => 1 + Math.floor(random() * 5));
    const pairs = wishes.flatMap((_, from) => wishes.map((_, to) => ({ from, to, gap: 5 + Math.floor(random() * 10) })));
    const separations = pairs.filter(({ from, to }) => from < to && random() < 0.25);
    const cost = (at) => at.reduce((sum, y, k) => sum + weights[k] * (y - wishes[k]) ** 2, 0);
    const found = place(wishes, weights, separations);
    for (const { from, to, gap } of separations) assert.ok(found[to] - found[from] >= gap - 1e-9);
    const best = cost(nearest(wishes, weights, separations));
    assert.ok(cost(found) <= best * 1.01 + 1e-6, `${cost(found)} against ${best}`);
  }
});

test("inversions are the pairs in the wrong order", () => {
  const random = generator(3);
  const values = Array.from({ length: 77 }, () => Math.floor(random() * 20));
  const naive = values.reduce((sum, a, i) => sum + values.slice(i + 1).filter((b) => b < a).length, 0);
  assert.equal(inversions(values), naive);
});

test("a curve is horizontal at its points and passes them", () => {
  const segments = curveThrough([[0, 0], [40, 60], [90, 60], [120, 10]]);
  assert.deepEqual(segments.map(([x, y]) => [x, y]), [[0, 0], [40, 60], [90, 60]]);
  for (const [, y0, , c0, , c1, , y1] of segments) assert.ok(c0 === y0 && c1 === y1);
  assert.equal(pathOf(segments), "M0 0C20 0 20 60 40 60H90C105 60 105 10 120 10");
});

test("points on a straight stretch are left out", () => {
  assert.deepEqual(withoutNeedless([[0, 0], [5, 0], [5, 0], [9, 0], [12, 4]]), [[0, 0], [9, 0], [12, 4]]);
});

test("equal steps of t are equally long on the screen", () => {
  const segments = curveThrough([[0, 0], [60, 200], [400, 200], [430, 190]]);
  const points = Array.from({ length: 101 }, (_, k) => pointAt(segments, k / 100));
  const steps = points.slice(1).map(([x, y], k) => Math.hypot(x - points[k][0], y - points[k][1]));
  const mean = steps.reduce((sum, step) => sum + step) / steps.length;
  // The length is that of 24 chords a segment.
  for (const step of steps) assert.ok(Math.abs(step / mean - 1) < 0.05, `${step} against ${mean}`);
  assert.deepEqual([points[0], points[100]], [[0, 0], [430, 190]]);
});

test("the oracles see an overlap, an edge through a card and a crossing", () => {
  const box = (key, x, y) => ({ key, kind: "node", path: [], x, y, width: 20, height: 20 });
  const route = (source, target, ...points) => ({ source, target, points, segments: curveThrough(points) });
  const boxes = new Map([box(0, 0, 0), box(1, 100, 0), box(2, 50, 0), box(3, 0, 40), box(4, 100, 40), box(5, 10, 10)].map((b) => [b.key, b]));
  const picture = { boxes, routes: [route(0, 1, [20, 10], [100, 10]), route(3, 4, [20, 50], [60, -30], [100, 50])] };
  assert.deepEqual(overlaps(picture), [[0, 5]]);
  assert.deepEqual(trespassers(picture), [picture.routes[0]]);
  assert.equal(crossingPairs(picture).length, 1);
});
