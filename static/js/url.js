// What the address says, and back. One table: a parameter, how to read it, how to write it.

import * as store from "./store.js";

/** @typedef {{example?: string, session?: string, twin?: string, cursor?: number, iteration?: number, present: boolean, predict: boolean, follow: boolean, join?: string, panels: string[] | null, view: import("./types").View}} Address */

const VIEWS = /** @type {const} */ (["graph", "network", "code", "training", "compare"]);

/** What a link may show: `&panels=stage,sentence,transport` hides the rest. */
export const PANELS = ["top", "stage", "legend", "sentence", "formula", "operands", "code", "card", "transport"];

/** @param {string} search @returns {Address} */
export function readAddress(search) {
  const given = new URLSearchParams(search);
  return {
    example: given.get("example") ?? undefined, session: given.get("session") ?? undefined,
    cursor: whole(given.get("cursor")), iteration: whole(given.get("iteration")), present: given.get("present") === "1", predict: given.get("predict") === "1", follow: given.get("follow") === "1",
    twin: given.get("twin") ?? undefined, join: given.get("join")?.slice(0, 16), panels: panelsIn(given.get("panels")),
    view: VIEWS.find((view) => view === given.get("view")) ?? "graph",
  };
}

/** @param {string | null} text */
function whole(text) {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Unknown names are left out; no known name at all is no wish. @param {string | null} text @returns {string[] | null} */
function panelsIn(text) {
  const named = new Set((text ?? "").split(",").filter((name) => PANELS.includes(name)));
  return named.size ? [...named] : null;
}

/** The address of what is on screen, so that a reload shows the same. */
export function writeAddress() {
  const parameters = new URLSearchParams();
  if (store.session.value) parameters.set("session", store.session.value.id);
  parameters.set("iteration", String(store.iteration.value));
  parameters.set("cursor", String(store.cursor.value));
  for (const [name, on] of Object.entries({ present: store.present, predict: store.predicting, follow: store.following })) if (on.value) parameters.set(name, "1");
  if (store.beside.value) parameters.set("twin", store.beside.value.session.id);
  if (store.view.value !== "graph") parameters.set("view", store.view.value);
  return store.panels.value ? `?${parameters}&panels=${store.panels.value.join(",")}` : `?${parameters}`;
}
