// What a stop of a guided lesson says, in place of the step's own sentence: its words light the cards they name.

import { html, signal } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { style } from "../lazy.js";
import { format, fromWire } from "../model/format.js";
import * as store from "../store.js";
import { elsewhere, end, move } from "./state.js";

/** @typedef {import("../generated/api").LessonSpan} Span */
/** @typedef {import("../generated/api").LessonStop} Stop */

export const styled = style("lesson.css");
/** The card whose name has the pointer or the focus. */
export const named = signal(/** @type {number | null} */ (null));

export function Lesson() {
  const lesson = store.lesson.value, stop = store.stop.value;
  if (!lesson || !stop) return null;
  const { at, stops } = lesson, last = at === stops.length - 1;
  return html`<section class="lesson" aria-label="Lesson" data-stop=${at + 1} data-going=${lesson.going ? "" : undefined}>
    <header><h2>Lesson · ${at + 1} of ${stops.length}</h2>
      <${Turn} id="lesson-previous" label="The stop before (Page ↑ or ←)" disabled=${at === 0} by=${-1}>‹<//>
      <${Turn} id="lesson-next" label="The next stop (Page ↓ or →)" disabled=${last} by=${1}>›<//>
      <button type="button" class="quiet-button" data-command="end-lesson" aria-label="End the lesson" title="End the lesson (l or Esc)" onClick=${end}>✕</button></header>
    <ol class="stops" aria-hidden="true">${stops.map((_, k) => html`<li class=${k < at ? "walked" : k === at ? "standing" : ""}></li>`)}</ol>
    ${store.atStop.value ? html`<${Text} stop=${stop} />` : html`<${Strayed} />`}
  </section>`;
}

/** @param {{id: string, label: string, disabled: boolean, by: number, children?: any}} props */
function Turn({ id, label, disabled, by, children }) {
  return html`<button type="button" class="small" data-command=${id} aria-label=${label} title=${label} disabled=${disabled} onClick=${() => move(by)}>${children}</button>`;
}

/** Steps were taken by hand. */
function Strayed() {
  return html`<p class="strayed">You have stepped away from the lesson. <button type="button" class="pill on" data-command="return-to-lesson" onClick=${() => move(0)}>Back to the lesson <kbd>k</kbd></button></p>`;
}

/** @param {{stop: Stop}} props */
function Text({ stop: { text, missing, holds } }) {
  if (missing) return html`<p class="say">${missing}</p><p class="aside">This stop speaks of another model than the one on screen.</p>`;
  return html`<p class="say">${text.map((span, k) => html`<${Piece} span=${span} before=${text[k - 1]} after=${text[k + 1]} />`)}</p>
    ${!holds && html`<p class="aside">This was written for other numbers: with those of this step it is not so.</p>`}`;
}

/** What follows a name without a space stays on its line. @param {{span: Span, before?: Span, after?: Span}} props */
function Piece({ span, before, after }) {
  const { text, node } = span;
  if (isName(span)) return html`<span class="whole"><${Name} node=${node}>${text}<//>${clinging(after)}</span>`;
  if (!isNumber(span)) return kept(before && isName(before) ? text.slice(clinging(span).length) : text);
  return html`<b class="told-number" data-place=${placeOf(span)} onMouseEnter=${() => (named.value = node ?? null)} onMouseLeave=${() => (named.value = null)}>${told(span)}</b>`;
}

/** @param {{node: number, children?: any}} props */
function Name({ node, children }) {
  const on = () => (named.value = node), off = () => (named.value = null), choose = () => actions.select({ node, which: "value", entry: null });
  return html`<button type="button" class="told-name" data-names=${node} onMouseEnter=${on} onMouseLeave=${off} onFocus=${on} onBlur=${off} onClick=${choose}>${children}</button>`;
}

/** A number stays with its sign of equality. @param {string} text */
const kept = (text) => text.replace(/ = $/, "\u00a0=\u00a0");

/** @param {Span | undefined} span */
const clinging = (span) => (span && !isNumber(span) && !isName(span) ? span.text.match(/^\S*/)?.[0] ?? "" : "");

/** @param {Span} span */
const isName = (span) => !isNumber(span) && span.node != null;
/** @param {Span} span */
const isNumber = ({ number, offset, event }) => number != null || offset != null || event != null;

/** @param {Span} span */
const placeOf = ({ iteration, offset }) => (offset == null ? undefined : `${iteration}:${offset}`);

/** A number as text; … while it is on its way. @param {Span} span @returns {string} */
function told({ number, iteration, offset, event }) {
  void store.arrivals.value;
  if (number != null) return format(fromWire(number));
  const shown = store.trace.value, trace = shown?.iteration === iteration ? shown : elsewhere.value.get(iteration ?? 0);
  if (!trace) return "…";
  return format(offset != null ? trace.numbers.at(offset) : trace.magnitudes[event ?? 0] ?? undefined);
}

/** The same as a sentence that is read aloud. @param {Stop} stop */
export const spoken = ({ text, missing }) => missing ?? text.map((span) => (isNumber(span) ? told(span) : span.text)).join("");
