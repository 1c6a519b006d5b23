import assert from "node:assert/strict";
import { test } from "node:test";
import { jacobianAt } from "../../static/js/model/jacobian.js";

const at = (offset) => ({ offset, shape: [] });
const leaf = (id, label) => ({ id, label, op: null, wanted: true });
const graph = {
  nodes: [leaf(0, "x"), { ...leaf(1, "t"), wanted: false }, { id: 2, label: "u", op: "square", wanted: true }, { id: 3, label: "v", op: "exp", wanted: true }],
  outputs: [2, 3],
};
const traceOf = (...events) => ({ graph, events });
const cells = (trace, cursor) => jacobianAt(trace, cursor).rows.map((row) => row.cells.map((place) => place?.offset ?? null));

test("reverse mode fills a row with each pass", () => {
  const trace = traceOf(
    { kind: "seed", node: 2 }, { kind: "contribution", node: 2, into: 0, total: at(5) },
    { kind: "seed", node: 3 }, { kind: "contribution", node: 3, into: 0, total: at(7) },
  );
  assert.deepEqual(jacobianAt(trace, 0).columns, ["x"]);
  assert.deepEqual([0, 1, 2, 3, 4].map((cursor) => cells(trace, cursor)), [[[null], [null]], [[null], [null]], [[5], [null]], [[5], [null]], [[5], [7]]]);
});

test("forward mode fills a column with each pass", () => {
  const trace = traceOf({ kind: "tangent", node: 0 }, { kind: "slope", node: 2, into: 0, total: at(5) }, { kind: "slope", node: 3, into: 0, total: at(7) });
  assert.deepEqual([1, 2, 3].map((cursor) => cells(trace, cursor)), [[[null], [null]], [[5], [null]], [[5], [7]]]);
});

test("a slope of which an entry is missing is not there yet", () => {
  assert.deepEqual(cells(traceOf({ kind: "slope", node: 2, into: 0, total: null }), 1), [[null], [null]]);
});
