import assert from "node:assert/strict";
import { test } from "node:test";
import { frameAt, sameOperation, stopAfter, stopBefore, stops } from "../../static/js/model/playhead.js";
import { scalarAt } from "../../static/js/model/trace.js";
import { squareTrace } from "./square.js";

const trace = squareTrace();
const number = (ref) => (ref ? scalarAt(trace, ref) : null);
const shown = (cursor) => {
  const { values, gradients } = frameAt(trace, cursor);
  return { values: values.map(number), gradients: gradients.map(number) };
};

test("at cursor 0 the leaves are known and nothing else is", () => {
  assert.deepEqual(shown(0), { values: [3, null], gradients: [null, null] });
});

test("a gradient is absent, not zero, until an event delivers it", () => {
  assert.deepEqual(shown(3).gradients, [null, null]);
  assert.deepEqual(shown(4).gradients, [null, 1]);
});

test("both slots of x·x contribute, and the card shows the total so far", () => {
  assert.equal(shown(5).gradients[0], 3);
  assert.equal(shown(6).gradients[0], 6);
  assert.deepEqual([...frameAt(trace, 6).edges.keys()], ["1:0", "1:1"]);
});

test("after its update a parameter shows the new value, and only then", () => {
  assert.equal(shown(6).values[0], 3);
  assert.equal(shown(7).values[0], 0);
  assert.deepEqual(frameAt(trace, 7).assigned, [true, false]);
});

test("a running statistic shows what it has become, and its operation is lit", () => {
  const kept = squareTrace();
  kept.events = [{ ...kept.events[1], kind: "statistics", node: 1, target: 0, value: kept.events[6].value }];
  assert.equal(number(frameAt(kept, 0).values[0]), 3);
  assert.equal(number(frameAt(kept, 1).values[0]), 0);
  assert.deepEqual([...frameAt(kept, 1).live.nodes], [1, 0]);
});

test("clearing the gradients takes them off the cards", () => {
  const late = squareTrace();
  late.events = [...late.events.slice(3, 6), late.events[2]];
  assert.equal(frameAt(late, 4).gradients[0], null);
});

test("seeking shows what playing shows", () => {
  for (let cursor = 0; cursor <= trace.length; cursor++) {
    for (let k = 0; k <= cursor; k++) frameAt(trace, k);
    assert.deepEqual(frameAt(trace, cursor), frameAt(squareTrace(), cursor));
  }
});

test("an event of an unknown kind is refused, not passed over", () => {
  const strange = squareTrace();
  strange.events = [{ ...strange.events[0], kind: "surprise" }];
  assert.throws(() => frameAt(strange, 1), /surprise/);
});

test("every grain stops where its last event ends", () => {
  assert.deepEqual(stops(trace, "event"), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(stops(trace, "operation"), [0, 1, 2, 3, 4, 6, 7]);
  assert.deepEqual(stops(trace, "layer"), [0, 1, 2, 6, 7]);
  assert.deepEqual(stops(trace, "phase"), [0, 1, 2, 6, 7]);
  assert.deepEqual(stops(trace, "iteration"), [0, 7]);
});

test("a step from between two stops goes to the nearest in its direction, and past the ends there is none", () => {
  const ends = stops(trace, "operation");
  assert.equal(stopAfter(ends, 5), 6);
  assert.equal(stopBefore(ends, 5), 4);
  assert.equal(stopAfter(ends, 7), null);
  assert.equal(stopBefore(ends, 0), null);
});

test("what is lit is the operation the cursor stands in, as far as it has happened", () => {
  assert.deepEqual([...frameAt(trace, 5).live.edges], ["1:0"]);
  assert.deepEqual([...frameAt(trace, 6).live.edges], ["1:0", "1:1"]);
  assert.equal(frameAt(trace, 6).live.tone, "backward");
  assert.equal(frameAt(trace, 0).live.nodes.size, 0);
  assert.deepEqual(sameOperation(trace, 6).map((event) => event.index), [4, 5]);
});
