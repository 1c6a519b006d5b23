// What a screen reader hears of a step: the sentence of each event it passed, once.

import { effect } from "../../vendor/vendor.js";
import { sameOperation } from "../model/playhead.js";
import { plainText } from "../model/text.js";
import * as store from "../store.js";

/** @param {HTMLElement} region a live region */
export function speakSteps(region) {
  effect(() => {
    void store.arrivals.value;
    if (store.asked.value !== null || store.atStop.value) return; // the question is said, or what the lesson says here
    const said = sentences();
    if (said && region.textContent !== said) region.textContent = said;
  });
}

/** Null while the sentence is on its way. */
function sentences() {
  const trace = store.trace.value, cursor = store.told.value;
  if (!trace) return null;
  if (cursor === 0) return `Training step ${trace.iteration} begins: ${trace.length} steps ahead.`;
  if (!store.explanation.value) return null;
  const passed = store.grain.value === "event" ? trace.events.slice(cursor - 1, cursor) : sameOperation(trace, cursor);
  return passed.flatMap(({ index }) => store.explanationOf(index) ?? []).map(({ sentence }) => plainText(sentence, trace.numbers)).join(" ");
}
