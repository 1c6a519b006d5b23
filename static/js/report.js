// Tells the address bar where the page rests, and the service where it stands, where this browser drives the session: at
// most four times a second.

import { effect } from "../vendor/vendor.js";
import * as api from "./api.js";
import * as actions from "./actions.js";
import * as store from "./store.js";
import { writeAddress } from "./url.js";

/** The address waits longer than the fastest play takes for a step. */
const PAUSE = 250, REST = 400;

export function reportPosition() {
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null;
  let rest = 0;
  effect(() => {
    if (!store.session.value || !store.trace.value || store.filming.value) return;
    void [store.cursor.value, store.present.value, store.view.value, store.beside.value, store.predicting.value, store.following.value, store.closed.value, store.lesson.value];
    timer ??= setTimeout(() => { timer = null; report(); }, PAUSE);
    clearTimeout(rest);
    rest = setTimeout(() => history.replaceState(null, "", writeAddress()), REST); // the browser has work with every address
  });
}

function report() {
  const { value: session } = store.session;
  if (!session || store.filming.value) return;
  if (session.drives && !store.following.value) api.seek(session.id, store.iteration.value, store.cursor.value).then(actions.hear, refused);
}

/** In a frame of another site the browser keeps the token back: whoever looks walks alone, and nothing is wrong. @param {unknown} error */
function refused(error) {
  if (!(error instanceof api.ApiError && error.status === 401)) return actions.fail(error);
  const session = store.session.peek();
  if (!session) return;
  store.alone.value = session.id;
  store.session.value = { ...session, drives: false };
}
