import assert from "node:assert/strict";
import { test } from "node:test";
import { dotsOf, largestSize, share } from "../../static/js/model/dots.js";

test("a number lies as far along as its size says, and zero in the middle", () => {
  assert.deepEqual([-2, 0, 1, 2, 5].map((x) => share(x, 2)), [0, 0.5, 0.75, 1, 1]);
  assert.equal(share(0, 0), 0.5);
});

test("every finite number has a dot, and none stands on another", () => {
  const numbers = Array.from({ length: 60 }, (_, k) => Math.sin(k) * (k % 7)), { dots, radius, height } = dotsOf([...numbers, NaN], largestSize(numbers), 360);
  assert.equal(dots.length, 60);
  const places = new Set(dots.map(({ x, y }) => `${x} ${y}`));
  assert.equal(places.size, 60);
  for (const { k, x, y } of dots) {
    assert.ok(y > 0 && y < height);
    assert.ok(Math.abs(x - (radius + share(numbers[k], largestSize(numbers)) * (360 - 2 * radius))) <= 2 * radius + 1, "within a dot of its place");
  }
});

test("a thousand equal numbers are one stack of bounded height", () => {
  const { height, dots } = dotsOf(Array(1000).fill(1), 1, 360);
  assert.equal(dots.length, 1000);
  assert.ok(height < 130);
});
