// What the address says, and back. One table: a parameter, how to read it, how to write it.

import { changedGroups } from "./model/groups.js";
import * as store from "./store.js";

/** @typedef {{example?: string, session?: string, twin?: string, cursor?: number, iteration?: number, present: boolean, predict: boolean, follow: boolean, join?: string, lesson?: number, panels: string[] | null, view: import("./types").View, groups: string[], camera?: import("./types").Sight}} Address */

const VIEWS = /** @type {const} */ (["graph", "network", "code", "training", "compare"]);

/** What a link may show: `&panels=stage,sentence,transport` hides the rest. */
export const PANELS = ["top", "stage", "legend", "sentence", "formula", "operands", "code", "card", "transport"];

/** Names of groups have so many letters together at most, in an address that is written and in one that is read. */
const MOST_LETTERS = 4000;

/** @param {string} search @returns {Address} */
export function readAddress(search) {
  const given = new URLSearchParams(search);
  return {
    example: given.get("example") ?? undefined, session: given.get("session") ?? undefined,
    cursor: whole(given.get("cursor")), iteration: whole(given.get("iteration")), present: given.get("present") === "1", predict: given.get("predict") === "1", follow: given.get("follow") === "1",
    twin: given.get("twin") ?? undefined, join: given.get("join")?.slice(0, 16), lesson: whole(given.get("lesson")), panels: panelsIn(given.get("panels")),
    view: VIEWS.find((view) => view === given.get("view")) ?? "graph",
    groups: (given.get("groups") ?? "").slice(0, MOST_LETTERS).split(",").filter(Boolean), camera: sightIn(given.get("camera")),
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

/** A size and the middle: three numbers, or nothing. @param {string | null} text @returns {import("./types").Sight | undefined} */
function sightIn(text) {
  if (!/^\d{1,2}(\.\d{1,4})?(,-?\d{1,6}(\.\d{1,2})?){2}$/.test(text ?? "")) return undefined;
  const [k, x, y] = (text ?? "").split(",").map(Number);
  return { k, x, y };
}

/** The groups that were opened or closed, as far as there is room for their names. */
function groupsNow() {
  const graph = store.graph.value, names = graph ? changedGroups(graph, store.closed.value).join(",") : "";
  return names.length <= MOST_LETTERS ? names : names.slice(0, names.lastIndexOf(",", MOST_LETTERS));
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
  if (store.lesson.value) parameters.set("lesson", String(store.lesson.value.at + 1));
  const groups = groupsNow();
  if (groups) parameters.set("groups", groups);
  return store.panels.value ? `?${parameters}&panels=${store.panels.value.join(",")}` : `?${parameters}`;
}

/** What a link says that others open: beside the address, the part of the graph that is seen. */
export function linked() {
  const parameters = new URLSearchParams(writeAddress()), sight = store.view.peek() === "graph" ? store.sight.peek()() : null;
  parameters.delete("follow");
  if (sight) parameters.set("camera", `${+sight.k.toFixed(4)},${+sight.x.toFixed(2)},${+sight.y.toFixed(2)}`);
  return parameters;
}

/** Commas and slashes stay what they are. @param {URLSearchParams} parameters */
export const readable = (parameters) => String(parameters).replaceAll("%2C", ",").replaceAll("%2F", "/");
