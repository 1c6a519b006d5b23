// The samples of the open session as points, asked for once.

import { useAnswer } from "../answers.js";
import * as api from "../api/training.js";
import * as store from "../store.js";

export function useSamples() {
  const id = store.session.value?.id ?? "";
  return useAnswer(`${id} ${store.session.value?.revision}`, () => api.samples(id))?.found ?? null;
}
