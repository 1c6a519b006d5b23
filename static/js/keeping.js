// The session as text, asked for after each change and as training goes on: a lost one is made again from it.

import { computed, effect } from "../vendor/vendor.js";
import * as api from "./api.js";
import * as store from "./store.js";

/** Training steps after which it is asked for anew. */
const STRETCH = 20;

const state = computed(() => `${store.session.value?.id} ${store.session.value?.revision} ${Math.floor(store.frontier.value / STRETCH)}`);

export function keep() {
  effect(() => {
    const asked = state.value, id = store.session.peek()?.id;
    if (id) void ask(id, asked);
  });
}

/** What does not come, or is more than a request may be, is done without. @param {string} id @param {string} asked */
async function ask(id, asked) {
  const text = await api.exported(id).catch(() => null);
  if (text !== null && asked === state.peek()) store.kept.value = { id, text };
}
