// What of a network has to change for its data.

import assert from "node:assert/strict";
import test from "node:test";
import { fitting } from "../../static/js/build/data/fitting.js";

const DENSE = [{ type: "dense", units: 8 }, { type: "tanh" }, { type: "dense", units: 2 }];
const model = (layers = DENSE, name = "softmax_cross_entropy") => ({ kind: "network", layers, loss: { name } });
const IRIS = { classes: ["setosa", "versicolor", "virginica"], shape: [4], outputs: [3] };
const CURVE = { classes: [], shape: [1], outputs: [1] };

test("a network that fits is left alone", () => {
  assert.equal(fitting(model(), { classes: ["0", "1"], shape: [2], outputs: [2] }), null);
  assert.equal(fitting(model(DENSE, "mse"), { classes: ["0", "1"], shape: [2], outputs: [2] }), null);
});

test("the last layer with units gets as many as there are classes", () => {
  const { says, model: made } = fitting(model(), IRIS);
  assert.equal(says, "dense2 gets 3 units");
  assert.deepEqual(made.layers.map(({ units }) => units), [8, undefined, 3]);
  assert.equal(DENSE[2].units, 2);
});

test("numbers are compared by another loss than classes", () => {
  const { says, model: made } = fitting(model(), CURVE);
  assert.equal(says, "dense2 gets 1 unit, the loss becomes mse");
  assert.deepEqual(made.loss, { name: "mse" });
  assert.equal(fitting(made, IRIS).model.loss.name, "softmax_cross_entropy");
});

test("pictures are flattened, and sequences read, before a dense layer", () => {
  assert.deepEqual(fitting(model(), { classes: ["0", "1"], shape: [1, 8, 8], outputs: [2] }).model.layers[0], { type: "flatten" });
  assert.deepEqual(fitting(model(), { classes: ["0", "1"], shape: [9, 1], outputs: [2] }).model.layers[0], { type: "gru", units: 16 });
  assert.equal(fitting(model([{ type: "lstm", units: 4 }, { type: "dense", units: 2 }]), { classes: ["0", "1"], shape: [9, 1], outputs: [2] }), null);
  assert.equal(fitting(model(), { classes: ["0", "1"], shape: [9, 3], outputs: [9, 2] }), null);
});
