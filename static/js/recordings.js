// Training steps of the open session: fetched once, kept while near.

import * as api from "./api.js";
import { makeTrace } from "./model/trace.js";

const KEPT = 8;

/**
 * @param {string} id
 * @returns {{at: (iteration: number) => Promise<import("./types").Trace>}}
 */
export function openRecordings(id) {
  const structure = Promise.all([api.graph(id), api.schedule(id)]);
  /** @type {Map<number, Promise<import("./types").Trace>>} */
  const kept = new Map();

  /** @param {number} iteration */
  const fetchTrace = async (iteration) => {
    const [[graph, schedule], buffer, magnitudes] =
      await Promise.all([structure, api.recording(id, iteration), api.magnitudes(id, iteration)]);
    return makeTrace(graph, schedule, buffer, magnitudes, iteration);
  };

  /** @param {number} iteration */
  const at = (iteration) => {
    const found = kept.get(iteration) ?? fetchTrace(iteration);
    kept.delete(iteration);
    kept.set(iteration, found);
    found.catch(() => kept.delete(iteration));
    if (kept.size > KEPT) kept.delete(/** @type {number} */ (kept.keys().next().value));
    return found;
  };
  return { at };
}
