import assert from "node:assert/strict";
import { test } from "node:test";
import { filterAt, largest, learntOf, spanOf } from "../../static/js/model/learnt.js";

const node = (id, op, role, shape, group, label = "") => ({ id, op, role, shape, group, label });
const network = (input, ...nodes) => ({ nodes: [node(0, null, "input", input, []), ...nodes] });
const session = (more = {}) => ({ spec: { model: { kind: "network" }, data: {} }, data: { classes: ["a", "b"], picture: null }, ...more });
const LAYERS = [
  node(1, null, "parameter", [2, 5], ["dense1"], "dense1.weight"), node(2, "matmul", "intermediate", [9, 5], ["dense1"]),
  node(3, "relu", "intermediate", [9, 5], ["relu1"]), node(4, "matmul", "intermediate", [9, 3], ["dense2"]), node(5, "loss", "loss", [], ["loss"]),
];

test("two inputs are a plane, with a map for each unit of each hidden layer", () => {
  const { over, layers, read } = learntOf(network([9, 2], ...LAYERS), session());
  assert.deepEqual([over, layers, read], ["plane", [{ name: "dense1", units: 5 }, { name: "relu1", units: 5 }], null]);
});

test("one input is a line; an expression is neither", () => {
  assert.equal(learntOf(network([9, 1], ...LAYERS), session()).over, "line");
  assert.equal(learntOf(network([9, 2], ...LAYERS), session({ spec: { model: { kind: "expression" } } })).over, null);
});

test("pictures are read, and the first layer's weights laid out as they are", () => {
  const graph = network([1, 64], node(1, null, "parameter", [64, 16], ["dense1"], "dense1.weight"), ...LAYERS.slice(1));
  const { filters, read } = learntOf(graph, session({ data: { classes: ["0", "1"], picture: [8, 8] } }));
  assert.deepEqual(filters, { node: 1, label: "dense1.weight", channels: 1, height: 8, width: 8, count: 16, columns: true });
  assert.equal(read, "seen");
});

test("time steps are told from layers", () => {
  const step = node(6, "tanh", "intermediate", [1, 3], ["rnn1", "t2"]);
  assert.equal(learntOf(network([1, 6, 1], step, ...LAYERS), session()).time, true);
  assert.equal(learntOf(network([9, 2], ...LAYERS), session()).time, false);
});

test("a filter is a column of a matrix, or a block of an array", () => {
  const numbers = Float64Array.from({ length: 8 }, (_, i) => i), shape = { node: 0, label: "", channels: 1, height: 2, width: 2, count: 2 };
  assert.deepEqual([...filterAt({ ...shape, columns: true }, numbers, 1, 0)], [1, 3, 5, 7]);
  assert.deepEqual([...filterAt({ ...shape, columns: false }, numbers, 1, 0)], [4, 5, 6, 7]);
});

test("the largest number, and by how much", () => {
  assert.deepEqual(largest([9, 1, 4, 3], 1, 3), [1, 1]);
  assert.deepEqual(largest([5, 5], 0, 2), [0, 0]);
});

test("points have room around them, even one alone", () => {
  assert.deepEqual(spanOf([[0], [1]], 0), [-0.09, 1.09]);
  assert.deepEqual(spanOf([[3]], 0), [2.82, 3.18]);
});
