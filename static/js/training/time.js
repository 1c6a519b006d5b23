// Recurrent layers: what the loss at each time step sends back to each step before it, and what cutting it would lose.

import { html, useState } from "../../vendor/vendor.js";
import * as api from "../api/training.js";
import { count, exact, format } from "../model/format.js";
import { logPlace } from "../model/scale.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { useAnswer } from "../answers.js";

/** @typedef {import("../generated/api").TimeLayer} Layer */
/** @typedef {import("../generated/api").Lost} Lost */

/** Sizes from faint to full. */
const SIZES = { low: 1e-6, high: 1 };
/** So many steps leave room for numbers. */
const LEGIBLE = 8;

/** @param {{truncate: number | null}} props of the spec */
export function Time({ truncate }) {
  const id = store.session.value?.id ?? "", iteration = runs.shown.value, [every, setEvery] = useState(truncate), [which, choose] = useState(0);
  const told = useAnswer(`${id} ${store.session.value?.revision} ${iteration} ${every}`, () => api.time(id, iteration, every))?.found;
  const layer = told?.layers[which];
  if (!told || !layer) return null;
  const steps = layer.steps, shown = every ?? steps;
  return html`<figure class="time" data-picture="time" data-step=${told.iteration} data-truncate=${told.truncate ?? undefined}><figcaption><h2>Gradients through time</h2>
      ${told.layers.length > 1 && html`<label><span class="unseen">Layer</span><select data-command="time-layer" value=${String(which)} onChange=${(/** @type {Event} */ event) => choose(Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value))}>
        ${told.layers.map(({ layer }, k) => html`<option value=${String(k)}>${layer}</option>`)}</select></label>`}</figcaption>
    <${Triangle} layer=${layer} />
    <label class="cut">cut every <output>${shown < steps ? count(shown) : "–"}</output> steps <input type="range" data-command="truncate" min="1" max=${steps} value=${Math.min(shown, steps)} aria-valuetext=${shown < steps ? `every ${shown} steps` : "never"}
      onInput=${(/** @type {Event} */ event) => { const k = Number(/** @type {HTMLInputElement} */ (event.currentTarget).value); setEvery(k < steps ? k : null); }} /></label>
    <${Losses} lost=${told.lost} every=${told.truncate} /></figure>`;
}

/** @param {{layer: Layer}} props */
function Triangle({ layer: { layer, state, steps, rows, sizes, totals, kept } }) {
  const times = Array.from({ length: steps }, (_, k) => k + 1), numbers = steps <= LEGIBLE;
  /** @param {number} row @param {number} k */
  const cell = (row, k) => {
    const size = sizes[row][k], dark = kept?.[row][k] === false;
    if (size === null) return html`<td></td>`;
    const text = `the loss at step ${rows[row]} sends ${format(Number(size))} back to step ${k + 1}${dark ? ": cut off" : ""}`;
    return html`<td class=${dark ? "size lost" : "size"} style=${{ "--share": `${Math.round(100 * logPlace(Number(size), SIZES))}%` }} data-exact=${exact(Number(size))} title=${text}>${numbers ? format(Number(size)) : html`<span class="unseen">${format(Number(size))}</span>`}${dark && html`<span class="unseen"> cut off</span>`}</td>`;
  };
  return html`<div class=${numbers ? "triangle" : "triangle fine"} tabindex="0" role="region" aria-label="Gradients through time"><table><caption>Rows: the loss at a time step. Columns: the time step whose state (${layer}.${state}) its gradient reaches, and how large it is there.</caption>
    <thead><tr><th scope="col"><span class="unseen">loss at step</span></th>${times.map((time) => html`<th scope="col">${numbers || time === 1 || (time % 10 === 0 && time < steps) ? time : html`<span class="unseen">${time}</span>`}</th>`)}</tr></thead>
    <tbody>${rows.map((time, row) => html`<tr><th scope="row">${time}</th>${times.map((_, k) => cell(row, k))}</tr>`)}
      ${rows.length > 1 && html`<tr class="totals"><th scope="row">all</th>${totals.map((total) => html`<td class="size" style=${{ "--share": `${Math.round(100 * logPlace(Number(total), SIZES))}%` }} title="all together: ${format(Number(total))}">${numbers ? format(Number(total)) : html`<span class="unseen">${format(Number(total))}</span>`}</td>`)}</tr>`}</tbody></table></div>`;
}

/** @param {{lost: Lost[], every: number | null}} props */
function Losses({ lost, every }) {
  const missing = lost.filter(({ share }) => Number(share) > 0);
  if (every === null) return html`<p class="note">Nothing is cut: every gradient is whole.</p>`;
  if (!missing.length) return html`<p class="note">These cuts lose nothing.</p>`;
  return html`<table class="losses"><caption>Lost of each gradient: the norm of what is missing over that of the whole.</caption><tbody>${missing.map(({ label, share }) => html`<tr>
    <th scope="row">${label}</th><td class="bar"><span style=${{ transform: `scaleX(${Math.min(1, Number(share))})` }}></span></td><td data-exact=${exact(Number(share))}>${format(Number(share))}</td></tr>`)}</tbody></table>`;
}
