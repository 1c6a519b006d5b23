import assert from "node:assert/strict";
import { test } from "node:test";
import { variantsOf } from "../../static/js/model/variants.js";

const option = (name, fallback) => ({ name, default: fallback });
const catalogue = {
  layers: [{ type: "dense", options: [option("units", null), option("initializer", "xavier_uniform")] }, { type: "relu", options: [] }, { type: "tanh", options: [] }, { type: "dropout", options: [option("p", 0.5)] }],
  ops: [{ name: "relu", family: "elementwise", inputs: ["x"] }, { name: "tanh", family: "elementwise", inputs: ["x"] }, { name: "exp", family: "elementwise", inputs: ["x"] }, { name: "mul", family: "elementwise", inputs: ["a", "b"] }],
  initializers: [{ name: "xavier_uniform" }, { name: "he_normal" }],
  optimizers: [{ name: "sgd" }, { name: "adam" }],
};
const network = {
  model: { kind: "network", layers: [{ type: "dense", units: 3 }, { type: "relu", name: "first" }, { type: "dropout", p: 0.1 }, { type: "dense", units: 1 }] },
  optimizer: { name: "sgd", learning_rate: 0.5, momentum: 0.9, clip: { norm: 1 } }, seed: 1,
};
const of = (spec, id) => variantsOf(spec, catalogue).find((variant) => variant.id === id);

test("a network may have another initialiser in every layer that has one", () => {
  const { now, choices, change } = of(network, "initializer");
  assert.deepEqual([now, choices], [["xavier_uniform"], ["he_normal"]]);
  assert.deepEqual(change("he_normal").model.layers.map((layer) => layer.initializer), ["he_normal", undefined, undefined, "he_normal"]);
});

test("another activation stands where the first one stood, under its name", () => {
  const { now, choices, change } = of(network, "activation");
  assert.deepEqual([now, choices], [["relu"], ["tanh"]]);
  assert.deepEqual(change("tanh").model.layers[1], { name: "first", type: "tanh" });
  assert.deepEqual(network.model.layers[1], { type: "relu", name: "first" });
});

test("another optimizer has the same learning rate and clipping, and settings of its own", () => {
  assert.deepEqual(of(network, "optimizer").change("adam").optimizer, { name: "adam", learning_rate: 0.5, clip: { norm: 1 } });
});

test("of an expression only what it has can be changed: the functions it calls, and its optimizer", () => {
  const spec = { model: { kind: "expression", source: "a = relu(w*x)\nrelu_of = tanh(a) + exp(a)", values: {} }, optimizer: { learning_rate: 1 } };
  assert.deepEqual(variantsOf(spec, catalogue).map(({ id }) => id), ["activation", "optimizer"]);
  assert.equal(of(spec, "activation").change("tanh").model.source, "a = tanh(w*x)\nrelu_of = tanh(a) + exp(a)");
  assert.deepEqual(variantsOf({ model: { kind: "expression", source: "L = w*x", values: {} } }, catalogue), []);
});
