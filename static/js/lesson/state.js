// A guided lesson: begun, walked from stop to stop, ended. A stop is a place of the session, so whoever follows goes along.

import { batch, effect, signal } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { explanation } from "../api.js";
import * as api from "../api/lesson.js";
import * as store from "../store.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../generated/api").LessonStop} Stop */

/** Training steps that a stop speaks of and that are not on screen. @type {{value: Map<number, Trace>}} */
export const elsewhere = signal(new Map());
/** One place after the other, so that the last one asked for is where the page ends up. */
let going = Promise.resolve();

/** @param {number} [at] the stop it begins with, counted from 0 */
export async function begin(at = 0) {
  const session = store.session.peek();
  if (!session?.example) return;
  batch(() => {
    actions.takeOver();
    actions.predict(false);
    actions.select(null);
  });
  try {
    const { stops } = await api.lesson(session.id, session.example);
    if (store.session.peek()?.id === session.id) await go({ id: session.id, revision: session.revision, stops }, Math.max(0, Math.min(stops.length - 1, at)));
  } catch (error) {
    actions.fail(error);
  }
}

export const end = () => void (store.lesson.value = null);

/** To a stop after or before this one; from anywhere else, back to this one. @param {number} by */
export function move(by) {
  const lesson = store.lesson.peek(), to = lesson && store.atStop.peek() ? lesson.at + by : lesson?.at ?? -1;
  if (lesson?.stops[to]) return go(lesson, to);
}

/** @param {Pick<import("../store.js").Walked, "id" | "revision" | "stops">} lesson @param {number} at */
function go({ id, revision, stops }, at) {
  const stop = stops[at], walked = { id, revision, stops, at, going: true };
  store.lesson.value = walked;
  actions.look(stop.view);
  going = going.then(async () => {
    if (store.lesson.peek() !== walked) return;
    await gather(id, stop);
    if (store.lesson.peek() === walked) await actions.goTo(stop.iteration, stop.cursor);
    if (store.lesson.peek() === walked) store.lesson.value = { ...walked, going: false };
  });
  return going;
}

/** The other training steps that a stop's numbers are from, and the formulas for the entry it speaks of. @param {string} id @param {Stop} stop */
async function gather(id, stop) {
  const event = stop.cursor - 1, words = stop.entry && await explanation(id, stop.iteration, event, stop.entry).catch(() => null);
  store.guided.value = words ? { key: store.entryKey(stop.iteration, event), words } : null;
  const others = new Set(stop.text.flatMap(({ iteration }) => (iteration == null || iteration === stop.iteration ? [] : [iteration])));
  const traces = await Promise.all([...others].map(actions.traceAt));
  elsewhere.value = new Map(traces.flatMap((trace) => (trace ? [[trace.iteration, trace]] : [])));
}

/** After a change of the session the same text may stand elsewhere, and state what is no longer so. @param {import("../types").Session} session */
async function renew({ id, revision, example }) {
  const { stops } = await api.lesson(id, example ?? "");
  const lesson = store.lesson.peek();
  if (lesson?.id !== id || !stops[lesson.at]) return;
  await gather(id, stops[lesson.at]);
  store.lesson.value = { ...lesson, revision, stops };
}

effect(() => {
  const session = store.session.value, lesson = store.lesson.value, asks = store.predicting.value;
  if (!lesson) store.guided.value = null;
  if (!lesson || !session) return;
  if (session.id !== lesson.id || asks) return end();
  if (session.revision !== lesson.revision) renew(session).catch(actions.fail);
});
