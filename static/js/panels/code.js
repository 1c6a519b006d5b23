// The whole step as a NumPy listing; the line of this event is lit and kept in sight.

import { computed, html, useEffect, useRef } from "../../vendor/vendor.js";
import * as store from "../store.js";
import { lightNames, Named, onNames } from "./named.js";

/** Of a long listing, the lines of so many events before and after this one. */
const NEAR = 60, LONG = 400;

/** @type {{value: {event: number, text: string}[]}} */
const lines = computed(() => [...store.explanations.value.values()].sort((a, b) => a.event - b.event)
  .flatMap(({ event, code }) => code.map((text) => ({ event, text }))));

/** @type {{value: {event: number, text: string}[]}} */
const listing = computed(() => {
  if (lines.value.length <= LONG) return lines.value;
  const at = store.told.value - 1;
  return lines.value.filter(({ event }) => Math.abs(event - at) <= NEAR);
});

/** Lines as they were drawn: one that stays as it is costs nothing. @type {WeakMap<object, Record<string, unknown>>} */
const drawn = new WeakMap();

/** @param {{event: number, text: string}} line @param {"at" | "done" | ""} state */
function lineOf(line, state) {
  const found = drawn.get(line) ?? {};
  drawn.set(line, found);
  return found[state] ??= html`<div class=${state} aria-current=${state === "at" ? "step" : undefined}><${Named} line=${line.text} /></div>`;
}

export function Code() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const at = store.told.value - 1;
  useEffect(() => keepInSight(box.current), [at, listing.value]);
  useEffect(() => follow(box.current), [listing.value.length > 0]);
  useEffect(() => lightNames(box.current), [store.hovered.value]);
  if (listing.value.length === 0) return null;
  return html`<div class="listing"><h2>The same step in NumPy</h2>
    <div class="code" ref=${box} tabindex="0" role="region" aria-label="NumPy listing" ...${onNames}>
    ${listing.value.map((line) => lineOf(line, line.event === at ? "at" : line.event < at ? "done" : ""))}
  </div></div>`;
}

/** Formulas arrive late and take room: the line stays in sight. @param {HTMLElement | null} box */
function follow(box) {
  if (!box) return;
  const observer = new ResizeObserver(() => keepInSight(box));
  observer.observe(box);
  return () => observer.disconnect();
}

/** In the middle, under as many whole lines as there is room for. @param {HTMLElement | null} box */
function keepInSight(box) {
  const line = /** @type {HTMLElement | null} */ (box?.querySelector(".at"));
  if (!box || !line) return;
  const above = line.offsetTop - (box.clientHeight - line.clientHeight) / 2;
  let first = line;
  for (let one = before(line); one && one.offsetTop >= above; one = before(one)) first = one;
  box.scrollTop = before(first) ? first.offsetTop : 0;
}

/** @param {HTMLElement} line */
const before = (line) => /** @type {HTMLElement | null} */ (line.previousElementSibling);
