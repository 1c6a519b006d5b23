// The edges into the chosen card: over each of them the gradient goes back, unless it is cut here, and mended again.

import { html, useMemo, useState } from "../../vendor/vendor.js";
import { change } from "../changes.js";
import { edgeKey, isCut } from "../model/trace.js";
import * as store from "../store.js";

/** @typedef {import("../types").GraphNode} GraphNode */
/** @typedef {import("../types").Trace} Trace */
/** @typedef {{slot: number, key: string, from: string, cut: boolean}} Way */

/** @param {{node: GraphNode, trace: Trace}} props */
export function WaysIn({ node, trace }) {
  const ways = useMemo(() => waysInto(node, trace), [node, trace.schedule]), cut = ways.filter((way) => way.cut).length;
  const [refused, setRefused] = useState(/** @type {string | null} */ (null));
  if (!ways.length || (!cut && !store.mayChange.value)) return null;
  return html`<details class="ways-in" open=${cut > 0}><summary>${cut ? `Edges into it, ${cut} of ${ways.length} cut` : "Cut an edge into it"}</summary>
    <ul>${ways.map((way) => html`<${Row} key=${way.key} node=${node} way=${way} tell=${setRefused} />`)}</ul>
    ${refused && html`<p class="trouble" role="alert">${refused}</p>`}</details>`;
}

/** @param {{node: GraphNode, way: Way, tell: (refused: string | null) => void}} props */
function Row({ node, way: { slot, key, from, cut }, tell }) {
  const edit = cut ? { mend: [node.id, slot] } : { cut: [node.id, slot] };
  const done = cut ? `The edge from ${from} to ${node.label} carries the gradient back again.` : `The edge from ${from} to ${node.label} is cut: nothing goes back over it.`;
  return html`<li data-way=${key}><span>from <b>${from}</b>${cut && html` <em>is cut: nothing goes back over it</em>`}</span>
    ${store.mayChange.value && html`<button type="button" class="small-button" data-command=${cut ? "mend" : "cut"} onClick=${async () => tell(await change([edit], done))}>${cut ? "Mend" : "Cut"}<span class="unseen"> the edge from ${from} to ${node.label}</span></button>`}</li>`;
}

/** Those over which something comes back, or would. @param {GraphNode} node @param {Trace} trace @returns {Way[]} */
function waysInto(node, trace) {
  const carry = new Set(trace.events.flatMap((event) => (event.kind === "contribution" && event.node === node.id ? [event.slot] : [])));
  const ways = node.inputs.map((from, slot) => ({ slot, key: edgeKey(node.id, slot), from: trace.graph.nodes[from].label, cut: isCut(trace, edgeKey(node.id, slot)) }));
  return ways.filter(({ slot, cut }) => cut || carry.has(slot));
}
