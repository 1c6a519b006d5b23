// What the builder asks of the service: a look at a spec, and the words of its description.

import { ROOT, ask } from "../api.js";

/** @typedef {import("../generated/api").Carried} Carried */

/** @typedef {import("../generated/api").Preview} Preview */

/** @param {string} path @param {object} spec @param {AbortSignal} signal */
const shown = async (path, spec, signal) =>
  (await ask(ROOT + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ spec }), signal })).json();
/** @param {object} spec @param {AbortSignal} signal @returns {Promise<Preview>} */
export const preview = (spec, signal) => shown("/preview", spec, signal);
/** Which edits of a session the spec can have. @param {string} id @param {object} spec @param {AbortSignal} signal @returns {Promise<Carried>} */
export const carry = (id, spec, signal) => shown(`/sessions/${id}/carry`, spec, signal);
/** Everything the service says of what it takes, by name. @returns {Promise<Record<string, any>>} */
export const schemas = async () => (await (await ask("/openapi.json")).json()).components.schemas;
