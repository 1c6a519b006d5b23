import assert from "node:assert/strict";
import { test } from "node:test";
import { askedFor, asksTotal, hiddenBy, ingredients, placeAsked, withHoles, withoutNumber } from "../../static/js/model/question.js";
import { squareTrace } from "./square.js";

const name = (id) => `n${id}`;

test("the number an event writes is hidden, what was read for it is not", () => {
  const trace = squareTrace();
  for (const event of trace.events.filter((each) => "value" in each && each.kind === "forward")) {
    const hidden = hiddenBy(trace, event);
    assert.equal(hidden(event.value.offset), true, `event ${event.index}`);
    for (const input of trace.graph.nodes[event.node].inputs) assert.equal(hidden(trace.schedule.values[input].offset), false);
  }
});

test("a gradient that is handed on unchanged is known: only its new place is asked for", () => {
  const trace = squareTrace(), ref = { offset: 900, shape: [] };
  const event = { index: 99, kind: "contribution", node: 0, slot: 0, into: 0, upstream: ref, local: 1, value: ref, total: ref };
  assert.equal(hiddenBy(trace, event)(900), false);
  const rows = [{ says: "upstream", ref }, { says: "local", ref: null }, { says: "sent back", ref }];
  assert.deepEqual(ingredients(rows, ref, hiddenBy(trace, event)).map(({ says }) => says), ["upstream", "local"]);
});

test("a line of numbers has a hole where it begins, and where it would give the number away", () => {
  const holes = withHoles("\\num{7} = \\num{3} \\cdot \\num{9}", (k) => k === 9);
  assert.equal(holes.match(/hole/g).length, 2);
  assert.ok(holes.includes("= \\num{3} \\cdot"));
  assert.ok(withoutNumber("\\frac{\\partial L}{\\partial L} = 1").endsWith("}}"));
  assert.equal(withoutNumber("a = b + c"), "a = b + c");
});

test("of several paths the whole is asked for, of one what it brings", () => {
  const one = { kind: "contribution", node: 2, slot: 1, into: 0, value: { offset: 5, shape: [] }, total: { offset: 5, shape: [] } };
  assert.equal(asksTotal(one), false);
  assert.equal(askedFor(one, name, "product"), "what the product sends back to n0");
  const two = { ...one, total: { offset: 6, shape: [] } };
  assert.match(askedFor(two, name, "product"), /^the whole gradient of n0/);
  assert.deepEqual(placeAsked(two), { node: 0, which: "gradient", edge: "2:1" });
});

test("an update asks for the new number, its slots for theirs", () => {
  assert.equal(askedFor({ kind: "assign", param: 1, target: "parameter" }, name, ""), "n1 after its update");
  assert.equal(askedFor({ kind: "assign", param: 1, target: "velocity" }, name, ""), "velocity of n1");
});
