// What a person, or the clock, can do. The only writer of the root signals.

import { batch } from "../vendor/vendor.js";
import * as api from "./api.js";
import { closedAs, toggled } from "./model/groups.js";
import { epochAfter, epochBefore, stopAfter, stopBefore } from "./model/playhead.js";
import { refsOf } from "./model/trace.js";
import { openRecordings } from "./recordings.js";
import * as store from "./store.js";
import * as words from "./words.js";

/** Of a large recording, the numbers of so many events before and after the cursor are asked for ahead. */
const BEHIND = 8, AHEAD = 24;
/** @typedef {ReturnType<typeof openRecordings>} Recordings */
/** @type {Recordings | null} */
let recordings = null;
/** Counts openings, so that a slow answer for an earlier one is dropped. */
let opening = 0;
/** What is told when numbers come late, or not at all. */
const HEARERS = { arrived: () => void store.arrivals.value++, failed: fail };

/** Where the page stands, and what of it is seen. @typedef {{iteration?: number, cursor?: number, groups?: string[], camera?: import("./types").Sight}} Place */

/** @param {() => Promise<import("./types").Session>} find @param {Place} [place] */
export async function open(find, place = {}) {
  const mine = ++opening, dialog = store.dialog.peek();
  store.loading.value = true;
  try {
    const session = await find();
    const opened = openRecordings(session.id, HEARERS, session.stretches);
    const trace = await opened.at(place.iteration ?? session.iteration);
    if (mine !== opening) return;
    batch(() => {
      enter(session, opened, trace, place);
      if (store.dialog.peek() === dialog) store.dialog.value = null; // one that was opened meanwhile stays
    });
  } catch (error) {
    if (mine === opening) fail(error);
  } finally {
    if (mine === opening) store.loading.value = false;
  }
}

/** @param {import("./types").Session} session @param {Recordings} opened @param {import("./types").Trace} trace @param {Place} place */
function enter(session, opened, trace, { cursor = session.cursor, groups = [], camera }) {
  recordings = opened;
  batch(() => {
    words.forget(opened.stretchOf(trace.iteration));
    store.session.value = session;
    store.run.value = null;
    store.selection.value = null;
    store.closed.value = closedAs(trace.graph, groups);
    store.cameraWish.value = camera ? { do: "see", sight: camera } : null;
    store.notice.value = null;
    if (!/** @type {{batch?: number | null} | undefined} */ (session.spec.data)?.batch || session.data?.sample == null) store.batches.value = null;
    store.changing.value = false;
    store.row.value = 0;
    show(trace, cursor);
  });
}

/** The session was changed: its numbers are asked for anew, and the page stands where the service says. @param {import("./types").Session} session */
export async function renew(session) {
  const before = store.session.peek(), known = recordings;
  if (!known || !before || store.loading.peek()) return;
  const mine = ++opening;
  known.renew(session.stretches);
  const trace = await known.at(session.iteration);
  if (mine !== opening) return;
  batch(() => {
    words.forget(known.stretchOf(session.iteration));
    store.session.value = { ...session, example: before.example, title: before.title, summary: before.summary };
    store.changing.value = false;
    store.entryExplanation.value = null;
    show(trace, session.cursor);
  });
}

/** What holds at the training step that was reported may differ from what held before. @param {import("./types").Session} told */
export function hear({ id, revision, iteration, data, optimizer, fault }) {
  const known = store.session.peek();
  if (known?.id !== id || known.revision !== revision || store.iteration.peek() !== iteration) return;
  if (JSON.stringify([data, optimizer, fault]) !== JSON.stringify([known.data, known.optimizer, known.fault])) store.session.value = { ...known, data, optimizer, fault };
}

/** @param {import("./types").Trace} trace @param {number} cursor */
function show(trace, cursor) {
  const place = Math.max(0, Math.min(trace.length, cursor));
  batch(() => {
    words.enterStretch(recordings?.stretchOf(trace.iteration) ?? 0);
    if (store.notice.peek()?.kind === "changed") store.notice.value = null;
    store.revealed.value = null;
    store.trace.value = trace;
    store.cursor.value = place;
  });
  trace.numbers.prefetch(trace.events.slice(Math.max(0, place - BEHIND), place + AHEAD).flatMap(refsOf));
  for (const event of [place - 1, place + AHEAD]) words.loadExplanations(event, trace.length).catch(fail);
}

