// A session and its twin trained alike: begun and paused together, and what the charts of the twin are drawn from.

import { batch, computed, effect, signal, untracked } from "../vendor/vendor.js";
import * as actions from "./actions.js";
import * as sessions from "./api.js";
import * as api from "./api/training.js";
import { listen, measured } from "./measured.js";
import { pairOf } from "./model/pair.js";
import * as runs from "./runs.js";
import * as store from "./store.js";

/** @typedef {import("./types").Run} Run */

const { course, look, add, forget } = measured(() => store.beside.peek()?.session.id);
/** The twin's training run, as it was told last. */
export const run = signal(/** @type {Run | null} */ (null));
/** The courses of both, at the same steps. */
export const pair = computed(() => (runs.course.value && course.value ? pairOf(runs.course.value, course.value) : null));

export const underWay = computed(() => store.underWay.value || store.going(run.value));
/** To which step both are trained next. */
export const wish = signal(/** @type {number | null} */ (null));
export const end = computed(() => {
  const there = store.beside.value?.session.frontier ?? 0;
  return wish.value ?? (there === store.frontier.value ? runs.suggested.value : Math.max(there, store.frontier.value));
});
/** What the twin's numbers at a step that it had not reached depend on. */
export const reached = computed(() => (store.going(run.value) ? "" : `${run.value?.id} ${run.value?.iteration}`));

export async function trainOrPauseBoth() {
  try {
    await (underWay.peek() ? pause() : train());
  } catch (error) {
    actions.fail(error);
  }
}

/** Whichever is behind catches up. */
async function train() {
  const session = store.session.peek(), twin = store.beside.peek()?.session, to = end.peek();
  if (!session || !twin) return;
  actions.play(false);
  if (session.drives) await sessions.seek(session.id, store.iteration.peek(), store.cursor.peek()); // the service knows how far the page has come
  const { frontier } = await sessions.session(twin.id);
  if (frontier < to) take(await api.train(twin.id, { iterations: to - frontier }));
  runs.wish.value = { to, loss: null };
  await runs.train();
  wish.value = null;
}

async function pause() {
  const twin = store.beside.peek()?.session, now = run.peek();
  if (store.underWay.peek()) await runs.pause();
  if (!twin || !now || !store.going(now)) return;
  await api.cancel(twin.id, now.id);
  take(await api.runOf(twin.id, now.id));
}

/** @param {Run} told */
function take(told) {
  const before = run.peek();
  if (before?.id === told.id && before.ended) return;
  batch(() => {
    run.value = told;
    add(told);
  });
  if (!store.going(told)) void catchUp();
}

/** Where the twin has come to. */
async function catchUp() {
  await look();
  const twin = store.twin.peek(), session = twin && (await sessions.session(twin.session.id).catch(() => null));
  if (session && store.twin.peek() === twin) store.twin.value = { ...twin, session };
}

/** @param {string} id */
function resume(id) {
  const now = run.peek();
  if (now && store.going(now)) void api.runOf(id, now.id).then(take, actions.fail);
}

const id = computed(() => store.beside.value?.session.id ?? "");
const watched = computed(() => (store.trains.value && (store.view.value === "compare" || store.going(run.value)) ? id.value : ""));

const revision = computed(() => store.beside.value?.session.revision);

effect(() => {
  void [id.value, revision.value];
  batch(() => { forget(); run.value = null; wish.value = null; });
});
effect(() => {
  const id = watched.value;
  void revision.value; // what was measured before is dropped
  if (!id) return;
  void untracked(look);
  return listen(id, take, () => resume(id));
});
