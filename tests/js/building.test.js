// What the builder does to specs, where a value of a JSON text stands, and what is known of it: all of it without a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { folded } from "../../static/js/build/picture.js";
import { lineOf, placeOf, placesIn, pointerAt } from "../../static/js/build/pointer.js";
import { helpAt } from "../../static/js/build/schema.js";
import { freeNames, fresh, layerNames, moved, renamed, retyped, valueTyped, valuesFor } from "../../static/js/build/spec.js";

test("an expression's free names are those it reads and does not make, in the order they come", () => {
  assert.deepEqual(freeNames("z = w*x + b\na = sigmoid(z)\nL = 0.5*(a - y)**2"), ["w", "x", "b", "y"]);
  assert.deepEqual(freeNames("e = exp(z2)\np = e / sum(e, axis=1, keepdims=True)"), ["z2"]);
  assert.deepEqual(freeNames("einsum(A, b, subscripts='ij,j->i')"), ["A", "b"]);
  assert.deepEqual(freeNames("2e3*x + 1.5e-2*q_1 # and a remark"), ["x", "q_1"]);
  assert.deepEqual(freeNames("L = "), []);
  assert.deepEqual(freeNames("a == b"), ["a", "b"]);
});

test("a name that comes back has the value that was typed for it", () => {
  const earlier = new Map([["q", 7]]);
  assert.deepEqual(valuesFor("w*q + x", { w: 3, b: 1 }, earlier), { w: 3, q: 7, x: 1 });
});

test("layers are named by type and place among their type, unless they have a name", () => {
  assert.deepEqual(layerNames([{ type: "dense" }, { type: "relu" }, { type: "dense", name: "out" }, { type: "dense" }]), ["dense1", "relu1", "out", "dense3"]);
});

test("a layer is moved past others", () => {
  assert.deepEqual(moved(["a", "b", "c", "d"], 1, 3), ["a", "c", "d", "b"]);
  assert.deepEqual(moved(["a", "b", "c", "d"], 3, 0), ["d", "a", "b", "c"]);
});

test("a new layer has what must be said, within its bounds, and a shape that holds what comes in", () => {
  const units = { name: "units", kind: "integer", default: null, low: 1, high: 4 }, shape = { name: "shape", kind: "shape", default: null };
  assert.deepEqual(fresh("dense", [units, { name: "initializer", kind: "initializer", default: "he_normal" }], [3, 2]), { type: "dense", units: 4 });
  assert.deepEqual(fresh("reshape", [shape], [16, 64]), { type: "reshape", shape: [1, 8, 8] });
  assert.deepEqual(fresh("reshape", [shape], [16, 6]), { type: "reshape", shape: [6, 1] });
});

test("another kind in a layer's place keeps its name and the options both have", () => {
  const options = [{ name: "units", kind: "integer" }, { name: "forget_bias", kind: "number", default: 1 }];
  assert.deepEqual(retyped({ type: "rnn", name: "memory", units: 5, activation: "relu" }, { type: "lstm", units: 8 }, options), { type: "lstm", units: 5, name: "memory" });
});

test("a renamed layer is spoken of by its new name everywhere in the spec, and nothing else changes", () => {
  const spec = {
    model: { kind: "network", layers: [{ type: "dense", units: 1 }, { type: "relu" }], loss: { name: "mse" }, parameters: { "dense1.weight": [[1]], "dense10.weight": [[2]] } },
    freeze: ["dense1", "dense1.bias", "relu1"], backward: { checkpoint: ["dense1"] }, seed: 3,
  };
  const next = renamed(spec, 0, "first");
  assert.deepEqual(next.model.layers[0], { type: "dense", units: 1, name: "first" });
  assert.deepEqual(Object.keys(next.model.parameters), ["first.weight", "dense10.weight"]);
  assert.deepEqual([next.freeze, next.backward.checkpoint, next.seed], [["first", "first.bias", "relu1"], ["first"], 3]);
  assert.deepEqual(renamed(next, 0, undefined), spec);
});

test("what is typed for a value is a number, rows of numbers, or else the text itself", () => {
  assert.deepEqual(["−2", "[[1, 2]]", "two", "1."].map(valueTyped), [-2, [[1, 2]], "two", "1."]);
});

const TEXT = '{\n  "model": {"layers": [{"type": "dense"}, 7]},\n  "a/b": "x, {y}"\n}';

