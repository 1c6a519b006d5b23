// What the comparison shows: asked of the service where the page stands, one question at a time; the twin's own numbers for its sentence.

import { computed, effect, signal } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api.js";
import { compare } from "../api/twins.js";
import * as both from "../both.js";
import { count } from "../model/format.js";
import { openRecordings } from "../recordings.js";
import * as store from "../store.js";

/** @typedef {import("../generated/api").Comparison} Comparison */
/** @typedef {import("../types").Explanation} Explanation */
/** @typedef {import("../types").Trace} Trace */

export const order = signal(/** @type {"layer" | "difference"} */ ("layer"));
/** The comparison that came last; it may be of a place before. */
export const comparison = signal(/** @type {Comparison | null} */ (null));
/** Why there is none here, as a sentence. */
export const refused = signal("");
/** The twin's training step, and where it stands in it. */
export const other = signal(/** @type {null | {id: string, trace: Trace, cursor: number}} */ (null));
/** What happens there. */
export const explanation = signal(/** @type {Explanation | null} */ (null));

/** Where both are asked for; null while nobody looks. */
const asked = computed(() => {
  const { value: session } = store.session, { value: beside } = store.beside;
  if (store.view.value !== "compare" || !session || !beside || !store.trace.value || store.revising.value) return null;
  return { a: session.id, b: beside.session.id, revision: session.revision, there: beside.session.revision, iteration: store.iteration.value, cursor: store.cursor.value, order: order.value, reached: both.reached.value };
});
/** @typedef {NonNullable<typeof asked.value>} Asked */

let busy = false;
/** @type {{id: string, revision: number, opened: ReturnType<typeof openRecordings>} | null} */
let recordings = null;
const HEARERS = { arrived: () => void store.arrivals.value++, failed: actions.fail };

/** While an answer is on its way, only the newest place waits. */
async function ask() {
  if (busy) return;
  busy = true;
  /** @type {Asked | null} */
  let last = null;
  for (let next = asked.peek(); next && next !== last; next = asked.peek()) await answer((last = next));
  busy = false;
}

/** The service goes so many steps beyond what a session has reached; it says so itself while that is not known. */
const ahead = () => Number(store.catalogue.peek()?.limits.step_iterations ?? Infinity);

/** @param {Asked} place */
async function answer(place) {
  const { frontier } = store.beside.peek()?.session ?? { frontier: 0 };
  if (place.iteration > frontier + ahead()) {
    comparison.value = null;
    refused.value = `B has been trained to step ${count(frontier)} so far. Train both to step ${count(place.iteration)} to compare them there.`;
    return;
  }
  try {
    const found = await compare(place.a, place.b, place);
    if (store.beside.peek()?.session.id !== place.b) return;
    comparison.value = found;
    refused.value = "";
    await stand(place.b, found);
  } catch (error) {
    comparison.value = null;
    refused.value = actions.refusal(error);
  }
}

/** @param {string} id @param {Comparison} found */
async function stand(id, { iteration, cursors }) {
  const { revision = 1, stretches } = store.beside.peek()?.session ?? {};
  if (recordings?.id !== id || recordings.revision !== revision) recordings = { id, revision, opened: openRecordings(id, HEARERS, stretches) };
  const trace = await recordings.opened.at(iteration);
  other.value = { id, trace, cursor: cursors[1] };
}

/** The entry that the first is explained for: both speak of the same. */
const entry = computed(() => store.explanation.value?.entry?.join() ?? "");
/** Counts questions, so that a slow answer for an earlier place is dropped. */
let turn = 0;

/** @param {NonNullable<typeof other.value>} there @param {string} entry */
async function explain({ id, trace, cursor }, entry) {
  const mine = ++turn, event = cursor - 1, found = cursor ? await explained(id, trace, event, entry).catch(actions.fail) : null;
  if (mine === turn) explanation.value = found ?? null;
}

/** @param {string} id @param {Trace} trace @param {number} event @param {string} entry */
async function explained(id, trace, event, entry) {
  const at = entry ? entry.split(",").map(Number) : [], of = trace.events[event];
  const fits = at.length > 0 && "value" in of && of.value.shape.length === at.length && at.every((k, axis) => k < of.value.shape[axis]);
  if (fits) return api.explanation(id, trace.iteration, event, at);
  return (await api.explanations(id, { iteration: trace.iteration, from: event, to: event + 1 })).explanations[0];
}

effect(() => {
  if (asked.value) void ask();
});
effect(() => {
  if (other.value) void explain(other.value, entry.value);
});
const twin = computed(() => store.beside.value?.session.id);
effect(() => {
  void twin.value;
  comparison.value = null;
  other.value = null;
  explanation.value = null;
  refused.value = "";
});
