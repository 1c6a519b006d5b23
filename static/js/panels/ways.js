// Sums written out: the products in an entry of a matrix product, and the paths of the chain rule. The largest come first.

import { html, signal } from "../../vendor/vendor.js";
import { count, exact, format, fromWire } from "../model/format.js";

/** @typedef {import("../generated/api").Insight} Told */

/** Whether terms are spelled out: who looks from entry to entry opens them once. */
const open = signal(false);
/** @param {Event} event */
const onToggle = (event) => { open.value = /** @type {HTMLDetailsElement} */ (event.currentTarget).open; };

/** @param {{products: NonNullable<Told["products"]>, sum: import("../types").WireNumber, through?: string | null}} props */
export function Products({ products: { left, right, count: all, shown, rest_count, rest }, sum, through = null }) {
  return html`<details class=${through === null ? "products" : "products back"} open=${through === null && open.value} onToggle=${through === null ? onToggle : undefined}><summary>The ${count(all)} terms of ${through === null ? "this entry" : html`what came back through ${through}`}</summary>
    <table><thead><tr><th scope="col">${left}</th><th scope="col">${right}</th><th scope="col">term</th></tr></thead>
      <tbody>${shown.map((term) => html`<tr><td><small>${place(term.left)}</small> ${number(term.factors[0])}</td><td><small>${place(term.right)}</small> ${number(term.factors[1])}</td>
        <td data-term data-exact=${exact(fromWire(term.value))}>${number(term.value)}</td></tr>`)}</tbody>
      <tfoot>${rest_count > 0 && html`<tr><th scope="row" colspan="2">and ${count(rest_count)} more adding up to</th><td data-rest=${exact(fromWire(rest))}>${number(rest)}</td></tr>`}
        <tr><th scope="row" colspan="2">together</th><td>${number(sum)}</td></tr></tfoot></table></details>`;
}

/** @param {{told: Told}} props */
export function Ways({ told: { paths, gradient } }) {
  const { count: all, shown, rest_count, rest, level, exact: sure } = paths;
  return html`<details class="ways"><summary>${all === 1 ? "The only path" : `All ${manyOf(all)} paths`} to the loss</summary>
    <p class="note">${level === "entry" ? "Each factor is a slope: how far the entry named behind it moves for each step of the one before." : "Each factor says how much longer the change gets from array to array."}</p>
    <ol tabindex="0" aria-label="Paths, the largest first">${shown.map((path) => html`<li data-path data-exact=${exact(fromWire(path.product))}><b>${number(path.product)}</b> = ${path.steps.map((step, k) => html`${k > 0 && " · "}<span class="factor" title="through ${step.label}">${number(step.factor)} <small>${step.label}${step.index?.length ? place(step.index) : ""}</small></span>`)}</li>`)}</ol>
    ${fromWire(rest_count) > 0 && html`<p data-rest=${exact(fromWire(rest))}>and ${manyOf(rest_count)} more adding up to <b>${number(rest)}</b>${sure ? "" : " (a larger one may be among them)"}</p>`}
    <p>Together <b data-total=${exact(fromWire(paths.total))}>${number(paths.total)}</b>${gradient === null ? "." : ": the gradient of this entry."}</p></details>`;
}

/** @param {import("../types").WireNumber} wire */
const number = (wire) => format(fromWire(wire));
/** @param {number[]} index */
const place = (index) => `[${index.join(", ")}]`;
/** More than can be counted one by one is said in powers of ten. @param {import("../types").WireNumber} wire */
function manyOf(wire) {
  const n = fromWire(wire);
  return Number.isSafeInteger(n) ? count(n) : format(n);
}
