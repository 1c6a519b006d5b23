// Which session is opened: one of an example, one like the session on screen, or one that was left.

import * as actions from "./actions.js";
import * as api from "./api.js";
import * as store from "./store.js";

/** @param {string} example */
export const openExample = (example) => actions.open(() => api.createSession({ example }));

/** The server forgot the session: the same spec and the same changes give the same numbers, at the same place. */
export function reopen() {
  const session = store.session.value, kept = store.kept.value;
  if (!session) return;
  const { example, title, summary } = session, place = { iteration: store.iteration.value, cursor: store.cursor.value };
  const again = kept?.id === session.id ? async () => ({ ...(await api.importSession(kept.text)), example, title, summary }) : () => createLike(session, session.spec);
  return actions.open(again, place);
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
  return actions.open(() => createLike(session, { ...session.spec, data }), { cursor: store.cursor.value });
}

/** One sample of the batch alone: its session begins with the parameters that training with batches reaches by this step. @param {number} sample */
export function openAlone(sample) {
  const session = store.session.value;
  if (!session || !store.canBeAlone.value) return;
  const place = { iteration: store.iteration.value, cursor: store.cursor.value }, data = /** @type {{batch: number}} */ (session.spec.data);
  const spec = { ...session.spec, data: { ...data, sample }, trained: { iterations: place.iteration, batch: data.batch } };
  return actions.open(() => createLike(session, spec), { cursor: place.cursor }).then(() => { store.batches.value = { id: session.id, ...place }; });
}

/** Back to the batches that the sample was taken from. */
export function openBatches() {
  const before = store.batches.value;
  if (before) return actions.open(() => api.session(before.id), before);
}
