import assert from "node:assert/strict";
import { test } from "node:test";
import { CHARTS, courseOf, numberAt, pointAt, roomFor, summary, tick, timeLeft } from "../../static/js/model/course.js";

const HISTORY = {
  from: 0, to: 4, stride: 2, complete: true, iterations: [0, 2, 4], loss: [1, 0.5, 0.25], accuracy: [0, 0.5, 1],
  test_loss: [1.1, null, null], test_accuracy: [0, null, null], learning_rate: [0.1, 0.1, 0.1],
  gradients: { dense1: [3, 2, 1] }, updates: { dense1: [0.1, 0.01, 0.001] },
};
const told = (iteration, loss, more = {}) => ({ iteration, loss, accuracy: 1, test_loss: 1.1, test_accuracy: 0, learning_rate: 0.1, gradients: { dense1: 1 }, updates: { dense1: 1 }, ...more });

test("what a run tells follows what the service keeps, once", () => {
  const course = courseOf(HISTORY, [told(3, 0.4), told(4, 0.25), told(5, 0.2)]);
  assert.deepEqual(course.iterations, [0, 2, 4, 5]);
  assert.deepEqual(course.loss, [1, 0.5, 0.25, 0.2]);
  assert.deepEqual(course.gradients.dense1, [3, 2, 1, 1]);
});

test("what is measured now and then is a point only where it was measured", () => {
  const course = courseOf(HISTORY, [told(4, 0.25), told(5, 0.2), told(6, 0.1, { test_loss: 0.9 })]);
  assert.deepEqual(course.test_loss, [1.1, null, null, null, 0.9]);
  assert.equal(numberAt(course.test_loss, 3), 1.1);
});

test("what is no number is not drawn, and it is said from where on", () => {
  const course = courseOf({ ...HISTORY, loss: [1, "NaN", "Infinity"] }, []);
  assert.deepEqual(course.loss, [1, null, null]);
  assert.equal(course.strange, 2);
  assert.match(summary(CHARTS[0], course), /From step 2 on the loss is not a number\./);
});

test("a chart of what a model does not have has no lines", () => {
  const course = courseOf({ ...HISTORY, accuracy: [null, null, null], test_accuracy: [null, null, null] }, []);
  assert.deepEqual(CHARTS.map((chart) => chart.lines(course).length), [2, 0, 1, 1, 1]);
});

test("a chart is a sentence", () => {
  assert.equal(summary(CHARTS[1], courseOf(HISTORY, [])), "Accuracy from step 0 to 4: training 0 at step 0, 1.000 at step 4; held out 0 at step 0, 0 at step 4.");
});

test("the point of a step is the last one that is no later", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 99].map((step) => pointAt([0, 2, 4], step)), [0, 0, 1, 1, 2, 2]);
});

test("an axis moves seldom, and ends where the run does", () => {
  assert.deepEqual([3, 11, 60, 130, 990].map((reached) => roomFor(reached, 1001)), [10, 20, 100, 200, 1000]);
  assert.equal(roomFor(1001, 1001), 1001);
});

test("marks of an axis are short", () => {
  assert.deepEqual([0, 0.25, 1e-4, 1e-12, 2e-4, -0.5, 100000].map(tick), ["0", "0.25", "10⁻⁴", "10⁻¹²", "2e−4", "−0.5", "10⁵"]);
});

test("time left is told as a person would", () => {
  assert.deepEqual([0.4, 12, 600, 7200].map(timeLeft), ["less than a second", "about 12 s", "about 10 min", "about 2 h"]);
});
