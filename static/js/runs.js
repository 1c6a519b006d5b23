// Training in the background: begun, paused and followed; what its charts are drawn from.

import { batch, computed, effect, signal, untracked } from "../vendor/vendor.js";
import * as actions from "./actions.js";
import * as api from "./api/training.js";
import { listen, measured } from "./measured.js";
import * as store from "./store.js";

/** @typedef {import("./types").Run} Run */

const { kept, course, look, add, forget } = measured(() => store.session.peek()?.id);
export { course };
/** What is asked of the next run: to which step, or until which loss. */
export const wish = signal(/** @type {{to: number | null, loss: number | null}} */ ({ to: null, loss: null }));
/** The page shows the newest step while training goes on, until somebody chooses another. */
export const newest = signal(false);
const visible = signal(!document.hidden);

/** Where a run goes if nobody says. */
export const suggested = computed(() => (Math.floor(store.frontier.value / 1000) + 1) * 1000);
/** The step the page speaks of. */
export const shown = computed(() => (newest.value && store.underWay.value ? store.run.value?.iteration ?? 0 : store.iteration.value));

export async function trainOrPause() {
  actions.look("training");
  await (store.underWay.value ? pause() : train());
}

export async function train() {
  const { value: session } = store.session, { to, loss } = wish.value, end = to ?? suggested.value;
  if (!session) return;
  actions.play(false);
  if (end <= store.frontier.value) return actions.goTo(end, 0);
  newest.value = true;
  try {
    take(await api.train(session.id, { iterations: end - store.frontier.value, until: loss === null ? null : { loss } }));
  } catch (error) {
    actions.fail(error);
  }
}

export async function pause() {
  const { value: session } = store.session, { value: run } = store.run;
  if (!session || !run) return;
  try {
    await api.cancel(session.id, run.id);
    take(await api.runOf(session.id, run.id));
  } catch (error) {
    actions.fail(error);
  }
}

/** Walk through the step on screen; while training goes on, pause it and walk through the one that is next. */
export async function walk() {
  if (store.underWay.value) {
    if (newest.value) await pause();
    if (newest.value) await actions.goTo(store.frontier.value, 0);
  }
  actions.look("graph");
}

/** Back to the step that training has come to. */
export function keepUp() {
  newest.value = true;
}

/** @param {number} step */
export function choose(step) {
  newest.value = false;
  actions.takeOver();
  actions.play(false);
  return actions.goTo(step, 0);
}

/** What a run tells; of one that has ended, the service's own points. @param {Run} run */
function take(run) {
  if (run.revision !== store.session.peek()?.revision) return;
  const before = store.run.peek();
  if (before?.id === run.id && before.ended) return;
  batch(() => {
    store.run.value = run;
    add(run);
  });
  if (!store.going(run)) void finish(run, before?.id === run.id);
}

/** Whoever watched to the end stands there. @param {Run} run @param {boolean} watched */
async function finish(run, watched) {
  if (watched && newest.peek()) await actions.goTo(run.iteration, 0);
  wish.value = { to: null, loss: null };
  await look();
}

/** A run may have ended while nobody listened. @param {string} id */
async function catchUp(id) {
  const run = store.run.peek();
  if (run && !run.ended) await api.runOf(id, run.id).then(take, actions.fail);
}

const place = computed(() => (store.session.value ? `${store.session.value.id} ${store.session.value.revision}` : ""));
/** Charts are on screen. */
const charted = computed(() => store.view.value === "training" || store.view.value === "compare");
const watched = computed(() => (visible.value && store.trains.value && (charted.value || store.underWay.value) ? store.session.value?.id ?? "" : ""));
/** The furthest point there is, as far as the page knows. */
const reached = computed(() => course.value?.iterations.at(-1) ?? -1);

document.addEventListener("visibilitychange", () => { visible.value = !document.hidden; });
effect(() => {
  void place.value;
  batch(() => { forget(); newest.value = false; wish.value = { to: null, loss: null }; });
});
effect(() => {
  if (charted.value && place.value && store.trains.value) void untracked(look);
});
effect(() => {
  const id = watched.value;
  return id ? listen(id, take, () => void catchUp(id)) : undefined;
});
// A step that was walked to is measured too.
effect(() => {
  const stride = kept.value?.stride ?? 1;
  if (kept.value && !store.underWay.value && charted.value && store.iteration.value >= reached.value + stride) void untracked(look);
});
