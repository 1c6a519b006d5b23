// The service, typed. Every failure is one ApiError: with a status, or without one when nobody answered.

/** @typedef {import("./types").Session} Session */

export const ROOT = "/api/v1";

export class ApiError extends Error {
  /** @param {number} status 0: no answer @param {string} detail @param {any[]} [errors] each with the pointer of its field */
  constructor(status, detail, errors = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<Response>} */
export async function ask(path, options) {
  const answer = await fetch(path, options).catch(() => null);
  if (!answer) throw new ApiError(0, "The server does not answer.");
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new ApiError(answer.status, problem.detail ?? problem.title ?? `The server answered ${answer.status}.`, problem.errors);
}

/** @param {string} path @returns {Promise<any>} */
export async function getJson(path) {
  return (await ask(ROOT + path)).json();
}

/** @param {string} path @param {unknown} body @param {Record<string, string>} [more] headers @returns {Promise<any>} */
export async function postJson(path, body, more) {
  const headers = { "Content-Type": "application/json", ...more };
  return (await ask(ROOT + path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

/** @returns {Promise<void>} */
export const health = async () => void (await ask("/healthz"));
/** @returns {Promise<import("./types").Catalogue>} */
export const catalogue = () => getJson("/catalogue");
/** @returns {Promise<import("./types").Example[]>} */
export const examples = async () => (await getJson("/examples")).examples;

/**
 * The token that lets this browser move and edit the session comes in a cookie that no script can read.
 * @param {{example: string} | {spec: object} | {import: object}} body @returns {Promise<Session>}
 */
export const createSession = (body) => postJson("/sessions", body, { "X-Drive": "cookie" });
/** The session as text, to bring back. @param {string} id @returns {Promise<string>} */
export const exported = async (id) => (await ask(`${ROOT}/sessions/${id}/export?format=json`)).text();
/** A session like one that was exported, given as its text: its numbers are never written anew here. @param {string} text @returns {Promise<Session>} */
export async function importSession(text) {
  const headers = { "Content-Type": "application/json", "X-Drive": "cookie" };
  return (await ask(`${ROOT}/sessions`, { method: "POST", headers, body: `{"import":${text}}` })).json();
}
/** @param {string} id @returns {Promise<Session>} */
export const session = (id) => getJson(`/sessions/${id}`);
/** What has the same tag is the same. @param {string} path @returns {Promise<{tag: string | null, body: any}>} */
async function getTagged(path) {
  const answer = await ask(ROOT + path);
  return { tag: answer.headers.get("ETag"), body: await answer.json() };
}
/** @param {string} id @param {number} iteration @returns {Promise<{tag: string | null, body: import("./types").Graph}>} */
export const graph = (id, iteration) => getTagged(`/sessions/${id}/graph?iteration=${iteration}`);
/** @param {string} id @param {number} iteration @returns {Promise<{tag: string | null, body: import("./types").Schedule}>} */
export const schedule = (id, iteration) => getTagged(`/sessions/${id}/schedule?iteration=${iteration}`);
/** @param {string} path @returns {Promise<ArrayBuffer>} */
const getBytes = async (path) => (await ask(ROOT + path)).arrayBuffer();
/** @param {string} id @param {number} iteration */
export const recording = (id, iteration) => getBytes(`/sessions/${id}/recording?iteration=${iteration}`);
/** Stretches of a recording, one after the other. @param {string} id @param {number} iteration @param {[number, number][]} ranges from and to */
export const stretches = (id, iteration, ranges) =>
  getBytes(`/sessions/${id}/recording?iteration=${iteration}&ranges=${ranges.map((range) => range.join(":")).join()}`);
/** Large arrays as small pictures: all cells, then all their places. @param {string} id @param {number} iteration @param {[number, number, number][]} places offset, rows and columns */
export const overviews = (id, iteration, places) =>
  getBytes(`/sessions/${id}/overviews?iteration=${iteration}&at=${places.map((place) => place.join(":")).join()}`);
/** @param {string} id @param {number} iteration @returns {Promise<(import("./types").WireNumber | null)[]>} */
export const magnitudes = async (id, iteration) =>
  (await getJson(`/sessions/${id}/magnitudes?iteration=${iteration}`)).magnitudes;
/** @typedef {{iteration: number, from: number, to: number}} Stretch of events */
/** @param {string} id @param {Stretch} stretch @returns {Promise<import("./types").ExplanationPage>} */
export const explanations = (id, { iteration, from, to }) => getJson(`/sessions/${id}/explanations?iteration=${iteration}&from=${from}&to=${to}`);
/** What cut edges leave out of the gradients. @param {string} id @param {number} iteration @returns {Promise<import("./generated/api").Truncation>} */
export const truncation = (id, iteration) => getJson(`/sessions/${id}/truncation?iteration=${iteration}`);
/** @param {string} id @param {Stretch} stretch @returns {Promise<string[][]>} */
export const pytorch = async (id, { iteration, from, to }) => (await getJson(`/sessions/${id}/pytorch?iteration=${iteration}&from=${from}&to=${to}`)).lines;
/** @param {string} id @param {number} iteration @param {number} event @param {number[]} entry @returns {Promise<import("./types").Explanation>} */
export const explanation = async (id, iteration, event, entry) =>
  (await getJson(`/sessions/${id}/explanations?iteration=${iteration}&event=${event}&entry=${entry.join(",")}`)).explanations[0];
/** @typedef {{iteration: number, cursor: number, window?: string}} Where of a tensor */
/** @param {string} id @param {number} node @param {number[]} index @param {number} iteration @returns {Promise<import("./generated/api").Insight>} */
export const explain = (id, node, index, iteration) => getJson(`/sessions/${id}/explain?node=${node}${index.length ? `&index=${index.join(",")}` : ""}&iteration=${iteration}`);
/** @param {string} id @param {{set: string, index: number[], by: number}} what @param {number} iteration @returns {Promise<import("./generated/api").Nudge>} */
export const nudge = (id, what, iteration) => postJson(`/sessions/${id}/nudge?iteration=${iteration}`, what);
/** @param {string} id @param {number} iteration @returns {Promise<import("./generated/api").Verification>} */
export const verify = (id, iteration) => getJson(`/sessions/${id}/verify?iteration=${iteration}`);
/** @param {string} id @param {number} node @param {"value" | "gradient"} which @param {Where} where @returns {Promise<import("./generated/api").Tensor>} */
export const tensor = (id, node, which, { iteration, cursor, window }) =>
  getJson(`/sessions/${id}/tensors/${node}/${which}?iteration=${iteration}&cursor=${cursor}${window ? `&window=${window}` : ""}`);
/** @param {string} id @param {number} node @param {"value" | "gradient"} which @param {Where} where @returns {Promise<import("./generated/api").Histogram>} */
export const histogram = (id, node, which, { iteration, cursor }) =>
  getJson(`/sessions/${id}/tensors/${node}/${which}/histogram?iteration=${iteration}&cursor=${cursor}`);
/** @param {string} id @param {number} iteration @param {number} cursor @returns {Promise<Session>} */
export const seek = (id, iteration, cursor) => postJson(`/sessions/${id}/seek`, { iteration, cursor });
