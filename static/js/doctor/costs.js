// Every way to the gradients of this model, counted: passes, operations, and the most numbers held.

import { html } from "../../vendor/vendor.js";
import * as api from "../api/doctor.js";
import { count } from "../model/format.js";
import { useAnswer, Waiting } from "./asking.js";

/** @type {Record<string, string>} */
const SAYS = {
  "reverse": "One pass forward and one back gives the slope of the loss for every number at once; what went forward is held until it comes back.",
  "forward": "One pass along for every entry of every parameter; nothing is held for later.",
  "central differences": "Two passes for every entry, one a little to each side: simple, slow, and never exact.",
  "one-sided differences": "One pass for every entry, a little to one side: half the work, and further off.",
  "real-time recurrent learning": "How far each parameter has moved each state goes along through time: nothing is held of the past.",
  "truncated": "The way back ends at the borders that were set: less is held, and what lies beyond them is left out.",
  "checkpointed": "Only some values are held; the others are computed again on the way back.",
};
const PASSES = { forward: "forward", backward: "backward", tangent: "along a direction", influence: "through the states" };

/** @param {{trace: import("../types").Trace}} props */
export function Costs({ trace }) {
  const { found, fresh, refused } = useAnswer(trace, api.cost);
  if (!found || !fresh) return html`<${Waiting} says="Counting …" refused=${refused} />`;
  return html`<section class="costs"><p>None of these is run: passes, operations and numbers are counted from the model. Each but a truncated one leads to the same gradients.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Ways to the gradients"><table>
    <thead><tr><th scope="col">way</th><th scope="col">passes</th><th scope="col">operations</th><th scope="col">most numbers held</th></tr></thead>
    <tbody>${found.ways.map((way) => html`<tr data-way=${way.name} aria-current=${way.own ? "true" : undefined}>
      <th scope="row">${way.name}${way.own && html` <small class="own">this session’s</small>`}<small>${SAYS[way.name]}</small></th>
      <td data-number="passes">${passesOf(way.passes)}</td>
      <td data-number="operations" data-exact=${way.operations}>${count(way.operations)}${way.again > 0 && html`<small>of them ${count(way.again)} for values again</small>`}</td>
      <td data-number="peak" data-exact=${way.peak}>${count(way.peak)}</td></tr>`)}</tbody></table></div>
    <p class="note">An operation is one addition, multiplication or comparison. Not counted are the parameters, their gradients and the update, which every way has.</p></section>`;
}

/** @param {Record<string, number>} passes */
const passesOf = (passes) => Object.entries(passes).map(([name, n]) => html`<span>${count(n)} ${PASSES[/** @type {keyof typeof PASSES} */ (name)] ?? name}</span>`);
