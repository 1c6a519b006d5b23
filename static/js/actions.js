// What a person, or the clock, can do. The only writer of the root signals.

import { batch } from "../vendor/vendor.js";
import * as api from "./api.js";
import { stopAfter, stopBefore } from "./model/playhead.js";
import { openRecordings } from "./recordings.js";
import * as store from "./store.js";

const PAGE = 500;
const MOST_CARDS = 150;
/** @typedef {ReturnType<typeof openRecordings>} Recordings */
/** @type {Recordings | null} */
let recordings = null;
/** Counts openings, so that a slow answer for an earlier one is dropped. */
let opening = 0;

/** @param {() => Promise<import("./types").Session>} find @param {{iteration?: number, cursor?: number}} [place] */
export async function open(find, place = {}) {
  const mine = ++opening;
  store.loading.value = true;
  try {
    const session = await find();
    const opened = openRecordings(session.id);
    const trace = await opened.at(place.iteration ?? session.iteration);
    if (mine === opening) enter(session, opened, trace, place.cursor ?? session.cursor);
  } catch (error) {
    if (mine === opening) fail(error);
  } finally {
    if (mine === opening) store.loading.value = false;
  }
}

/** @param {import("./types").Session} session @param {Recordings} opened @param {import("./types").Trace} trace @param {number} cursor */
function enter(session, opened, trace, cursor) {
  recordings = opened;
  batch(() => {
    store.session.value = session;
    store.selection.value = null;
    store.closed.value = closedAtFirst(trace.graph);
    store.notice.value = null;
    store.dialog.value = null;
    store.explanations.value = new Map();
    store.entries.value = new Map();
    show(trace, cursor);
  });
  void loadExplanations(session.id, trace.length);
}

/** Hundreds of cards at once show nothing: a large graph opens with its outermost groups closed. @param {import("./types").Graph} graph */
function closedAtFirst({ nodes, groups }) {
  const outermost = groups.filter(({ path }) => path.length === 1);
  return new Set(nodes.length > MOST_CARDS ? outermost.map(({ path }) => path.join("/")) : []);
}

/** @param {import("./types").Trace} trace @param {number} cursor */
function show(trace, cursor) {
  batch(() => {
    store.trace.value = trace;
    store.cursor.value = Math.max(0, Math.min(trace.length, cursor));
  });
}

/** Explanations name places, not numbers, so they hold for every training step. @param {string} id @param {number} length */
async function loadExplanations(id, length) {
  try {
    for (let from = 0; from < length; from += PAGE) {
      const page = await api.explanations(id, from, Math.min(from + PAGE, length));
      if (store.session.peek()?.id !== id) return;
      store.explanations.value = new Map([...store.explanations.peek(), ...page.explanations.map(byEvent)]);
    }
  } catch (error) {
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

/** @param {string} example */
export const openExample = (example) => open(() => api.createSession({ example }));

/** The server forgot the session: the same spec gives the same numbers, at the same place. */
export function reopen() {
  const session = store.session.value;
  if (!session) return;
  const place = { iteration: store.iteration.value, cursor: store.cursor.value };
  return open(() => createLike(session, session.spec), place);
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

/** @param {number} cursor */
export function seek(cursor) {
  if (store.trace.value) show(store.trace.value, cursor);
}

/** One step of the chosen grain; past the end lies the next training step. */
export async function forward() {
  const next = stopAfter(store.ends.value, store.cursor.value);
  if (next !== null) return seek(next);
  if (store.trains.value) await goTo(store.iteration.value + 1, 0);
}

/** One step back; before the start lies the end of the training step before. */
export async function back() {
  const previous = stopBefore(store.ends.value, store.cursor.value);
  if (previous !== null) return seek(previous);
  if (store.iteration.value > 0) await goTo(store.iteration.value - 1, Infinity);
}

/** @param {number} iteration @param {number} cursor */
export async function goTo(iteration, cursor) {
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

/** @param {string} path */
export function toggleGroup(path) {
  const next = new Set(store.closed.value);
  if (!next.delete(path)) next.add(path);
  store.closed.value = next;
}

/** @param {import("./types").Selection | null} selection */
export function select(selection) {
  batch(() => {
    store.selection.value = selection;
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
