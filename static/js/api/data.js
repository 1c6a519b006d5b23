// Data, as the service knows them before there is a model: what they look like, and tables that are sent.

import { ROOT, ask, postJson } from "../api.js";

/** @typedef {import("../generated/api").DataPreview} DataPreview */
/** @typedef {import("../generated/api").TableAnswer} Table */
/** @typedef {import("../generated/api").DatasetAnswer} Sent */
/** @typedef {{target: string, inputs: string[], kind: "class" | "number", header: boolean | null}} Choice */

/** @param {Record<string, unknown>} data @returns {Promise<DataPreview>} */
export const preview = (data) => postJson("/datasets/preview", { data });

/** @param {string} path @param {string} text @param {[string, string][]} choice @returns {Promise<any>} */
async function post(path, text, choice) {
  const query = new URLSearchParams(choice);
  return (await ask(`${ROOT}${path}?${query}`, { method: "POST", headers: { "Content-Type": "text/csv" }, body: text })).json();
}
/** @param {boolean | null} header @returns {[string, string][]} */
const titled = (header) => (header === null ? [] : [["header", String(header)]]);

/** @param {string} text @param {boolean | null} header whether the first row holds names; null: the service finds out @returns {Promise<Table>} */
export const table = (text, header) => post("/datasets/table", text, titled(header));
/** @param {string} text @param {Choice} choice @returns {Promise<Sent>} */
export const send = (text, { target, inputs, kind, header }) =>
  post("/datasets", text, [["target", target], ["kind", kind], ...inputs.map((name) => /** @type {[string, string]} */ (["inputs", name])), ...titled(header)]);
