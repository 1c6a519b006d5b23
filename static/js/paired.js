// While a twin stands beside the session and both look at the same sample, both change to another one: so their one
// difference stays the only one.

import * as api from "./api.js";
import { revise } from "./api/classroom.js";
import * as store from "./store.js";

/** @typedef {import("./types").Session} Session */

/** The twin as it stands at a training step, where this browser may change it; null where there is none to change. @param {number} iteration @returns {Promise<Session | null>} */
async function twinAt(iteration) {
  const twin = store.beside.peek()?.session;
  return twin?.drives ? api.seek(twin.id, iteration, 0) : null;
}

/** The twin is another revision of itself now. @param {Session} session */
function put(session) {
  const twin = store.twin.peek();
  if (twin?.session.id === session.id) store.twin.value = { ...twin, session };
}

/** The twin takes a sample too, where it looks at the one that the session looks at. @param {number | undefined} before @param {number} sample @param {number} iteration @returns {Promise<() => Promise<void>>} takes it back */
export async function take(before, sample, iteration) {
  const there = await twinAt(iteration);
  if (!there || there.data?.sample !== before) return async () => {};
  const taken = await revise(there.id, "edits", there.revision, { edits: [{ sample }], iteration });
  put(taken);
  return async () => put(await revise(taken.id, "undo", taken.revision, {}));
}

/** Whether the twin looks at the sample that the session looks at. @param {Session} session @param {number} iteration */
export async function sharesSample({ data }, iteration) {
  const sample = data?.sample;
  return sample != null && (await twinAt(iteration).catch(() => null))?.data?.sample === sample;
}

/**
 * The session was undone or made again: where that changed its sample, the twin goes the same way. Where it cannot, the
 * comparison names the sample as a difference.
 * @param {"undo" | "redo"} which @param {Session} session
 */
export async function follow(which, { iteration, data }) {
  const sample = data?.sample;
  if (sample == null) return;
  try {
    const there = await twinAt(iteration);
    if (!there || there.data?.sample === sample) return;
    put(await turned(which, there, iteration, sample) ?? await taken(iteration, sample));
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
  }
}

/** Its own last change was the sample's; else nothing is turned. @param {"undo" | "redo"} which @param {Session} there @param {number} iteration @param {number} sample */
async function turned(which, there, iteration, sample) {
  if (!there[which]) return null;
  const found = await revise(there.id, which, there.revision, {}), at = await api.seek(there.id, iteration, 0);
  if (at.data?.sample === sample) return at;
  await revise(there.id, which === "undo" ? "redo" : "undo", found.revision, {});
  return null;
}

/** @param {number} iteration @param {number} sample */
async function taken(iteration, sample) {
  const there = /** @type {Session} */ (await twinAt(iteration));
  return revise(there.id, "edits", there.revision, { edits: [{ sample }], iteration });
}
