// Mistakes made on purpose in a few words, and what an event computes that one of them made wrong.

import { slotName } from "./format.js";

/** @type {Record<string, string>} */
const TITLES = {
  overwrite: "= for +=", no_zero_grad: "No zero_grad", no_slope: "No σ′", uphill: "Uphill", fresh_mask: "Another mask",
};

/** @param {string} fault */
export const titleOf = (fault) => TITLES[fault] ?? fault.replaceAll("_", " ");

/** @param {import("../types").Trace} trace @param {import("../types").TraceEvent} event @param {string} field of the event */
export function whatOf({ graph }, event, field) {
  const label = (/** @type {number} */ id) => graph.nodes[id].label;
  if (event.kind === "contribution") return field === "total" ? `the gradient of ${label(event.into)}, to which ${label(event.node)} has just sent its contribution` : `what ${label(event.node)} sends back to ${label(event.into)}`;
  if (event.kind !== "assign") return `its ${field}`;
  if (event.target === "kept") return `the gradient that is kept for ${label(event.param)}`;
  return event.target === "parameter" ? `the new ${label(event.param)}` : `${slotName(event.target)} of ${label(event.param)}`;
}
