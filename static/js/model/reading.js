// What a classifier reads in its sample: its answers are in the recording, so the page only looks them up and compares.

import { arrayAt, sizeOf } from "./trace.js";

/** Classes there may be, and letters that fit under a bar. */
const MOST = 12, LONGEST = 2;

/** @typedef {import("../types").Trace} Trace */
/** @typedef {{event: number, node: number, place: import("../types").Ref, classes: string[], label: number | null, bars: boolean}} Reading */

/** Where a classifier's answers stand, one number a class: the probabilities its loss keeps, else what the loss compares with the targets. @param {Trace} trace @returns {{event: number, node: number, place: import("../types").Ref, kept: boolean} | null} */
export function answersOf({ graph, events }) {
  for (const event of events) {
    if (event.kind === "forward" && event.saved?.probabilities) return { event: event.index, node: event.node, place: event.saved.probabilities, kept: true };
  }
  const target = graph.nodes.findIndex(({ role }) => role === "target");
  const compared = graph.nodes.find(({ inputs }) => inputs.includes(target))?.inputs.find((id) => id !== target);
  const event = events.find((each) => each.kind === "forward" && each.node === compared);
  return event?.kind === "forward" ? { event: event.index, node: event.node, place: event.value, kept: false } : null;
}

/** How one sample's classes are read. `bars`: they are probabilities, and the classes' names short enough to stand under bars. @param {Trace} trace @param {import("../types").Session["data"]} data @returns {Reading | null} */
export function readingOf(trace, data) {
  const classes = data?.classes ?? [];
  if (data?.sample == null || classes.length < 2 || classes.length > MOST) return null;
  const answers = answersOf(trace);
  if (!answers || sizeOf(answers.place.shape) !== classes.length) return null;
  const { event, node, place, kept } = answers;
  return { event, node, place, classes, label: data.label, bars: kept && classes.every((name) => name.length <= LONGEST) };
}

/** The class with the largest answer, most often its probability; null while that is on its way. @param {Trace} trace @param {Reading} reading */
export function mostProbable(trace, { place, classes }) {
  const numbers = arrayAt(trace, place);
  if (!numbers) return null;
  const at = numbers.indexOf(Math.max(...numbers));
  return { at, name: classes[at] ?? "?", probability: numbers[at] ?? NaN };
}
