// Numbers as they are said: one by itself, an array by its shape and the entry that says most.

import { format, shapeText } from "./format.js";
import { entryAt, isCut, largestIn, scalarAt, shownAt } from "./trace.js";

/** @typedef {import("../types").Ref} Ref */
/** @typedef {import("../types").Trace} Trace */

/** @param {Trace} trace @param {Ref} ref */
export function spokenNumbers(trace, ref) {
  if (ref.shape.length === 0) return format(scalarAt(trace, ref));
  if (!shownAt(trace, ref)) return `${shapeText(ref.shape)}, on its way`;
  const most = largestIn(trace, ref);
  return most ? `${shapeText(ref.shape)}, largest in size ${format(most.number)} at [${entryAt(most.flat, ref.shape).join(", ")}]` : `${shapeText(ref.shape)}, all 0`;
}

/** What an edge leads from and to, and what it has carried. @param {Trace} trace @param {string} key @param {import("../types").EdgeState | undefined} state */
export function spokenEdge(trace, key, state) {
  const [node, slot] = key.split(":").map(Number), { nodes } = trace.graph, from = nodes[node].inputs[slot];
  const cut = isCut(trace, key) ? "; it is cut: nothing goes back over it" : "";
  return `edge from ${nodes[from].label} to ${nodes[node].label}: ${spokenPassage(trace, from, state)}${cut}`;
}

/** @param {Trace} trace @param {number} from @param {import("../types").EdgeState | undefined} state */
function spokenPassage(trace, from, state) {
  if (!state) return "has carried nothing yet";
  const forward = `has carried ${spokenNumbers(trace, trace.schedule.values[from])} forward`;
  return state.contribution ? `${forward} and the gradient ${spokenNumbers(trace, state.contribution.value)} back` : forward;
}
