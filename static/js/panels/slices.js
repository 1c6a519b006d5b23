// Which slice of a tensor is on screen: an index for each leading axis, and pages of rows and columns where they are many.

import { html } from "../../vendor/vendor.js";
import { LONG, PAGE, axesOf, extentOf, firstPlace, othersOf } from "../model/window.js";

/** @typedef {import("../model/window.js").Place} Place */

/** @param {{shape: number[], place: Place, go: (place: Place) => void}} props */
export function Slices({ shape, place, go }) {
  const { rows, columns, down, across } = extentOf(shape, place), wide = shape.length > 1 ? PAGE : LONG;
  const others = othersOf(shape, place);
  if (others.length === 0 && down === rows && across === columns) return null;
  return html`<div class="slices" role="group" aria-label="Which slice">
    ${others.length > 0 && html`<${Axes} shape=${shape} place=${place} go=${go} />`}
    ${others.map((axis, k) => html`<${Chooser} key=${axis} name="axis ${axis}" at=${place.lead[k]} last=${shape[axis] - 1}
      go=${(/** @type {number} */ i) => go({ ...place, lead: place.lead.map((own, each) => (each === k ? i : own)) })} />`)}
    ${rows > PAGE && html`<${Pages} name="rows" from=${place.row} size=${PAGE} all=${rows} go=${(/** @type {number} */ row) => go({ ...place, row })} />`}
    ${columns > wide && html`<${Pages} name=${shape.length > 1 ? "columns" : "entries"} from=${place.column} size=${wide} all=${columns} go=${(/** @type {number} */ column) => go({ ...place, column })} />`}
  </div>`;
}

/** Which axes are rows and columns; chosen for one, what the other was changes places with it. @param {{shape: number[], place: Place, go: (place: Place) => void}} props */
function Axes({ shape, place, go }) {
  const [rows, columns] = axesOf(shape, place);
  /** @param {string} name @param {number} now @param {(axis: number) => [number, number]} then */
  const choice = (name, now, then) => html`<label>${name} <select data-axes=${name} value=${String(now)} onChange=${(/** @type {Event} */ event) => go(firstPlace(shape, then(Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value))))}>
    ${shape.map((size, axis) => html`<option value=${String(axis)}>axis ${axis} (${size})</option>`)}</select></label>`;
  return html`${choice("rows", rows, (axis) => [axis, axis === columns ? rows : columns])}${choice("columns", columns, (axis) => [axis === rows ? columns : rows, axis])}`;
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
