// What is measured while a session is trained: as the service keeps it, and as a run has told since.

import { batch, computed, signal } from "../vendor/vendor.js";
import * as actions from "./actions.js";
import * as api from "./api/training.js";
import { courseOf } from "./model/course.js";
import { going } from "./store.js";

/** @typedef {import("./types").Run} Run */
/** @typedef {import("./api/training.js").History} History */

/** So often the page takes up what a run tells: oftener than this no eye follows. */
const BEAT = 100;
/** As many points of a run are kept as they were told; more are asked for again, thinned out. */
const MOST_TOLD = 600;

/** The course of the training of one session after the other. @param {() => string | undefined} session the one whose it is now */
export function measured(session) {
  const kept = signal(/** @type {History | null} */ (null)), told = signal(/** @type {Run[]} */ ([]));
  const course = computed(() => (kept.value ? courseOf(kept.value, told.value) : null));

  /** Ask the service for what it keeps. */
  const look = async () => {
    const id = session(), before = told.peek().length;
    if (!id) return;
    try {
      const found = await api.history(id);
      if (session() !== id) return;
      batch(() => {
        kept.value = found;
        told.value = told.peek().slice(Math.max(0, before - 1)); // where the run stands, whether or not it is a point that is kept
      });
    } catch (error) {
      actions.fail(error);
    }
  };
  /** @param {Run} run */
  const add = (run) => {
    if (run.loss != null) told.value = [...told.peek(), run];
    if (going(run) && told.peek().length > MOST_TOLD) void look();
  };
  const forget = () => batch(() => { kept.value = null; told.value = []; });
  return { kept, course, look, add, forget };
}

/**
 * Everything that happens to a session, for as long as somebody looks.
 * @param {string} id @param {(run: Run) => void} take @param {() => void} resume a run may have ended while nobody listened
 * @returns {() => void} no longer
 */
export function listen(id, take, resume) {
  /** @type {Run | null} */
  let told = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const stream = api.live(id);
  stream.addEventListener("run", ({ data }) => {
    told = JSON.parse(data);
    timer ??= setTimeout(() => { timer = undefined; if (told) take(told); }, BEAT);
  });
  stream.addEventListener("session", resume);
  return () => { stream.close(); clearTimeout(timer); };
}
