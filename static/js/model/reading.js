// What a classifier reads in its sample: the probabilities are in the recording, so the page only looks them up and compares.

import { arrayAt, sizeOf } from "./trace.js";

/** Classes there may be, and letters that fit under a bar. */
const MOST = 12, LONGEST = 2;

/** @typedef {import("../types").Trace} Trace */
/** @typedef {{event: number, node: number, place: import("../types").Ref, classes: string[], label: number | null, bars: boolean}} Reading */

/** Which event delivers one sample's probabilities. `bars`: the classes' names are short enough to stand under bars. @param {Trace} trace @param {import("../types").Session["data"]} data @returns {Reading | null} */
export function readingOf(trace, data) {
  const classes = data?.classes ?? [];
  if (data?.sample == null || classes.length < 2 || classes.length > MOST) return null;
  const bars = classes.every((name) => name.length <= LONGEST);
  for (const event of trace.events) {
    const place = event.kind === "forward" ? event.saved?.probabilities : undefined;
    if (event.kind === "forward" && place && sizeOf(place.shape) === classes.length) {
      return { event: event.index, node: event.node, place, classes, label: data.label, bars };
    }
  }
  return null;
}

/** The most probable class, and its probability; null while that is on its way. @param {Trace} trace @param {Reading} reading */
export function mostProbable(trace, { place, classes }) {
  const numbers = arrayAt(trace, place);
  if (!numbers) return null;
  const at = numbers.indexOf(Math.max(...numbers));
  return { at, name: classes[at] ?? "?", probability: numbers[at] ?? NaN };
}
