// What of a network has to change for its data.

import assert from "node:assert/strict";
import test from "node:test";
import { fitting } from "../../static/js/build/data/fitting.js";

const DENSE = [{ type: "dense", units: 8 }, { type: "tanh" }, { type: "dense", units: 2 }];
const model = (layers = DENSE, name = "softmax_cross_entropy") => ({ kind: "network", layers, loss: { name } });
const IRIS = { classes: ["setosa", "versicolor", "virginica"], shape: [4], outputs: [3], targets: [0, 1, 2] };
const CURVE = { classes: [], shape: [1], outputs: [1], targets: [[-0.5], [2]] };
const TWO = { classes: ["0", "1"], outputs: [2], targets: [0, 1] };

test("a network that fits is left alone", () => {
  assert.equal(fitting(model(), { ...TWO, shape: [2] }), null);
  assert.equal(fitting(model(DENSE, "mse"), { ...TWO, shape: [2] }), null);
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

test("numbers that can be probabilities go with the losses of classes", () => {
  const shares = { classes: [], shape: [2], outputs: [2], targets: [[0, 1], [0.25, 0.75]] };
  assert.equal(fitting(model(), shares), null);
  assert.equal(fitting(model(), { ...shares, targets: [[0, 1], [3, 0]] }).says, "the loss becomes mse");
  const yes = { ...shares, outputs: [1], targets: [[0], [1]] }, one = [{ type: "dense", units: 1 }];
  assert.equal(fitting(model(one, "bce_logits"), yes), null);
  assert.equal(fitting(model(one), yes).says, "the loss becomes mse");
});

test("pictures are flattened, and sequences read, before a dense layer", () => {
  assert.deepEqual(fitting(model(), { ...TWO, shape: [1, 8, 8] }).model.layers[0], { type: "flatten" });
  assert.deepEqual(fitting(model(), { ...TWO, shape: [9, 1] }).model.layers[0], { type: "gru", units: 16 });
  assert.equal(fitting(model([{ type: "lstm", units: 4 }, { type: "dense", units: 2 }]), { ...TWO, shape: [9, 1] }), null);
  assert.equal(fitting(model(), { ...TWO, shape: [9, 3], outputs: [9, 2] }), null);
});
