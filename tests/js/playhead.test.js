import assert from "node:assert/strict";
import { test } from "node:test";
import { epochAfter, epochBefore, frameAt, sameOperation, stopAfter, stopBefore, stops } from "../../static/js/model/playhead.js";
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

/** One pass of forward mode over y = x·x, then the gradient. */
function forwardTrace() {
  const pass = { phase: "backward", direction: 0, leaf: 0, entry: [] };
  const made = squareTrace();
  made.events = [
    { ...made.events[1], index: 0 },
    { ...pass, kind: "tangent", index: 1, operation: 2, layer: 2, node: 0, value: at(2) },
    { ...pass, kind: "tangent", index: 2, operation: 3, layer: 2, node: 1, value: at(4) },
    { ...pass, kind: "slope", index: 3, operation: 4, layer: 2, node: 1, into: 0, value: at(4), total: at(4) },
  ];
  return made;
}
const at = (offset) => ({ offset, shape: [] });

test("while a pass of forward mode goes on, cards show tangents in the gradient's place", () => {
  const made = forwardTrace();
  assert.deepEqual([...frameAt(made, 2).tangents], [0]);
  assert.deepEqual(frameAt(made, 3).gradients.map(number), [1, 6]);
  assert.deepEqual([...frameAt(made, 3).tangents], [0, 1]);
});

test("a tangent moves forward, over the edges from what moves", () => {
  const { live } = frameAt(forwardTrace(), 3);
  assert.equal(live.reverse, false);
  assert.deepEqual([...live.edges], ["1:0", "1:1"]);
});

test("at the end of its last pass a leaf has its gradient, and no tangent", () => {
  const frame = frameAt(forwardTrace(), 4);
  assert.equal(number(frame.gradients[0]), 6);
  assert.deepEqual([...frame.tangents], [1]);
});

test("the next pass begins without the tangents of the one before", () => {
  const made = forwardTrace();
  made.events = [...made.events, { ...made.events[1], index: 4, direction: 1 }];
  assert.deepEqual(frameAt(made, 5).gradients.map(number), [1, null]);
});

test("a gradient of which an entry is missing is not shown", () => {
  const made = forwardTrace();
  made.events[3].total = null;
  assert.equal(frameAt(made, 4).tangents.has(0), true);
});

test("a second output's pass begins with no gradients and no edges that carried", () => {
  const twice = squareTrace();
  twice.events = [...twice.events.slice(0, 6), { ...twice.events[3], index: 6 }];
  const frame = frameAt(twice, 7);
  assert.deepEqual(frame.gradients.map(number), [null, 1]);
  assert.ok([...frame.edges.values()].every((edge) => edge.contribution === null));
});

test("an epoch of five training steps ends with its last, and from its end the next one does", () => {
  const length = 40;
  const after = (iteration, cursor) => epochAfter(5, { iteration, cursor }, length);
  assert.deepEqual([after(0, 0), after(3, 7), after(4, 39), after(4, 40), after(5, 0)], [4, 4, 4, 9, 9]);
});

test("going back, an epoch that is under way is left by its beginning, and from there the one before it", () => {
  const before = (iteration, cursor) => epochBefore(5, { iteration, cursor });
  assert.deepEqual([before(0, 0), before(4, 1), before(5, 0), before(5, 1), before(12, 3)], [0, 0, 0, 5, 10]);
});
