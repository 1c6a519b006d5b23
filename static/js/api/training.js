// Training, as the service knows it: runs, and what was measured along the way.

import { ROOT, ask, getJson, postJson } from "../api.js";

/** @typedef {import("../types").Run} Run */
/** @typedef {import("../generated/api").HistoryAnswer} History */

/** @param {string} id @param {{iterations: number, until?: {loss: number} | null}} wish @returns {Promise<Run>} */
export const train = (id, wish) => postJson(`/sessions/${id}/train`, wish);
/** @param {string} id @param {string} run @returns {Promise<Run>} */
export const runOf = (id, run) => getJson(`/sessions/${id}/runs/${run}`);
/** @param {string} id @param {string} run */
export const cancel = (id, run) => ask(`${ROOT}/sessions/${id}/runs/${run}`, { method: "DELETE" });
/** @param {string} id @returns {Promise<History>} */
export const history = (id) => getJson(`/sessions/${id}/history`);
/** What happens to a session, as it happens. @param {string} id */
export const live = (id) => new EventSource(`${ROOT}/sessions/${id}/live`);
