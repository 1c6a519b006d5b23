// A second session beside the open one: the same seed and batches, and one difference.

import { batch, effect } from "../vendor/vendor.js";
import * as actions from "./actions.js";
import * as api from "./api.js";
import { compare, makeTwin } from "./api/twins.js";
import * as store from "./store.js";

/** A twin of another spec, with every edit of the open session. @param {object} spec @param {string} says in what it differs, as a sentence @returns {Promise<string | null>} why it cannot be made, as a sentence */
export const twinBySpec = (spec, says) => made({ spec }, says);

/** A twin that is edited at a training step. @param {object[]} edits @param {string} says @param {number} iteration @returns {Promise<string | null>} */
export const twinByEdits = (edits, says, iteration) => made({ edits, iteration }, says);

/** @param {import("./api/twins.js").Twin} twin @param {string} says */
async function made(twin, says) {
  const session = store.session.peek();
  if (!session) return null;
  try {
    if (session.drives) await api.seek(session.id, store.iteration.peek(), store.cursor.peek()); // the service knows how far the page has come
    stand(session.id, await makeTwin(session.id, twin), says);
    return null;
  } catch (error) {
    return actions.refusal(error);
  }
}

/** @param {string} of @param {import("./types").Session} session @param {string} says */
function stand(of, session, says) {
  batch(() => {
    actions.play(false);
    store.twin.value = { of, session, says, turned: false };
    store.dialog.value = null;
    actions.look("compare");
  });
}

/** The twin that an address names. @param {string} id */
export async function openTwin(id) {
  const of = store.session.peek()?.id;
  if (!of) return;
  try {
    store.twin.value = { of, session: await api.session(id), says: "", turned: false };
  } catch (error) {
    if (store.view.peek() === "compare") actions.look("graph");
    if (error instanceof api.ApiError && [404, 410].includes(error.status)) store.notice.value = { kind: "problem", text: "The twin that this link names is not there any more." };
    else actions.fail(error);
  }
}

/** The twin stands first, at the place that corresponds to this one. */
export async function swapTwin() {
  const session = store.session.peek(), twin = store.beside.peek(), iteration = store.iteration.peek();
  if (!session || !twin) return;
  try {
    const { cursors } = await compare(session.id, twin.session.id, { iteration, cursor: store.cursor.peek(), order: "layer", count: 0 });
    await actions.open(async () => {
      const first = await api.session(twin.session.id);
      store.twin.value = { of: first.id, session, says: twin.says, turned: !twin.turned };
      return { ...first, example: session.example, title: session.title, summary: session.summary };
    }, { iteration, cursor: cursors[1] });
  } catch (error) {
    actions.fail(error);
  }
}

export function closeTwin() {
  store.twin.value = null;
  if (store.view.peek() === "compare") actions.look("graph");
}

// Another session was opened, whose twin it is not.
effect(() => {
  if (store.twin.value && !store.beside.value && !store.loading.value) closeTwin();
});
