import assert from "node:assert/strict";
import { test } from "node:test";
import { namesIn, namesOf, piecesOf, rowsOf } from "../../static/js/model/listing.js";
import { squareTrace } from "./square.js";

const trace = squareTrace();
/** @type {Map<number, any>} */
const said = new Map(trace.events.map(({ index, kind }) => [index, { event: index, code: kind === "forward" ? [`v${index} = x * x`] : [] }]));

test("only events that say something in code have a row", () => {
  const rows = rowsOf(trace, said, new Map([[0, ["x.grad"]]]), 0, 100);
  assert.deepEqual(rows.map(({ event }) => event), trace.events.filter(({ index, kind }) => index === 0 || kind === "forward").map(({ index }) => index));
});

test("a name is what the line of its event computes; a leaf is called by its label", () => {
  const names = namesOf(trace, said);
  const first = trace.events.find(({ kind }) => kind === "forward");
  assert.deepEqual(names.get(`v${first?.index}`), { node: /** @type {any} */ (first).node, which: "value" });
  assert.equal(names.get("x")?.which, "value");
});

test("a line is cut at its names and nothing of it is lost", () => {
  const names = new Map([["x", { node: 0, which: /** @type {const} */ ("value") }]]);
  const line = "v1 = np.exp(x) * x.T";
  assert.equal(piecesOf(line, names).map(({ text }) => text).join(""), line);
  assert.deepEqual(namesIn([line], names), ["x"]);
  assert.equal(piecesOf(line, names).filter(({ name }) => name === "x").length, 2);
});
