import assert from "node:assert/strict";
import { test } from "node:test";
import { membersOf, picturesOf } from "../../static/js/model/batch.js";
import { wholeNumbers } from "../../static/js/model/numbers.js";

const at = (offset, shape) => ({ offset, shape });
const data = { sample: null, samples: 9, classes: ["a", "b", "c"], picture: null };
/** Two samples, 7 and 4: targets b and c, read as b and a. */
const trace = (numbers = [7, 4, 0, 1, 0, 0, 0, 1, 0.1, 0.8, 0.1, 0.6, 0.3, 0.1]) => ({
  graph: { nodes: [{ id: 0, role: "target", shape: [2, 3] }] },
  schedule: { values: [at(2, [2, 3])] },
  numbers: wholeNumbers(Float64Array.from(numbers)),
  events: [{ index: 0, kind: "batch", samples: at(0, [2]) }, { index: 1, kind: "forward", node: 1, saved: { probabilities: at(8, [2, 3]) } }],
});

test("each sample has its number and label, and is read once the probabilities are known", () => {
  assert.deepEqual(membersOf(trace(), data, 1), [
    { sample: 7, label: "b", read: null, right: false }, { sample: 4, label: "c", read: null, right: false },
  ]);
  assert.deepEqual(membersOf(trace(), data, 2), [
    { sample: 7, label: "b", read: "b", right: true }, { sample: 4, label: "c", read: "a", right: false },
  ]);
});

test("one sample alone, values instead of classes, or no data are no batch of labels", () => {
  assert.equal(membersOf(trace(), { ...data, sample: 7 }, 2), null);
  assert.equal(membersOf(trace(), null, 2), null);
  assert.deepEqual(membersOf(trace(), { ...data, classes: [] }, 2).map(({ label, read }) => [label, read]), [[null, null], [null, null]]);
});

test("a batch of pictures tells where each one's pixels lie", () => {
  const of = (shape, picture) => picturesOf({
    graph: { nodes: [{ id: 0, role: "input", shape }] }, schedule: { values: [at(0, shape)] }, numbers: wholeNumbers(new Float64Array(600)),
  }, { ...data, picture });
  assert.equal(of([2, 100], [10, 10]).size, 100);
  assert.equal(of([2, 3, 10, 10], [10, 10]).size, 300);
  assert.equal(of([2, 100], [10, 10]).one.count, 1);
  assert.equal(of([2, 100], null), null);
});
