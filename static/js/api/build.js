// What the builder asks of the service: a look at a spec, and the words of its description.

import { ROOT, ask } from "../api.js";

/** @typedef {import("../generated/api").Preview} Preview */

/** @param {object} spec @param {AbortSignal} signal @returns {Promise<Preview>} */
export const preview = async (spec, signal) =>
  (await ask(`${ROOT}/preview`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ spec }), signal })).json();
/** Everything the service says of what it takes, by name. @returns {Promise<Record<string, any>>} */
export const schemas = async () => (await (await ask("/openapi.json")).json()).components.schemas;
