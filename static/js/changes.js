// Changes to the session: the service makes them and says where the page stands then, or why it cannot be.

import * as actions from "./actions.js";
import * as api from "./api.js";
import { revise } from "./api/classroom.js";
import { openSample } from "./opening.js";
import * as paired from "./paired.js";
import * as store from "./store.js";

/** One after the other: each is decided on what the one before left. @type {Promise<unknown>} */
let last = Promise.resolve();

/** @template T @param {() => Promise<T>} act @returns {Promise<T>} */
function inTurn(act) {
  const mine = last.then(act);
  last = mine.catch(() => {});
  return mine;
}

/** @typedef {{iteration: number, cursor: number}} Place */

/** @param {object[]} edits @param {string} says what is told when it is done @param {Place} [at] what they change begins here @returns {Promise<string | null>} why they cannot be made, as a sentence */
export function change(edits, says, at = { iteration: store.iteration.value, cursor: store.cursor.value }) {
  return revised(says, async ({ id, revision }) => {
    await api.seek(id, at.iteration, at.cursor);
    return revise(id, "edits", revision, { edits, iteration: at.iteration });
  });
}

/**
 * Another sample of the same data, in a twin beside the session too. Whoever drives stays in the session, so those who
 * follow see it; anybody else gets a session of their own.
 * @param {(now: number) => number} choose
 */
export async function takeSample(choose) {
  const { data } = store.session.peek() ?? {}, iteration = store.iteration.peek(), cursor = store.cursor.peek();
  if (data?.sample == null) return;
  if (!store.mayChange.peek()) return openSample(choose(data.sample));
  const says = `Another sample, from training step ${iteration} on.`, last = data.samples - 1;
  const refused = await revised(says, async ({ id, revision, data: now }) => {
    await api.seek(id, iteration, cursor);
    const sample = Math.max(0, Math.min(last, choose(now?.sample ?? 0))), takeBack = await paired.take(now?.sample ?? 0, sample, iteration);
    return revise(id, "edits", revision, { edits: [{ sample }], iteration }).catch(async (error) => { await takeBack(); throw error; });
  });
  if (refused) return void (store.notice.value = { kind: "problem", text: refused });
  actions.seek(cursor);
  if (iteration > 0) store.notice.value = { kind: "changed", text: says };
}

/** @param {"undo" | "redo"} which */
export async function turn(which) {
  const refused = await revised(which === "undo" ? "Undone." : "Made again.", async (before) => {
    const shared = await paired.sharesSample(before, store.iteration.peek()), after = await revise(before.id, which, before.revision, {});
    if (shared) await paired.follow(which, after);
    return after;
  });
  if (refused) store.notice.value = { kind: "problem", text: refused };
}

/** @param {string} says @param {(session: import("./types").Session) => Promise<import("./types").Session>} ask @returns {Promise<string | null>} */
function revised(says, ask) {
  return inTurn(async () => {
    const session = store.session.peek();
    if (!session) return null;
    store.revising.value = true;
    try {
      await actions.renew(await ask(session));
      store.notice.value = { kind: "changed", text: says };
      return null;
    } catch (error) {
      if (error instanceof api.ApiError && error.status === 412) await actions.renew(await api.session(session.id));
      return actions.refusal(error);
    } finally {
      store.revising.value = false;
    }
  });
}