test("every value of a JSON text has its pointer and its place", () => {
  const found = Object.fromEntries(placesIn(TEXT).map(({ pointer, from, to }) => [pointer, TEXT.slice(from, to)]));
  assert.deepEqual(found, {
    "": TEXT, "/model": '{"layers": [{"type": "dense"}, 7]}', "/model/layers": '[{"type": "dense"}, 7]', "/model/layers/0": '{"type": "dense"}',
    "/model/layers/0/type": '"dense"', "/model/layers/1": "7", "/a~1b": '"x, {y}"',
  });
});

test("a place in the text leads to the innermost value, a pointer to its text, or to what is around it", () => {
  assert.equal(pointerAt(TEXT, TEXT.indexOf("dense")), "/model/layers/0/type");
  assert.equal(pointerAt(TEXT, TEXT.indexOf('"layers"')), "/model");
  assert.equal(placeOf(TEXT, "/model/layers/0/units")?.pointer, "/model/layers/0");
  assert.deepEqual(lineOf(TEXT, TEXT.indexOf('"a/b"')), [3, 3]);
});

test("of a text that is no JSON, what stands before the fault is found", () => {
  assert.deepEqual(placesIn('{"a": 1, "b": }').map(({ pointer }) => pointer), ["", "/a", "/b"]);
  assert.equal(pointerAt("", 0), "");
});

const SCHEMAS = {
  SpecRequest: { properties: { model: { oneOf: [{}], discriminator: { mapping: { network: "#/x/NetworkRequest" } } }, seed: { type: "integer", default: 0, ge: 0, lt: 9 } }, required: ["model"], description: "Everything." },
  NetworkRequest: { title: "NetworkRequest", properties: { kind: { const: "network" }, layers: { type: "array", items: { $ref: "#/x/LayerRequest" } }, clip: { anyOf: [{ $ref: "#/x/ClipRequest" }, { type: "null" }] } }, required: ["kind"] },
  LayerRequest: { title: "LayerRequest", properties: { type: { type: "string" } }, description: "One layer." },
  ClipRequest: { title: "ClipRequest", properties: { norm: { anyOf: [{ type: "number", gt: 0, le: 5 }, { type: "null" }] } }, description: "A bound." },
};
const SPEC = { model: { kind: "network", layers: [{ type: "dense", units: 2 }], clip: { norm: 1 } } };

test("a pointer leads to the words of its schema, and to its field", () => {
  const help = helpAt(SCHEMAS, SPEC, "/model/clip/norm");
  assert.deepEqual([help.title, help.doc, help.here], ["clip", "A bound.", "norm"]);
  assert.deepEqual(help.fields, [{ name: "norm", kind: "number above 0 to 5", usual: "", doc: "", needed: false }]);
  const all = helpAt(SCHEMAS, SPEC, "");
  assert.deepEqual(all.fields.map(({ name, kind, usual, needed }) => [name, kind, usual, needed]), [["model", "object", "", true], ["seed", "integer from 0", "0", false]]);
});

test("a layer's own options come from elsewhere, by its value", () => {
  const units = { name: "units", kind: "integer", usual: "", doc: "How many outputs.", needed: true };
  const help = helpAt(SCHEMAS, SPEC, "/model/layers/0/units", (schema, value) => (schema === "LayerRequest" && value.type === "dense" ? [units] : []));
  assert.deepEqual([help.title, help.here, help.fields.at(-1)], ["layer", "units", units]);
});

/** @param {number} count @param {string} kind */
function row(count, kind) {
  const boxes = new Map(Array.from({ length: count }, (_, k) => [k, { key: k, kind, path: [], x: 14 + 110 * k, y: 14, width: 74, height: 46, titleHeight: 0, rank: k }]));
  const routes = Array.from({ length: count - 1 }, (_, k) => ({ source: k, target: k + 1, points: [], segments: [], path: `M${k}`, edges: [] }));
  return /** @type {any} */ ({ boxes, routes, edges: [], width: 110 * count + 28, height: 74 });
}

test("a long picture is folded into rows as even as columns allow, and no box lies on another", () => {
  const { boxes, lines, width, height } = folded(row(20, "node"), 1000);
  const placed = [...boxes.values()], rows = [...new Set(placed.map(({ y }) => y))];
  assert.deepEqual(rows.map((row) => placed.filter(({ y }) => y === row).length), [6, 5, 5, 4]);
  assert.equal(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size, 20);
  assert.ok(placed.every((box) => box.x + box.width < width && box.y + box.height < height) && width > height && width < 1000);
  assert.equal(lines.length, 19);
});

test("a short picture stays as it was laid out, and so does one with an open frame", () => {
  assert.deepEqual(folded(row(5, "node"), 1000).lines, ["M0", "M1", "M2", "M3"]);
  assert.equal(folded(row(20, "open"), 1000).height, 74);
});
