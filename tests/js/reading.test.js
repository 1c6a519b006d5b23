import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeNumbers } from "../../static/js/model/numbers.js";
import { mostProbable, readingOf } from "../../static/js/model/reading.js";

const classes = ["0", "1", "2"];
const data = { sample: 4, label: 2, classes };
const place = { offset: 1, shape: [1, 3] };
const trace = (at = place) => ({
  graph: { nodes: [] },
  numbers: wholeNumbers(Float64Array.of(9, 0.2, 0.7, 0.1)),
  events: [{ index: 0, kind: "batch" }, { index: 1, kind: "forward", node: 5, value: { offset: 0, shape: [] }, saved: { probabilities: at } }],
});

test("the reading is found where one sample's probabilities are saved", () => {
  assert.deepEqual(readingOf(trace(), data), { event: 1, node: 5, place, classes, label: 2, bars: true });
});

test("a batch is not drawn, and of names too long for a bar there are no bars", () => {
  assert.equal(readingOf(trace({ offset: 0, shape: [2, 3] }), data), null);
  assert.equal(readingOf(trace(), { ...data, sample: null }), null);
  assert.equal(readingOf(trace(), { ...data, classes: ["cat", "dog", "owl"] }).bars, false);
  assert.equal(readingOf(trace(), null), null);
});

test("what is read is the most probable class", () => {
  assert.deepEqual(mostProbable(trace(), readingOf(trace(), data)), { at: 1, name: "1", probability: 0.7 });
});

test("without probabilities it is what the loss compares with the target, and no bars", () => {
  const graph = { nodes: [{ id: 0, role: "intermediate", inputs: [] }, { id: 1, role: "target", inputs: [] }, { id: 2, role: "loss", inputs: [0, 1] }] };
  const events = [{ index: 0, kind: "forward", node: 0, value: place }, { index: 1, kind: "forward", node: 2, value: { offset: 0, shape: [] } }];
  const reading = readingOf({ ...trace(), graph, events }, data);
  assert.deepEqual(reading, { event: 0, node: 0, place, classes, label: 2, bars: false });
  assert.equal(mostProbable(trace(), reading).name, "1");
});
