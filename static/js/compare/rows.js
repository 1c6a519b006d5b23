// Every node of both as a row: A, B and B/A of its value and of its gradient, and where its numbers part.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import { ratioBar } from "../model/scale.js";
import { count, exact, exactText, format, fromWire, shapeText } from "../model/format.js";
import * as store from "../store.js";
import { Go } from "./side.js";
import { order } from "./state.js";

/** @typedef {import("../generated/api").Comparison} Comparison */
/** @typedef {Comparison["rows"][number]} Row */
/** @typedef {Row["value"]} Beside */

/** @param {{found: Comparison}} props */
export function Rows({ found }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null)), begins = found.cursors[0] === 0;
  useEffect(() => { if (begins && box.current) box.current.scrollTop = 0; }, [begins]);
  return html`<section class="pairs" aria-label="Numbers of both">
    <div class="pairs-head"><h2>Numbers at this event</h2>
      <label>order <select data-command="compare-order" value=${order.value} onChange=${onOrder}><option value="layer">by layer</option><option value="difference">largest difference first</option></select></label>
      <span class="note">a tensor stands as its root mean square${found.rows.length < found.nodes ? `; ${count(found.rows.length)} of ${count(found.nodes)} nodes` : ""}</span></div>
    <div class="scroll" ref=${box} tabindex="0" role="region" aria-label="A, B and their ratio"><table data-order=${order.value}>
      <thead><tr><th scope="col" rowspan="2">node</th><th scope="colgroup" colspan="3" class="of-value">value</th><th scope="colgroup" colspan="3" class="of-gradient">gradient</th><th scope="col" rowspan="2">part at</th></tr>
        <tr>${["value", "gradient"].map((which) => html`<th scope="col" class="of-${which}">A</th><th scope="col" class="of-${which}">B</th><th scope="col" class="of-${which}">B/A</th>`)}</tr></thead>
      <tbody>${found.rows.map((row) => html`<${Line} key=${`${row.a} ${row.b}`} row=${row} />`)}</tbody></table></div></section>`;
}

/** @param {Event} event */
function onOrder(event) {
  order.value = /** @type {"layer" | "difference"} */ (/** @type {HTMLSelectElement} */ (event.currentTarget).value);
}

/** Only the table is moved, and only as far as it must be. @param {HTMLElement} row */
function bringIntoSight(row) {
  const box = /** @type {HTMLElement} */ (row.closest(".scroll")), top = row.offsetTop - /** @type {HTMLElement} */ (box.querySelector("thead")).offsetHeight;
  box.scrollTop = Math.min(top, Math.max(box.scrollTop, row.offsetTop + row.offsetHeight - box.clientHeight));
}

/** The node that the event is about is lit, and in sight. @param {{row: Row}} props */
function Line({ row }) {
  const here = useRef(/** @type {HTMLElement | null} */ (null)), live = row.a !== null && store.frame.value?.live.nodes.has(row.a);
  useEffect(() => { if (live && here.current) bringIntoSight(here.current); }, [live]);
  const { a, b, label, other, shape, value, gradient, parts } = row, alone = a === null ? "B" : b === null ? "A" : null;
  return html`<tr ref=${here} class=${live ? `live ${store.frame.value?.live.tone}` : ""} data-row=${label} data-parts=${parts ?? "none"} data-same=${value.identical && gradient.identical}>
    <th scope="row"><b>${label}</b>${other !== label && html` <span class="note">in B ${other}</span>`} ${shape.length > 0 && html`<small>${shapeText(shape)}</small>`}${alone && html` <span class="note">only in ${alone}</span>`}</th>
    <${Both} which="value" pair=${value} /><${Both} which="gradient" pair=${gradient} />
    <td class="parting">${alone ? "" : parts === null ? html`<span class="note">—</span>` : html`<${Go} cursor=${parts} />`}</td></tr>`;
}

/** @param {{which: "value" | "gradient", pair: Beside}} props */
function Both({ which, pair }) {
  return html`<${Number} which=${which} side="a" number=${pair.a} /><${Number} which=${which} side="b" number=${pair.b} /><${Ratio} which=${which} pair=${pair} />`;
}

/** @param {{which: string, side: "a" | "b", number: import("../types").WireNumber | null}} props */
function Number({ which, side, number }) {
  return html`<td class="of-${which} of-${side}" data-side=${side} data-role=${which} data-exact=${number === null ? undefined : exact(fromWire(number))} title=${number === null ? undefined : exactText(fromWire(number))}>${number === null ? "—" : format(fromWire(number))}</td>`;
}

/** @param {{which: string, pair: Beside}} props */
function Ratio({ which, pair: { a, b, ratio, identical } }) {
  if (a === null && b === null) return html`<td class="ratio of-${which}"></td>`;
  if (identical) return html`<td class="ratio of-${which} same" data-ratio="identical">identical</td>`;
  if (ratio === null) return html`<td class="ratio of-${which}">—</td>`;
  const number = fromWire(ratio), bar = ratioBar(number);
  return html`<td class="ratio of-${which}" data-ratio=${exact(number)}><span class="times">${format(number)}</span>
    <svg viewBox="-50 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="bar" x=${bar.x * 50} y="1" width=${bar.width * 50} height="6" /><line x1="0" x2="0" y1="0" y2="8" /></svg></td>`;
}
