// What is asked of the next event before its number is shown: which number, in which words, and what would give it away.

import { slotName } from "./format.js";
import { makerOf } from "./origin.js";
import { refsOf, sizeOf } from "./trace.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../types").TraceEvent} TraceEvent */
/** @typedef {import("../types").Ref} Ref */
/** @typedef {(node: number) => string} Name of a card, in a sentence */

/** Where further paths have brought something before, all of it is asked for. @param {TraceEvent} event */
export const asksTotal = (event) => event.kind === "contribution" && event.total.offset !== event.value.offset;

/** The card and the row on it, or the edge, whose number is asked for. @param {TraceEvent} event @returns {{node: number, which: "value" | "gradient", edge: string | null}} */
export function placeAsked(event) {
  if ("into" in event) return { node: event.into, which: "gradient", edge: event.kind === "contribution" ? `${event.node}:${event.slot}` : null };
  if (event.kind === "assign") return { node: event.param, which: "value", edge: null };
  if (event.kind === "statistics") return { node: event.target, which: "value", edge: null };
  const node = "node" in event ? event.node : "params" in event ? event.params[0] : -1;
  return { node, which: event.kind === "forward" || event.kind === "recompute" ? "value" : "gradient", edge: null };
}

/** What is to be predicted, as it goes on after "Predict". @param {TraceEvent} event @param {Name} name @param {string} title of the operation */
export function askedFor(event, name, title) {
  switch (event.kind) {
    case "forward": return name(event.node);
    case "recompute": return `${name(event.node)}, computed once more`;
    case "seed": return `the slope of ${name(event.node)} by itself`;
    case "contribution": return asksTotal(event)
      ? `the whole gradient of ${name(event.into)}, now that another path arrives`
      : `what the ${title} sends back to ${name(event.into)}`;
    case "assign": return event.target === "parameter" ? `${name(event.param)} after its update` : `${slotName(event.target)} of ${name(event.param)}`;
    case "tangent": return `how fast ${name(event.node)} moves`;
    case "slope": case "quotient": case "credit": return `the gradient of ${name(event.into)}`;
    default: return "the next number";
  }
}

/** Whether a place would give the number away: the event writes it, and none before it did. @param {Trace} trace @param {TraceEvent} event @returns {(offset: number) => boolean} */
export function hiddenBy(trace, event) {
  const own = refsOf(event).filter(({ offset }) => !isKnown(trace, event, offset));
  return (offset) => own.some((ref) => offset >= ref.offset && offset < ref.offset + Math.max(1, sizeOf(ref.shape)));
}

/** @param {Trace} trace @param {TraceEvent} event @param {number} offset */
function isKnown(trace, event, offset) {
  if ("upstream" in event && event.upstream.offset === offset) return true;
  const maker = makerOf(trace, offset);
  return maker === null ? isLeaf(trace, offset) : maker < event.index;
}

/** Numbers that stand there before the first event. @param {Trace} trace @param {number} offset */
function isLeaf({ graph, schedule }, offset) {
  return graph.nodes.some(({ id, op, shape }) => op === null && offset >= schedule.values[id].offset && offset < schedule.values[id].offset + Math.max(1, sizeOf(shape)));
}

const HOLE = "{\\htmlClass{hole}{\\mathord{?}}}";

/** A line of numbers with a hole for what is asked for, which is what it begins with, and for what would give it away. @param {string} tex @param {(offset: number) => boolean} hidden */
export function withHoles(tex, hidden) {
  return tex.replace(/\\num\{(\d+)\}/g, (number, k, at) => (at === 0 || hidden(Number(k)) ? HOLE : number));
}

/** A formula whose right side is the number itself keeps its left side. @param {string} tex */
export const withoutNumber = (tex) => tex.replace(/=\s*-?[\d.]+$/, `= ${HOLE}`);

/** What is known before: an operand that is hidden, or that repeats the place asked for, is none. @template {{ref?: Ref | null}} T @param {T[]} operands @param {Ref} asked @param {(offset: number) => boolean} hidden @returns {T[]} */
export function ingredients(operands, asked, hidden) {
  const first = operands.findIndex(({ ref }) => ref?.offset === asked.offset);
  return operands.filter(({ ref }, k) => !ref || (!hidden(ref.offset) && (ref.offset !== asked.offset || k === first)));
}