/** @param {unknown} error */
export function fail(error) {
  if (!(error instanceof api.ApiError)) throw error;
  const kind = error.status === 0 ? "lost" : error.status === 404 || error.status === 410 ? "unknown" : "problem";
  store.notice.value = { kind, text: error.message };
  store.playing.value = false;
}

/** Why the service refused, as a sentence; what is no refusal is told where everything lost is. @param {unknown} error @returns {string} */
export function refusal(error) {
  if (!(error instanceof api.ApiError) || [0, 404, 410].includes(error.status)) {
    fail(error);
    return "";
  }
  return sentence(error.message);
}

/** The service's words as a sentence. @param {string} text */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.?$/, ".");
/** Nobody answered when a part of the page was fetched. */
export const lost = () => fail(new api.ApiError(0, "The server does not answer."));

/** @param {number} cursor */
export function seek(cursor) {
  store.following.value = false;
  if (store.trace.value) show(store.trace.value, cursor);
}

const standing = () => ({ iteration: store.iteration.value, cursor: store.cursor.value });

/** One step of the chosen grain; past the end lies the next training step. While predicting, a number's question comes before it. */
export async function forward() {
  if (store.predicting.value && store.asked.value === null && askNext()) return;
  if (store.epoch.value > 1 && store.grain.value === "epoch") return goTo(epochAfter(store.epoch.value, standing(), store.length.value), Infinity);
  const next = stopAfter(store.ends.value, store.cursor.value);
  if (next !== null) return reveal(next);
  if (store.trains.value) await goTo(store.iteration.value + 1, 0);
}

/** Whether the next number is asked for now. */
function askNext() {
  store.revealed.value = null;
  return store.asked.value !== null;
}

/** @param {number} cursor */
function reveal(cursor) {
  batch(() => {
    seek(cursor);
    store.revealed.value = store.predicting.value ? store.place.value : null;
  });
}

/** One step back; before the start lies the end of the training step before. */
export async function back() {
  if (store.asked.value !== null && store.cursor.value > 0) return void (store.revealed.value = store.place.value);
  if (store.epoch.value > 1 && store.grain.value === "epoch") return goTo(epochBefore(store.epoch.value, standing()), 0);
  const previous = stopBefore(store.ends.value, store.cursor.value);
  if (previous !== null) return seek(previous);
  if (store.iteration.value > 0) await goTo(store.iteration.value - 1, Infinity);
}

/** @param {number} iteration @param {number} cursor */
export function goTo(iteration, cursor) {
  store.following.value = false;
  return stand(iteration, cursor);
}

/** Without taking over from whoever drives. @param {number} iteration @param {number} cursor */
export async function stand(iteration, cursor) {
  const mine = opening;
  try {
    const trace = await recordings?.at(iteration);
    if (trace && mine === opening) show(trace, cursor);
  } catch (error) {
    fail(error);
  }
}

/** A training step, without going there. @param {number} iteration */
export const traceAt = async (iteration) => recordings?.at(iteration);

/** The next training step, fetched before it is needed. */
export function prefetch() {
  if (store.trains.value) recordings?.at(store.iteration.value + 1).catch(() => {});
}

/** @param {boolean} on */
export function predict(on) {
  batch(() => {
    store.predicting.value = on;
    store.revealed.value = null;
    store.playing.value = false;
  });
}

/** @param {boolean} on */
export function play(on) {
  store.playing.value = on;
}

/** Somebody took over: the page stops walking by itself. */
export function takeOver() {
  if (!store.touring.value) return;
  batch(() => {
    store.touring.value = false;
    store.playing.value = false;
  });
}

/** Cursor and selection stay what they are. @param {import("./types").View} view */
export function look(view) {
  store.view.value = view;
}

/** @param {string} path */
export function toggleGroup(path) {
  const graph = store.trace.value?.graph;
  if (graph) store.closed.value = toggled(graph, store.closed.value, path);
}

/** @param {import("./types").Selection | null} selection */
export function select(selection) {
  batch(() => {
    store.selection.value = selection;
    store.changing.value = false;
    store.entryExplanation.value = null;
  });
}

export async function loadGallery() {
  try {
    store.examples.value ??= await api.examples();
  } catch (error) {
    fail(error);
  }
}

export async function loadCatalogue() {
  store.catalogue.value = await api.catalogue().catch(() => null);
}

/** The lost server is asked every two seconds; when it answers, the notice goes. */
export async function recover() {
  const answered = await api.health().then(() => true, () => false);
  if (answered && store.notice.value?.kind === "lost") store.notice.value = null;
  return answered;
}
