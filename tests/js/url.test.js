import assert from "node:assert/strict";
import { test } from "node:test";
import * as store from "../../static/js/store.js";
import { readAddress, writeAddress } from "../../static/js/url.js";
import { squareTrace } from "./square.js";

test("an address says what to open and where", () => {
  assert.deepEqual(readAddress("?example=neuron&cursor=9&iteration=2&present=1"),
    { example: "neuron", session: undefined, twin: undefined, cursor: 9, iteration: 2, present: true, predict: false, follow: false, join: undefined, panels: null, view: "graph" });
});

test("a link may ask before it shows, follow whoever drives, or join by a code", () => {
  const { predict, follow, join } = readAddress("?session=abc&predict=1&follow=1&join=KTM4XB");
  assert.deepEqual([predict, follow, join], [true, true, "KTM4XB"]);
  store.predicting.value = true;
  assert.equal(readAddress(writeAddress()).predict, true);
  store.predicting.value = false;
  assert.equal(readAddress(writeAddress()).predict, false);
});

test("nonsense in an address is left out, not guessed at", () => {
  const { cursor, iteration, present } = readAddress("?cursor=-3&iteration=1e9&present=yes");
  assert.deepEqual([cursor, iteration, present], [undefined, undefined, false]);
});

test("a view is named in the address, and one that does not exist is the graph", () => {
  assert.equal(readAddress("?example=neuron&view=network").view, "network");
  assert.equal(readAddress("?example=neuron&view=moon").view, "graph");
});

test("a link may name the panels it shows, and keeps doing so", () => {
  assert.deepEqual(readAddress("?panels=stage,sentence,moon").panels, ["stage", "sentence"]);
  assert.equal(readAddress("?panels=moon").panels, null);
  store.panels.value = ["stage", "transport"];
  assert.deepEqual(readAddress(writeAddress()).panels, ["stage", "transport"]);
  store.panels.value = null;
});

test("a twin that stands beside the session is named in the address", () => {
  store.session.value = { id: "a_b-c" };
  store.twin.value = { of: "a_b-c", session: { id: "d-e_f" }, says: "" };
  store.trace.value = squareTrace();
  store.view.value = "compare";
  const { session, twin, view } = readAddress(writeAddress());
  assert.deepEqual([session, twin, view], ["a_b-c", "d-e_f", "compare"]);
  store.session.value = { id: "another" };
  assert.equal(readAddress(writeAddress()).twin, undefined, "it is nobody else's twin");
  store.twin.value = null;
});

test("what is written is read back: the same session, training step and cursor", () => {
  store.session.value = { id: "a_b-c" };
  store.trace.value = { ...squareTrace(), iteration: 4 };
  store.cursor.value = 5;
  store.view.value = "code";
  const { session, iteration, cursor, view } = readAddress(writeAddress());
  assert.deepEqual([session, iteration, cursor, view], ["a_b-c", 4, 5, "code"]);
});
