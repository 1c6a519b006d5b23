// A session and its twin trained alike: begun and paused together, and what the charts of the twin are drawn from.

import { batch, computed, effect, signal, untracked } from "../vendor/vendor.js";
import * as actions from "./actions.js";
import * as sessions from "./api.js";
import * as api from "./api/training.js";
import { courseOf } from "./model/course.js";
import { pairOf } from "./model/pair.js";
import * as runs from "./runs.js";
import * as store from "./store.js";

/** @typedef {import("./types").Run} Run */

/** So often the page takes up what a run tells; so many points are kept as they were told. */
const BEAT = 100, MOST_TOLD = 600;

const kept = signal(/** @type {import("./api/training.js").History | null} */ (null));
const tail = signal(/** @type {Run[]} */ ([]));
/** The twin's training run, as it was told last. */
export const run = signal(/** @type {Run | null} */ (null));
const course = computed(() => (kept.value ? courseOf(kept.value, tail.value) : null));
/** The courses of both, at the same steps. */
export const pair = computed(() => (runs.course.value && course.value ? pairOf(runs.course.value, course.value) : null));

/** @param {Run | null} run */
const going = (run) => run !== null && ["waiting", "training"].includes(run.status);
export const underWay = computed(() => store.underWay.value || going(run.value));
/** To which step both are trained next. */
export const wish = signal(/** @type {number | null} */ (null));
export const end = computed(() => {
  const there = store.beside.value?.session.frontier ?? 0;
  return wish.value ?? (there === store.frontier.value ? runs.suggested.value : Math.max(there, store.frontier.value));
});
/** What the twin's numbers at a step that it had not reached depend on. */
export const reached = computed(() => (going(run.value) ? "" : `${run.value?.id} ${run.value?.iteration}`));

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
  if (!twin || !now || !going(now)) return;
  await api.cancel(twin.id, now.id);
  take(await api.runOf(twin.id, now.id));
}

/** @param {Run} told */
function take(told) {
  const before = run.peek();
  if (before?.id === told.id && before.ended) return;
  batch(() => {
    run.value = told;
    if (told.loss != null) tail.value = [...tail.peek(), told];
  });
  if (!going(told)) void catchUp();
  else if (tail.peek().length > MOST_TOLD) void look();
}

/** Where the twin has come to. */
async function catchUp() {
  await look();
  const twin = store.twin.peek(), session = twin && (await sessions.session(twin.session.id).catch(() => null));
  if (session && store.twin.peek() === twin) store.twin.value = { ...twin, session };
}

/** Ask for what was measured of the twin. */
async function look() {
  const id = store.beside.peek()?.session.id, told = tail.peek().length;
  if (!id) return;
  try {
    const found = await api.history(id);
    if (store.beside.peek()?.session.id !== id) return;
    batch(() => {
      kept.value = found;
      tail.value = tail.peek().slice(Math.max(0, told - 1));
    });
  } catch (error) {
    actions.fail(error);
  }
}

/** @param {string} id */
function listen(id) {
  /** @type {Run | null} */
  let told = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const stream = api.live(id);
  stream.addEventListener("run", ({ data }) => {
    told = JSON.parse(data);
    timer ??= setTimeout(() => { timer = undefined; if (told) take(told); }, BEAT);
  });
  stream.addEventListener("session", () => {
    const now = run.peek();
    if (now && going(now)) void api.runOf(id, now.id).then(take, actions.fail); // it may have ended while nobody listened
  });
  return () => { stream.close(); clearTimeout(timer); };
}

const id = computed(() => store.beside.value?.session.id ?? "");
const watched = computed(() => (store.trains.value && (store.view.value === "compare" || going(run.value)) ? id.value : ""));

effect(() => {
  void id.value;
  batch(() => { kept.value = null; tail.value = []; run.value = null; wish.value = null; });
});
effect(() => {
  if (!watched.value) return;
  void untracked(look);
  return listen(watched.value);
});
