import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeNumbers } from "../../static/js/model/numbers.js";
import { arrayAt, directory, edgeKey, entryAt, flatOf, largestIn, makeTrace, numbersOf, recordingOf, rowsAndColumns } from "../../static/js/model/trace.js";
import { graph, schedule, squareTrace } from "./square.js";

test("a recording of the wrong length is refused with both lengths", () => {
  assert.throws(() => recordingOf(new ArrayBuffer(16), schedule), /2 numbers.*6/);
});

test("an array is a view into the recording, not a copy", () => {
  const trace = squareTrace();
  const view = arrayAt(trace, { offset: 2, shape: [2, 2] });
  assert.equal(view.buffer, arrayAt(trace, { offset: 0, shape: [] }).buffer);
  assert.deepEqual([...view], [1, 3, 6, 0]);
});

test("a recording of single precision is read as such", () => {
  assert.deepEqual([...numbersOf(new Float32Array([1.5, -2]).buffer, "float32")], [1.5, -2]);
});

test("entries are counted row by row", () => {
  const shape = [2, 3, 4];
  const entries = Array.from({ length: 24 }, (_, flat) => entryAt(flat, shape));
  entries.forEach(([i, j, k], flat) => assert.equal((i * 3 + j) * 4 + k, flat));
  entries.forEach((entry, flat) => assert.equal(flatOf(entry, shape), flat));
  assert.deepEqual(entries[23], [1, 2, 3]);
  assert.deepEqual(entryAt(0, []), []);
});

test("a vector is one row, and higher ranks fold into rows", () => {
  assert.deepEqual(rowsAndColumns([16]), [1, 16]);
  assert.deepEqual(rowsAndColumns([2, 3, 4]), [6, 4]);
  assert.deepEqual(rowsAndColumns([]), [1, 1]);
  assert.deepEqual(rowsAndColumns([3, 0]), [0, 0]);
});

test("a magnitude that is no number survives the wire", () => {
  const trace = makeTrace(graph, schedule, wholeNumbers(new Float64Array(6)), [null, "NaN", "Infinity"], 0);
  assert.ok(Number.isNaN(trace.magnitudes[1]));
  assert.equal(trace.magnitudes[2], Infinity);
  assert.equal(trace.magnitudes[0], null);
});

test("an edge is a slot of a node", () => {
  assert.equal(edgeKey(7, 1), "7:1");
});

test("the entry that says most is the largest in size, or the first that is no number; zeros have none", () => {
  const trace = (numbers) => ({ numbers: wholeNumbers(Float64Array.from(numbers)) });
  const three = { offset: 1, shape: [3] };
  assert.deepEqual(largestIn(trace([9, 1, -4, 2]), three), { flat: 1, number: -4 });
  assert.deepEqual(largestIn(trace([9, 2, 2, 1]), three), { flat: 0, number: 2 });
  assert.deepEqual(largestIn(trace([9, Infinity, 1, NaN]), three), { flat: 2, number: NaN });
  assert.deepEqual(largestIn(trace([9, 1, -Infinity, 3]), three), { flat: 1, number: -Infinity });
  assert.equal(largestIn(trace([9, 0, -0, 0]), three), null);
});

test("the directory names every array once, by its place", () => {
  assert.deepEqual(directory(schedule).map(({ offset }) => offset), [0, 1, 2, 3, 4, 5]);
});
