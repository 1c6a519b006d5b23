// The step as a table: every event passed so far, with its card and its numbers, newest last.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { count, slotName } from "../model/format.js";
import { spokenNumbers } from "../model/spoken.js";
import * as store from "../store.js";

/** Of a long step, so many of the newest events. */
const MOST = 300;

/** @typedef {import("../types").TraceEvent} TraceEvent */
/** @typedef {import("../types").Trace} Trace */
/** @typedef {{card: string, what: string, value?: import("../types").Ref | null, carried?: import("../types").Ref | null, gradient?: import("../types").Ref | null}} Row */

export function Table() {
  void store.arrivals.value;
  const end = useRef(/** @type {HTMLElement | null} */ (null)), trace = store.trace.value, cursor = store.cursor.value;
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [cursor]);
  if (!trace || cursor === 0) return html`<p class="empty">Nothing has happened yet in this training step.</p>`;
  const from = Math.max(0, cursor - MOST);
  return html`${from > 0 && html`<p class="about">The last ${MOST} of ${count(cursor)} events.</p>`}
    <div class="passed" tabindex="0" role="region" aria-label="Events passed so far" ref=${end}><table><thead><tr>${["step", "phase", "card", "what happens", "value", "contribution", "gradient"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${trace.events.slice(from, cursor).map((event) => html`<${Passed} trace=${trace} event=${event} />`)}</tbody></table></div>`;
}

/** @param {{trace: Trace, event: TraceEvent}} props */
function Passed({ trace, event }) {
  void store.arrivals.value;
  const { card, what, ...numbers } = rowOf(event, trace);
  /** @param {import("../types").Ref | null} [ref] */
  const cell = (ref) => html`<td class="num">${ref ? spokenNumbers(trace, ref) : ""}</td>`;
  return html`<tr class=${event.phase} aria-current=${event.index === store.cursor.value - 1 ? "step" : undefined}>
    <td><button type="button" class="small" data-command="go-to" aria-label="Go to step ${event.index + 1}" onClick=${() => actions.seek(event.index + 1)}>${event.index + 1}</button></td>
    <td>${event.phase}</td><th scope="row">${card}</th><td>${what}</td>${cell(numbers.value)}${cell(numbers.carried)}${cell(numbers.gradient)}</tr>`;
}

/** @param {TraceEvent} event @param {Trace} trace @returns {Row} */
export function rowOf(event, { graph: { nodes } }) {
  /** @param {number} id */
  const label = (id) => nodes[id].label;
  switch (event.kind) {
    case "forward": return { card: label(event.node), what: `computed by ${nodes[event.node].op}`, value: event.value };
    case "recompute": return { card: label(event.node), what: "computed again", value: event.value };
    case "seed": return { card: label(event.node), what: "backward begins", gradient: event.value };
    case "contribution": return { card: label(event.into), what: `gradient through ${label(event.node)}`, carried: event.value, gradient: event.total };
    case "assign": return event.target === "parameter"
      ? { card: label(event.param), what: "new value", value: event.value }
      : { card: label(event.param), what: `${slotName(event.target)} written down`, value: event.value };
    default: return { card: cardsOf(event, label), what: event.kind.replaceAll("_", " "), value: "value" in event ? event.value : null };
  }
}

/** @param {TraceEvent} event @param {(id: number) => string} label */
function cardsOf(event, label) {
  if ("params" in event) return event.params.map(label).join(", ");
  const id = "into" in event ? event.into : "node" in event ? event.node : "param" in event ? event.param : null;
  return id === null ? "—" : label(id);
}
