import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOf } from "../../static/js/model/network.js";
import { connections, endsOf, largestOfEach, strongest, unitOf } from "../../static/js/model/strongest.js";

/** @param {any[]} rows op, inputs, shape, role, label, group */
const graph = (...rows) => /** @type {any} */ ({
  nodes: rows.map(([op, inputs, shape, role, label, group = []], id) => ({ id, op, inputs, shape, role, label, group, options: {}, wanted: true })),
  groups: [], outputs: [rows.length - 1],
});

const NEURON = graph(
  [null, [], [], "parameter", "w"], [null, [], [], "input", "x"], ["mul", [0, 1], [], "intermediate", "w·x"],
  [null, [], [], "parameter", "b"], ["add", [2, 3], [], "intermediate", "z"], ["sigmoid", [4], [], "intermediate", "a"],
  [null, [], [], "target", "y"], ["sub", [5, 6], [], "loss", "L"],
);

/** @param {any} from */
const found = (from) => {
  const answer = networkOf(from, null);
  assert.ok("network" in answer);
  return answer.network;
};

test("a neuron is an input and a unit that is always 1, weighed into a unit, then the loss", () => {
  const { columns, bundles } = found(NEURON);
  assert.deepEqual(columns.map(({ kind, level }) => [kind, level]), [["units", 0], ["units", 1], ["bias", 0], ["loss", 2]]);
  assert.deepEqual(bundles.map(({ kind, weight }) => [kind, weight]), [["one", 0], ["bias", 3], ["carry", null]]);
  assert.deepEqual(columns[1].shows, [2, 4, 5]);
});

test("what adds two sums of products makes one column of them", () => {
  const two = graph(
    [null, [], [], "parameter", "w"], [null, [], [], "input", "x"], ["mul", [0, 1], [], "intermediate", "w·x"],
    [null, [], [], "parameter", "v"], [null, [], [], "input", "u"], ["mul", [3, 4], [], "intermediate", "v·u"], ["add", [2, 5], [], "intermediate", "z"],
  );
  const { columns, bundles } = found(two);
  assert.equal(new Set(bundles.filter(({ kind }) => kind === "one").map(({ to }) => to)).size, 1);
  assert.equal(columns.filter(({ size, level }) => size > 0 && level === 1).length, 1);
});

test("a model without a weight is no network, and one with a foreign operation says which", () => {
  assert.deepEqual(networkOf(graph([null, [], [], "parameter", "x"], ["sin", [0], [], "loss", "L"]), null), { missing: null });
  const attention = graph([null, [], [1, 3, 4], "input", "x"], [null, [], [4, 4], "parameter", "W"], ["matmul", [0, 1], [1, 3, 4], "intermediate", "q"], ["scores", [2, 0], [1, 3, 3], "intermediate", "s"]);
  assert.ok("missing" in networkOf(attention, null));
});

test("the strongest are found by comparing sizes, and what is no number counts as the largest", () => {
  const shown = { numbers: Float64Array.of(0.5, -3, 2, NaN, 1, -1), rows: 1, columns: 6, places: null };
  const largest = largestOfEach(shown, (flat) => flat >> 1);
  assert.deepEqual([...largest].map(([key, { flat }]) => [key, flat]), [[0, 1], [1, 3], [2, 4]]);
  assert.deepEqual(strongest(largest, 2), [1, 0]);
});

test("of an overview each cell stands where its entry stood", () => {
  const shown = { numbers: Float64Array.of(4, 5), rows: 1, columns: 2, places: Uint32Array.of(7, 30) };
  assert.equal(largestOfEach(shown, () => 0).get(0)?.flat, 30);
});

test("a weight's place says which two units it connects", () => {
  const units = /** @type {any} */ ({ kind: "units", size: 3 }), picture = /** @type {any} */ ({ kind: "picture", size: 784 });
  /** @param {string} kind */
  const bundle = (kind) => /** @type {any} */ ({ kind });
  assert.deepEqual(endsOf(bundle("dense"), [4, 3], units, units)(7), [2, 1]);
  assert.deepEqual(endsOf(bundle("linear"), [12, 3], units, units)(3 * 5 + 2), [2, 2]);
  assert.deepEqual(endsOf(bundle("conv"), [3, 2, 2, 2], units, units)(8 + 4 + 1), [1, 1]);
  assert.deepEqual(endsOf(bundle("dense"), [784, 3], picture, units)(7), [0, 1]);
  assert.deepEqual(connections(bundle("dense"), [784, 16], picture, /** @type {any} */ ({ size: 16 })), [16, 784]);
});

test("a unit's numbers are those of the chosen sample", () => {
  const key = unitOf(/** @type {any} */ ({ kind: "units" }), [5, 4], 2);
  assert.deepEqual([7, 8, 11, 12].map(key), [-1, 0, 3, -1]);
});
