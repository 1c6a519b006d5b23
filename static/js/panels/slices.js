// Which slice of a tensor is on screen: an index for each leading axis, and pages of rows and columns where they are many.

import { html } from "../../vendor/vendor.js";
import { LONG, PAGE, extentOf, leadOf } from "../model/window.js";

/** @typedef {import("../model/window.js").Place} Place */

/** @param {{shape: number[], place: Place, go: (place: Place) => void}} props */
export function Slices({ shape, place, go }) {
  const { rows, columns, down, across } = extentOf(shape, place), wide = shape.length > 1 ? PAGE : LONG;
  const lead = leadOf(shape);
  if (lead.length === 0 && down === rows && across === columns) return null;
  return html`<div class="slices" role="group" aria-label="Which slice">
    ${lead.map((size, axis) => html`<${Chooser} name="axis ${axis}" at=${place.lead[axis]} last=${size - 1}
      go=${(/** @type {number} */ i) => go({ ...place, lead: place.lead.map((own, k) => (k === axis ? i : own)) })} />`)}
    ${rows > PAGE && html`<${Pages} name="rows" from=${place.row} size=${PAGE} all=${rows} go=${(/** @type {number} */ row) => go({ ...place, row })} />`}
    ${columns > wide && html`<${Pages} name=${shape.length > 1 ? "columns" : "entries"} from=${place.column} size=${wide} all=${columns} go=${(/** @type {number} */ column) => go({ ...place, column })} />`}
  </div>`;
}

/** @param {{name: string, at: number, last: number, go: (index: number) => void}} props */
function Chooser({ name, at, last, go }) {
  /** @param {Event} event */
  const typed = (event) => {
    const wanted = Number(/** @type {HTMLInputElement} */ (event.currentTarget).value);
    if (Number.isInteger(wanted) && wanted >= 0 && wanted <= last) go(wanted);
  };
  return html`<label>${name} <input type="number" data-axis=${name} min="0" max=${last} value=${at} onInput=${typed} /> <small>of 0 … ${last}</small></label>`;
}

/** @param {{name: string, from: number, size: number, all: number, go: (from: number) => void}} props */
function Pages({ name, from, size, all, go }) {
  const to = Math.min(all, from + size);
  return html`<span class="pages">${name} ${from} … ${to - 1} of ${all}
    <button type="button" class="small-button" data-command="${name}-before" aria-label="${name} before" disabled=${from === 0} onClick=${() => go(Math.max(0, from - size))}>‹</button>
    <button type="button" class="small-button" data-command="${name}-after" aria-label="${name} after" disabled=${to === all} onClick=${() => go(from + size)}>›</button></span>`;
}
