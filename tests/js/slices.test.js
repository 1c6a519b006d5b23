import assert from "node:assert/strict";
import { test } from "node:test";
import { inSlices } from "../../static/js/scene/slices.js";

function* building(count, built) {
  for (let k = 0; k < count; k++) {
    built.push(k);
    yield 100;
  }
}

test("a small picture is built at once", () => {
  const built = [];
  let done = false;
  inSlices(building(3, built), () => true, () => { done = true; });
  assert.deepEqual([built.length, done], [3, true]);
});

test("a large picture is built in pieces, to its end", async () => {
  const built = [];
  await new Promise((done) => {
    inSlices(building(20, built), () => true, done);
    assert.ok(built.length < 20);
  });
  assert.equal(built.length, 20);
});

test("a picture that nobody waits for any more is left as it is", async () => {
  const built = [];
  inSlices(building(20, built), () => false, () => assert.fail("it was not wanted"));
  const before = built.length;
  await new Promise((later) => setTimeout(later, 20));
  assert.equal(built.length, before);
});
