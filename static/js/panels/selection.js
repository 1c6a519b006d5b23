// The chosen card: what it is, and its value and gradient entry by entry.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import { exact, format, shapeText } from "../model/format.js";
import { arrayAt, entryAt, scalarAt } from "../model/trace.js";
import * as api from "../api.js";
import * as actions from "../actions.js";
import * as store from "../store.js";
import { MathLine } from "./explain.js";
import { Heatmap } from "./heatmap.js";

/** @typedef {import("../types").GraphNode} GraphNode */
/** @typedef {import("../types").Trace} Trace */
/** @typedef {"value" | "gradient"} Which */

const WAIT = 120;

export function Chosen() {
  const selection = store.selection.value, trace = store.trace.value, frame = store.frame.value;
  if (!selection || !trace || !frame) return null;
  const node = trace.graph.nodes[selection.node];
  const which = /** @type {Which[]} */ (node.wanted ? ["value", "gradient"] : ["value"]);
  return html`<section class="chosen" aria-label="Chosen card">
    <header><h2>${node.label}</h2><span class="meta">${node.op ?? node.role} · ${node.shape.length ? shapeText(node.shape) : "a number"}</span>
      <button type="button" class="quiet-button" data-command="deselect" aria-label="Close this card's numbers" onClick=${() => actions.select(null)}>✕</button></header>
    ${node.op && html`<p class="doc">${store.ops.value.get(node.op)?.doc}</p>`}
    ${which.map((name) => html`<${Numbers} key=${`${node.id} ${name}`} node=${node} which=${name} trace=${trace}
      place=${(name === "value" ? frame.values : frame.gradients)[node.id]} />`)}
    <${EntryLines} trace=${trace} />
  </section>`;
}

/** @param {{node: GraphNode, which: Which, trace: Trace, place: import("../types").Ref | null}} props */
function Numbers({ node, which, trace, place }) {
  if (!place) return html`<div class="numbers ${which}"><h3>${which}</h3><p class="empty">— not computed yet</p></div>`;
  if (place.shape.length === 0) return html`<${Single} which=${which} number=${scalarAt(trace, place)} />`;
  return html`<${Many} node=${node} which=${which} trace=${trace} place=${place} />`;
}

/** @param {{which: Which, number: number}} props */
function Single({ which, number }) {
  return html`<div class="numbers ${which}"><h3>${which}</h3><p class="single"><b>${format(number)}</b><span class="exact">${exact(number)}</span></p></div>`;
}

/** @param {{node: GraphNode, which: Which, trace: Trace, place: import("../types").Ref}} props */
function Many({ node, which, trace, place }) {
  const [at, setAt] = useState(0);
  const numbers = arrayAt(trace, place);
  const entry = entryAt(at, place.shape);
  const active = store.selection.value?.which === which && store.selection.value.entry !== null;
  useEntryExplanation(trace, node.id, which, entry, active);
  return html`<div class="numbers ${which}"><h3>${which}</h3>
    <${Heatmap} numbers=${numbers} shape=${place.shape} at=${at} marked=${active} label=${`${node.label} ${which}`} dark=${store.dark.value}
      choose=${(/** @type {number} */ flat) => { setAt(flat); store.selection.value = { node: node.id, which, entry: entryAt(flat, place.shape) }; }} />
    <p class="entry" aria-live="polite"><span class="index">[${entry.join(", ")}]</span> <b>${format(numbers[at])}</b><span class="exact">${exact(numbers[at])}</span></p></div>`;
}

/** Asks for the chosen entry's own numbers, once the pointer rests. @param {Trace} trace @param {number} node @param {Which} which @param {number[]} entry @param {boolean} active */
function useEntryExplanation(trace, node, which, entry, active) {
  const event = active ? latestEvent(trace, store.cursor.value, node, which) : -1;
  useEffect(() => {
    if (event < 0) return;
    let stale = false;
    const timer = setTimeout(async () => {
      const id = store.session.peek()?.id ?? "";
      const found = await api.explanation(id, event, entry).catch(() => null);
      if (!stale) store.entryExplanation.value = found;
    }, WAIT);
    return () => { stale = true; clearTimeout(timer); };
  }, [trace, event, entry.join()]);
}

/** The newest event that delivered this card's value or gradient. @param {Trace} trace @param {number} cursor @param {number} node @param {Which} which */
function latestEvent(trace, cursor, node, which) {
  return trace.events.slice(0, cursor).findLastIndex((event) => {
    if (which === "value") return (event.kind === "forward" && event.node === node) || (event.kind === "assign" && event.param === node && event.target === "parameter");
    return (event.kind === "contribution" && event.into === node) || (event.kind === "seed" && event.node === node);
  });
}

/** @param {{trace: Trace}} props */
function EntryLines({ trace }) {
  const found = store.entryExplanation.value;
  if (!found?.entry) return null;
  return html`<div class="lines">${found.lines.map((line) => html`<${MathLine} line=${line} trace=${trace} />`)}</div>`;
}
