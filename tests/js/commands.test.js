import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as store from "../../static/js/store.js";
import { COMMANDS, available, command, commandFor, perform } from "../../static/js/ui/commands.js";
import { squareTrace } from "./square.js";

function show(cursor, grain = "operation") {
  store.trace.value = squareTrace();
  store.cursor.value = cursor;
  store.grain.value = grain;
}

afterEach(() => {
  store.trace.value = null;
  store.cursor.value = 0;
  store.touring.value = false;
  store.playing.value = false;
});

test("no two commands share an id or a key", () => {
  for (const all of [COMMANDS.map(({ id }) => id), COMMANDS.flatMap(({ keys }) => keys)]) {
    assert.equal(new Set(all).size, all.length);
  }
});

test("every command can be found by its keys, and says what it does", () => {
  for (const each of COMMANDS) {
    assert.ok(each.label.length > 3 && each.keys.length > 0, each.id);
    for (const key of each.keys) assert.equal(commandFor(key), each);
  }
  assert.throws(() => command("fly"), /fly/);
});

test("a presentation clicker's keys step", () => {
  assert.equal(commandFor("PageDown")?.id, "forward");
  assert.equal(commandFor("PageUp")?.id, "back");
});

test("a clicker that starts, darkens and ends a slide show presents, darkens and stops presenting here", () => {
  store.present.value = false;
  perform(commandFor("F5"));
  assert.equal(store.present.value, true);
  show(3);
  perform(commandFor("."));
  perform(commandFor("PageDown"));
  assert.equal(store.cursor.value, 3, "the first key only brings the screen back");
  perform(commandFor("PageDown"));
  assert.ok(store.cursor.value > 3);
  perform(commandFor("Escape"));
  assert.equal(store.present.value, false);
});

test("a link that hides the bar at the top takes its commands away too", () => {
  store.panels.value = ["stage", "transport"];
  perform(command("gallery"));
  assert.equal(store.dialog.value, null);
  assert.equal(available(command("help")), true);
  store.panels.value = null;
});

test("a step has the chosen size", () => {
  show(4, "operation");
  perform(command("forward"));
  assert.equal(store.cursor.value, 6);
  show(4, "event");
  perform(command("forward"));
  assert.equal(store.cursor.value, 5);
  show(6, "phase");
  perform(command("back"));
  assert.equal(store.cursor.value, 2);
});

test("start and end are the ends of this training step", () => {
  show(3);
  perform(command("end"));
  assert.equal(store.cursor.value, 7);
  perform(command("start"));
  assert.equal(store.cursor.value, 0);
});

test("what cannot be done is not done", () => {
  show(0);
  assert.equal(command("back").enabled(), false);
  perform(command("back"));
  assert.equal(store.cursor.value, 0);
  store.trace.value = null;
  assert.equal(command("play").enabled(), false);
});

test("only a model with an optimizer goes on past its end", () => {
  show(7);
  assert.equal(command("forward").enabled(), true);
  const still = squareTrace();
  store.trace.value = { ...still, events: still.events.slice(0, 6), length: 6 };
  store.cursor.value = 6;
  assert.equal(command("forward").enabled(), false);
});

test("the first key ends the page's own walk, and Space then pauses instead of playing on", () => {
  show(2);
  store.touring.value = store.playing.value = true;
  perform(command("play"));
  assert.deepEqual([store.touring.value, store.playing.value, store.cursor.value], [false, false, 2]);
  store.touring.value = store.playing.value = true;
  perform(command("forward"));
  assert.deepEqual([store.touring.value, store.playing.value, store.cursor.value], [false, false, 3]);
});

test("play at the end of a model that does not train begins again", () => {
  const still = squareTrace();
  store.trace.value = { ...still, events: still.events.slice(0, 6), length: 6 };
  store.cursor.value = 6;
  perform(command("play"));
  assert.deepEqual([store.cursor.value, store.playing.value], [0, true]);
});

/** A lesson of two stops, at one of them. */
function teach(at) {
  const stop = { iteration: 0, view: "graph", text: [], nodes: [], entry: null, missing: null, holds: true };
  store.lesson.value = { id: "one", revision: 1, stops: [{ ...stop, cursor: 2 }, { ...stop, cursor: 5 }], at, going: false };
}

test("in a guided lesson the step keys lead from stop to stop and not beyond, and Escape ends it before the presentation", () => {
  show(2);
  teach(0);
  assert.deepEqual(["back", "forward", "return-to-lesson"].map((id) => command(id).enabled()), [false, true, false]);
  store.cursor.value = 5;
  teach(1);
  assert.deepEqual(["back", "forward", "return-to-lesson"].map((id) => command(id).enabled()), [true, false, false]);
  // Beside the lesson either key leads back to it.
  store.cursor.value = 3;
  assert.deepEqual(["back", "forward", "return-to-lesson"].map((id) => command(id).enabled()), [true, true, true]);
  store.present.value = true;
  perform(commandFor("Escape"));
  assert.deepEqual([store.lesson.value, store.present.value, store.cursor.value], [null, true, 3]);
  perform(commandFor("Escape"));
  assert.equal(store.present.value, false);
});

test("only an example with a guided lesson offers one", () => {
  show(2);
  store.session.value = { id: "one", example: "square" };
  store.examples.value = [{ id: "square", stops: 8 }, { id: "chain", stops: 0 }];
  assert.equal(command("lesson").enabled(), true);
  store.session.value = { id: "one", example: "chain" };
  assert.equal(command("lesson").enabled(), false);
  store.session.value = store.examples.value = null;
});
