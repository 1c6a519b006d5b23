// What a person, or the clock, can do. The only writer of the root signals.

import { batch } from "../vendor/vendor.js";
import * as api from "./api.js";
import { closedAs, toggled } from "./model/groups.js";
import { epochAfter, epochBefore, stopAfter, stopBefore } from "./model/playhead.js";
import { refsOf } from "./model/trace.js";
import { openRecordings } from "./recordings.js";
import * as store from "./store.js";

/** Explanations come by so many events at a time. */
const PAGE = 500;
/** Of a large recording, the numbers of so many events before and after the cursor are asked for ahead. */
const BEHIND = 8, AHEAD = 24;
/** @typedef {ReturnType<typeof openRecordings>} Recordings */
/** @type {Recordings | null} */
let recordings = null;
/** The training step from which on the words at hand hold. */
let stretch = 0;
/** Counts openings, so that a slow answer for an earlier one is dropped. */
let opening = 0;
/** Pages of explanations that were asked for. @type {Set<number>} */
let explained = new Set();
/** Pages of PyTorch that were asked for. @type {Set<number>} */
let translated = new Set();
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
    forgetWords(trace.iteration);
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
  const before = store.session.peek();
  if (!recordings || !before || store.loading.peek()) return;
  const mine = ++opening;
  recordings.renew(session.stretches);
  const trace = await recordings.at(session.iteration);
  if (mine !== opening) return;
  batch(() => {
    forgetWords(session.iteration);
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

/** Words name places of one stretch of training steps. @param {number} iteration */
function forgetWords(iteration) {
  stretch = recordings?.stretchOf(iteration) ?? 0;
  explained = new Set();
  translated = new Set();
  store.explanations.value = new Map();
  store.entries.value = new Map();
  store.pytorch.value = new Map();
}

/** @param {import("./types").Trace} trace @param {number} cursor */
function show(trace, cursor) {
  const place = Math.max(0, Math.min(trace.length, cursor));
  batch(() => {
    if (recordings?.stretchOf(trace.iteration) !== stretch) forgetWords(trace.iteration);
    if (store.notice.peek()?.kind === "changed") store.notice.value = null;
    store.revealed.value = null;
    store.trace.value = trace;
    store.cursor.value = place;
  });
  trace.numbers.prefetch(trace.events.slice(Math.max(0, place - BEHIND), place + AHEAD).flatMap(refsOf));
  for (const event of [place - 1, place + AHEAD]) void explainAround(event, trace.length);
}

/** Explanations name places, not numbers, so they hold for a whole stretch of training steps. @param {number} event @param {number} length */
async function explainAround(event, length) {
  const page = Math.max(0, Math.floor(event / PAGE)), from = page * PAGE, id = store.session.peek()?.id;
  if (!id || from >= length || explained.has(page)) return;
  const asked = explained.add(page);
  try {
    const found = await api.explanations(id, { iteration: stretch, from, to: Math.min(from + PAGE, length) });
    if (asked !== explained) return;
    store.explanations.value = new Map([...store.explanations.peek(), ...found.explanations.map(byEvent)]);
  } catch (error) {
    asked.delete(page);
    fail(error);
  }
}

/** @param {import("./types").Explanation} explanation @returns {[number, import("./types").Explanation]} */
const byEvent = (explanation) => [explanation.event, explanation];

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

/** @param {string} example */
export const openExample = (example) => open(() => api.createSession({ example }));

/** The server forgot the session: the same spec and the same changes give the same numbers, at the same place. */
export function reopen() {
  const session = store.session.value, kept = store.kept.value;
  if (!session) return;
  const { example, title, summary } = session, place = { iteration: store.iteration.value, cursor: store.cursor.value };
  const again = kept?.id === session.id ? async () => ({ ...(await api.importSession(kept.text)), example, title, summary }) : () => createLike(session, session.spec);
  return open(again, place);
}

/** A session of another spec that keeps its name; the spec alone has none. @param {import("./types").Session} session @param {object} spec */
async function createLike({ example, title, summary }, spec) {
  return { ...(await api.createSession({ spec })), example, title, summary };
}

/** Another sample of the same data: the same spec with one number changed, so a session of its own. @param {number} sample */
export function openSample(sample) {
  const session = store.session.value;
  if (session?.data?.sample == null) return;
  const last = session.data.samples - 1;
  const wanted = Math.max(0, Math.min(last, sample));
  const data = { .../** @type {object} */ (session.spec.data), sample: wanted };
  return open(() => createLike(session, { ...session.spec, data }), { cursor: store.cursor.value });
}

/** One sample of the batch alone: its session begins with the parameters that training with batches reaches by this step. @param {number} sample */
export function openAlone(sample) {
  const session = store.session.value;
  if (!session || !store.canBeAlone.value) return;
  const place = { iteration: store.iteration.value, cursor: store.cursor.value }, data = /** @type {{batch: number}} */ (session.spec.data);
  const spec = { ...session.spec, data: { ...data, sample }, trained: { iterations: place.iteration, batch: data.batch } };
  return open(() => createLike(session, spec), { cursor: place.cursor }).then(() => { store.batches.value = { id: session.id, ...place }; });
}

/** Back to the batches that the sample was taken from. */
export function openBatches() {
  const before = store.batches.value;
  if (before) return open(() => api.session(before.id), before);
}

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

/** Lines of PyTorch around an event, once. @param {number} event @param {number} length */
export async function loadPyTorch(event, length) {
  const page = Math.max(0, Math.floor(Math.min(event, length - 1) / PAGE)), from = page * PAGE, id = store.session.peek()?.id;
  if (!id || translated.has(page)) return;
  const asked = translated.add(page);
  try {
    const found = await api.pytorch(id, { iteration: stretch, from, to: Math.min(from + PAGE, length) });
    if (asked === translated) store.pytorch.value = new Map([...store.pytorch.peek(), ...found.map((lines, k) => /** @type {const} */ ([from + k, lines]))]);
  } catch (error) {
    asked.delete(page);
    fail(error);
  }
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
