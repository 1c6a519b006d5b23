import assert from "node:assert/strict";
import { test } from "node:test";
import * as store from "../../static/js/store.js";
import { linked, readAddress, readable, writeAddress } from "../../static/js/url.js";
import { squareTrace } from "./square.js";

test("an address says what to open and where", () => {
  assert.deepEqual(readAddress("?example=neuron&cursor=9&iteration=2&present=1"),
    { example: "neuron", session: undefined, twin: undefined, cursor: 9, iteration: 2, present: true, predict: false, follow: false, join: undefined, lesson: undefined, panels: null, view: "graph", groups: [], camera: undefined });
});

test("a link may ask before it shows, follow whoever drives, or join by a code", () => {
  const { predict, follow, join } = readAddress("?session=abc&predict=1&follow=1&join=KTM4XB");
  assert.deepEqual([predict, follow, join], [true, true, "KTM4XB"]);
  store.predicting.value = true;
  assert.equal(readAddress(writeAddress()).predict, true);
  store.predicting.value = false;
  assert.equal(readAddress(writeAddress()).predict, false);
});

test("a link may open a lesson at one of its stops, counted from 1", () => {
  assert.equal(readAddress("?example=neuron&lesson=3").lesson, 3);
  assert.equal(readAddress("?example=neuron&lesson=three").lesson, undefined);
  store.lesson.value = { id: "one", revision: 1, stops: [], at: 6, going: false };
  assert.equal(readAddress(writeAddress()).lesson, 7);
  store.lesson.value = null;
  assert.equal(readAddress(writeAddress()).lesson, undefined);
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

test("groups that were opened are named in the address, the part that is seen in a link alone", () => {
  const trace = squareTrace(), groups = [{ path: ["inner"] }, { path: ["inner", "most"] }];
  store.trace.value = { ...trace, graph: { ...trace.graph, groups } };
  store.closed.value = new Set(["inner/most"]);
  store.sight.value = () => ({ k: 1.23456, x: 321.0987, y: 45 });
  assert.deepEqual(readAddress(writeAddress()).groups, ["inner/most"]);
  const link = readable(linked()), { groups: named, camera } = readAddress(link);
  assert.ok(link.endsWith("&groups=inner/most&camera=1.2346,321.1,45"), link);
  assert.deepEqual([named, camera], [["inner/most"], { k: 1.2346, x: 321.1, y: 45 }]);
  store.view.value = "code";
  assert.equal(linked().has("camera"), false, "only the graph has a camera");
  store.view.value = "graph";
  store.closed.value = new Set();
  assert.equal(readable(linked()).includes("groups"), false);
});

test("names of groups have a bounded length, and a camera is three numbers or none", () => {
  const trace = squareTrace(), groups = Array.from({ length: 900 }, (_, k) => ({ path: [`group${k}`] }));
  store.trace.value = { ...trace, graph: { ...trace.graph, groups } };
  store.closed.value = new Set(groups.map(({ path }) => path[0]));
  const { groups: named } = readAddress(writeAddress());
  assert.ok(named.length > 300 && named.join().length <= 4000 && named.every((name) => store.closed.value.has(name)));
  assert.ok(readAddress(`?groups=${"x,".repeat(9000)}`).groups.length <= 2000);
  store.closed.value = new Set();
  for (const wrong of ["1,2", "NaN,1,2", "1e3,1,2", "-1,1,2", "1,2,3,4", "one,2,3"]) assert.equal(readAddress(`?camera=${wrong}`).camera, undefined);
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
