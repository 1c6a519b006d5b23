// Of a graph with several outputs: all their slopes, filling up as passes deliver them.

import { html } from "../../vendor/vendor.js";
import { format, shapeText } from "../model/format.js";
import { jacobianAt } from "../model/jacobian.js";
import { scalarAt } from "../model/trace.js";
import * as store from "../store.js";

/** @param {{trace: import("../types").Trace}} props */
export function Jacobian({ trace }) {
  const { columns, rows } = jacobianAt(trace, store.told.value);
  return html`<h2>All slopes</h2><table class="jacobian" aria-label="Slopes of every output">
    <thead><tr><th scope="col"><span class="unseen">output</span></th>${columns.map((label) => html`<th>∂${label}</th>`)}</tr></thead>
    <tbody>${rows.map(({ label, cells }) => html`<tr><th>∂${label}</th>${cells.map((place) => html`<td class=${place ? "" : "pending"}>${cell(trace, place)}</td>`)}</tr>`)}</tbody></table>`;
}

/** @param {import("../types").Trace} trace @param {import("../types").Ref | null} place */
function cell(trace, place) {
  if (!place) return "—";
  return place.shape.length ? shapeText(place.shape) : format(scalarAt(trace, place));
}
