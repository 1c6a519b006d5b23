// A tensor's event is explained for one entry. Where the page rests, that is the largest one: the first often says 0 = 0 · 0.

import { effect } from "../../vendor/vendor.js";
import * as api from "../api.js";
import { sameOperation, stopAfter, stopBefore } from "../model/playhead.js";
import { entryAt, largestIn } from "../model/trace.js";
import * as store from "../store.js";

const REST = 120;
const KEPT = 2000;
/** Faster than this nobody reads an entry. */
const FASTEST = 1;
/** A step of a coarse grain may hold hundreds of events; what is read is its end. */
const MOST = 6;

/** @typedef {import("../types").Trace} Trace */

/** Asks for the entries of this step, then of its neighbours, so that a step either way shows its own at once. */
export function watchEntries() {
  effect(() => {
    const trace = store.trace.value, cursor = store.cursor.value;
    void store.arrivals.value;
    if (!trace || (store.playing.value && store.speed.value > FASTEST)) return;
    const ends = store.ends.value;
    const places = [cursor, stopAfter(ends, cursor), stopBefore(ends, cursor)];
    const timer = setTimeout(() => void askInTurn(trace, places), REST);
    return () => clearTimeout(timer);
  });
}

/** @param {Trace} trace @param {(number | null)[]} cursors */
async function askInTurn(trace, cursors) {
  for (const cursor of cursors) {
    const events = cursor ? sameOperation(trace, cursor).slice(-MOST) : [];
    await Promise.all(events.map((event) => ask(trace, event.index)));
  }
}

/** What does not arrive is done without: the service's first entry stays. @param {Trace} trace @param {number} event */
async function ask(trace, event) {
  const session = store.session.peek(), key = store.entryKey(trace.iteration, event);
  const chosen = largestOf(trace, event);
  if (!session || !chosen || store.entries.peek().has(key)) return;
  if (!store.stands(trace)) return;
  const found = await api.explanation(session.id, trace.iteration, event, chosen.at).catch(() => null);
  if (found && store.session.peek() === session) keep(key, found);
}

/** @param {string} key @param {import("../types").Explanation} found */
function keep(key, found) {
  const kept = [...store.entries.peek(), /** @type {const} */ ([key, found])];
  store.entries.value = new Map(kept.slice(-KEPT));
}

/** The entry of the event's array that says most. Null where there is nothing to choose. @param {Trace} trace @param {number} event */
export function largestOf(trace, event) {
  const of = trace.events[event];
  if (!of || !("value" in of) || of.value.shape.length === 0) return null;
  const found = largestIn(trace, of.value);
  return found && { at: entryAt(found.flat, of.value.shape), number: found.number };
}
