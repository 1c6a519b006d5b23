// The chosen entry asked why: why it is 0, the terms it was summed from, its paths to the loss, and what a nudge does.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api.js";
import { fromWire } from "../model/format.js";
import { withMinus } from "../model/text.js";
import * as store from "../store.js";
import { NudgeIt } from "./nudge.js";
import { MadeAt, Return } from "./origin.js";
import { SampleGradients } from "./samples.js";
import { OpenTensor, TensorDialog } from "./tensor.js";
import { Products, Ways } from "./ways.js";

/** @typedef {import("../generated/api").Insight} Told */
/** @typedef {import("../generated/api").Reason} Because */
/** @typedef {import("../types").Trace} Trace */

/** The pointer rests so long before an entry is asked for. */
const REST = 150;
/** Of a weight used a hundred times, so many ways back are spelled out. */
const WAYS = 8;

/** @param {{trace: Trace}} props */
export function Insight({ trace }) {
  const chosen = store.selection.value, frame = store.frame.value;
  const node = chosen && trace.graph.nodes[chosen.node];
  const entry = chosen?.entry ?? node?.shape.map(() => 0) ?? [];
  const told = useInsight(trace, chosen?.node ?? 0, entry);
  if (!node || !frame) return null;
  const value = frame.values[node.id], gradient = frame.gradients[node.id];
  return html`<div class="insight">
    <p class="origins"><${OpenTensor} node=${node} which=${chosen.which} /><${Return} /><${MadeAt} place=${value} says="Made at" /> ${gradient && html`<${MadeAt} place=${gradient} says="gradient at" />`}</p>
    ${told && html`<${Why} told=${told} value=${Boolean(value)} gradient=${Boolean(gradient)} />
      ${told.products && value && html`<${Products} products=${told.products} sum=${told.value} />`}
      ${told.parts.slice(0, WAYS).map((part) => part.products && part.event < store.cursor.value && html`<${Products} key=${part.event} products=${part.products} sum=${part.value} through=${part.label} />`)}
      ${!store.predicting.value && html`${fromWire(told.paths.count) > 0 && html`<${Ways} told=${told} />`}
      ${gradient && html`<${SampleGradients} trace=${trace} node=${node} entry=${entry} />`}
      <${NudgeIt} key=${`${trace.iteration} ${node.id} ${entry}`} trace=${trace} node=${node} entry=${entry} />`}`}
    <${TensorDialog} />
  </div>`;
}

/** What the service tells of the entry, once the pointer rests; null before. @param {Trace} trace @param {number} node @param {number[]} entry @returns {Told | null} */
function useInsight(trace, node, entry) {
  const [told, setTold] = useState(/** @type {Told | null} */ (null));
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(async () => {
      const found = await api.explain(store.session.peek()?.id ?? "", node, entry, trace.iteration).catch(() => null);
      if (!stale) setTold(found);
    }, REST);
    return () => { stale = true; clearTimeout(timer); };
  }, [trace, node, entry.join()]);
  return told?.node === node && told.index.join() === entry.join() ? told : null;
}

/** Only of numbers that stand on screen, and of gradients that never come. @param {{told: Told, value: boolean, gradient: boolean}} props */
function Why({ told, value, gradient }) {
  const zero = value && told.why_value_zero ? [told.why_value_zero] : [];
  const nothing = gradient || told.gradient === null ? told.why_zero : [];
  const asked = told.gradient === null ? "Why is there no gradient?" : told.why_zero[0]?.kind === "faint" ? "Why is the gradient so small?" : "Why is the gradient 0?";
  return html`<div class="why" aria-live="polite">
    ${zero.length > 0 && html`<p><b>Why is the value 0?</b> <${Reason} reason=${zero[0]} own=${told.node} /></p>`}
    ${nothing.length > 0 && html`<p><b>${asked}</b> <${Reason} reason=${nothing[0]} own=${told.node} /></p>`}
    ${nothing.length > 1 && html`<details><summary>${nothing.length - 1} more ${nothing.length > 2 ? "reasons" : "reason"}</summary>
      <ul>${nothing.slice(1).map((reason) => html`<li><${Reason} reason=${reason} own=${told.node} /></li>`)}</ul></details>`}</div>`;
}

/** @param {{reason: Because, own: number}} props */
function Reason({ reason: { kind, sentence, node, label }, own }) {
  return html`<span data-reason=${kind}>${withMinus(sentence)}</span> ${node !== null && node !== undefined && node !== own
    && html`<button type="button" class="link" data-command="show-node" onClick=${() => actions.select({ node, which: "value", entry: null })}>Show ${label}</button>`}`;
}
