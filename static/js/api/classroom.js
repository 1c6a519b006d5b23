// What a class asks of the service: answers held to numbers, changes, codes to join by, and what the driver does.

import { ROOT, ask, postJson } from "../api.js";

/** @typedef {import("../types").Session} Session */
/** @typedef {{event: number, entry: number[], total: boolean, value?: number, sign?: number, size?: number}} Answer */
/** @param {string} id @param {number} iteration @param {Answer} answer @returns {Promise<import("../generated/api").Prediction>} */
export const predict = (id, iteration, answer) => postJson(`/sessions/${id}/predict?iteration=${iteration}`, answer);
/** A change is decided on a revision. @param {string} id @param {"edits" | "undo" | "redo"} what @param {number} revision @param {unknown} body @returns {Promise<Session>} */
export const revise = (id, what, revision, body) => postJson(`/sessions/${id}/${what}`, body, { "If-Match": `"${revision}"` });
/** @param {string} id @returns {Promise<{code: string, seconds: number}>} */
export const code = (id) => postJson(`/sessions/${id}/code`, {});
/** @param {string} code @returns {Promise<string>} the session's id */
export const join = async (code) => (await postJson("/join", { code })).id;
/** What happens to a session, as it happens. @param {string} id */
export const stream = (id) => new EventSource(`${ROOT}/sessions/${id}/live`);
/** News as soon as there are some, where streams do not come through. @param {string} id @param {{revision: number, iteration: number, cursor: number}} seen @param {AbortSignal} signal @returns {Promise<import("../generated/api").NewsAnswer>} */
export const news = async (id, { revision, iteration, cursor }, signal) =>
  (await ask(`${ROOT}/sessions/${id}/live?poll=1&after=${revision}&iteration=${iteration}&cursor=${cursor}`, { signal })).json();
