// A tensor by itself: heat map with exact numbers, slices, histogram, a table in full precision, and the text for NumPy.

import { html, signal, useEffect, useMemo, useRef, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api.js";
import { exact, exactText, format, fromWire, shapeText } from "../model/format.js";
import { byRows, entryOf, extentOf, firstPlace, windowText } from "../model/window.js";
import * as store from "../store.js";
import { Copy } from "./copy.js";
import { Heatmap } from "./heatmap.js";
import { Histogram } from "./histogram.js";
import { Slices } from "./slices.js";

const ROOM = { width: 620, height: 340 };

/** @typedef {import("../types").GraphNode} GraphNode */
/** @typedef {import("../types").Selection["which"]} Which */
/** @typedef {import("../model/window.js").Place} Place */
/** @typedef {import("../generated/api").Tensor} Tensor */

/** Whose numbers are open. @type {{value: null | {node: GraphNode, which: Which}}} */
const open = signal(null);

/** @param {{node: GraphNode, which: Which}} props */
export function OpenTensor({ node, which }) {
  if (node.shape.length === 0) return null;
  return html`<button type="button" class="small-button" data-command="tensor" aria-haspopup="dialog" onClick=${() => (open.value = { node, which })}>All numbers</button>`;
}

/** Keys pressed in it are its own. */
export function TensorDialog() {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null)), shown = open.value;
  useEffect(() => {
    if (shown && !dialog.current?.open) dialog.current?.showModal();
    if (!shown) dialog.current?.close();
  }, [shown]);
  return html`<dialog class="tensor" ref=${dialog} aria-label=${shown ? `Numbers of ${shown.node.label}` : "Numbers"} onClose=${() => (open.value = null)}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.stopPropagation()}
    onClick=${(/** @type {MouseEvent} */ event) => { if (event.target === dialog.current) open.value = null; }}>
    ${shown && store.trace.value && html`<${Numbers} key=${`${shown.node.id} ${shown.which}`} node=${shown.node} which=${shown.which} trace=${store.trace.value} cursor=${store.cursor.value} />`}</dialog>`;
}

/** @param {{node: GraphNode, which: Which, trace: import("../types").Trace, cursor: number}} props */
function Numbers({ node, which, trace, cursor }) {
  const [place, setPlace] = useState(firstPlace(node.shape));
  const tensor = useTensor(node, which, trace.iteration, cursor, windowText(node.shape, place));
  return html`<header><h2>${node.label}</h2><span class="meta">${shapeText(node.shape)} · ${trace.schedule.dtype}</span>
      ${node.wanted && html`<span class="which" role="group" aria-label="Which numbers">${/** @type {Which[]} */ (["value", "gradient"]).map((name) => html`<button type="button" class="small-button" data-command="tensor-${name}" aria-pressed=${name === which} onClick=${() => (open.value = { node, which: name })}>${name}</button>`)}</span>`}
      <button type="button" class="quiet-button" data-command="close-tensor" aria-label="Close" onClick=${() => (open.value = null)}>✕</button></header>
    <div class="body"><${Slices} shape=${node.shape} place=${place} go=${setPlace} />
    ${!tensor && html`<p class="empty">… on its way</p>`}
    ${tensor && tensor.state !== "computed" && html`<p class="empty" data-state=${tensor.state}>— ${tensor.why ?? "not computed yet"}</p>`}
    ${tensor?.state === "computed" && html`<${Page} key=${String(place.axes)} tensor=${tensor} node=${node} which=${which} place=${place} dtype=${trace.schedule.dtype} />
      <${Histogram} node=${node} which=${which} iteration=${trace.iteration} cursor=${cursor} />
      <${Copy} node=${node} which=${which} iteration=${trace.iteration} cursor=${cursor} place=${place} dtype=${trace.schedule.dtype} />`}</div>`;
}

/** A part of the tensor from the service; null while it is on its way. @param {GraphNode} node @param {Which} which @param {number} iteration @param {number} cursor @param {string} window */
function useTensor(node, which, iteration, cursor, window) {
  const [found, setFound] = useState(/** @type {Tensor | null} */ (null));
  useEffect(() => {
    let stale = false;
    api.tensor(store.session.peek()?.id ?? "", node.id, which, { iteration, cursor, window })
      .then((tensor) => { if (!stale) setFound(tensor); }, actions.fail);
    return () => { stale = true; };
  }, [node, which, iteration, cursor, window]);
  return found?.window === window ? found : null;
}

const SETTABLE = new Set(["parameter", "input", "target"]);

/** The entry is typed anew beside the chosen card. @param {GraphNode} node @param {number[]} entry */
function change(node, entry) {
  open.value = null;
  actions.select({ node: node.id, which: "value", entry });
  store.changing.value = true;
}

/** @param {{tensor: Tensor, node: GraphNode, which: Which, place: Place, dtype: string}} props */
function Page({ tensor, node, which, place }) {
  const { shape } = node, { down, across } = extentOf(shape, place);
  const [cell, setCell] = useState(0), [full, setFull] = useState(false);
  const numbers = useMemo(() => byRows(Float64Array.from(/** @type {import("../types").WireNumber[]} */ ([tensor.data].flat(Infinity)), fromWire), shape, place), [tensor]);
  const grid = useMemo(() => ({ rows: down, columns: across, numbers, pick: null, places: null }), [numbers]);
  const at = Math.min(cell, numbers.length - 1), last = shape.length > 1 ? [place.row, place.column] : [0, place.column];
  return html`<${Heatmap} grid=${grid} at=${at} marked label=${`${node.label} ${which}`} dark=${store.dark.value} choose=${setCell} room=${ROOM} first=${last} />
    <p class="entry" aria-live="polite"><span class="index">[${entryOf(shape, place, at).join(", ")}]</span> <b>${format(numbers[at])}</b> <span class="exact" data-exact=${exact(numbers[at])}>${exactText(numbers[at])}</span>
      ${store.mayChange.value && which === "value" && SETTABLE.has(node.role) && html` <button type="button" class="small-button" data-command="change-entry" onClick=${() => change(node, entryOf(shape, place, at))}>Change it</button>`}</p>
    <details class="table"><summary>As a table</summary>
      <label><input type="checkbox" data-command="precision" checked=${full} onChange=${() => setFull(!full)} /> full precision</label>
      <${Table} numbers=${numbers} rows=${down} columns=${across} first=${last} full=${full} /></details>`;
}

/** @param {{numbers: Float64Array, rows: number, columns: number, first: number[], full: boolean}} props */
function Table({ numbers, rows, columns, first, full }) {
  const written = full ? exactText : format;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Numbers as a table"><table>
    <thead><tr><td></td>${Array.from({ length: columns }, (_, j) => html`<th scope="col">${first[1] + j}</th>`)}</tr></thead>
    <tbody>${Array.from({ length: rows }, (_, i) => html`<tr><th scope="row">${first[0] + i}</th>${Array.from(numbers.subarray(i * columns, (i + 1) * columns), (x) => html`<td>${written(x)}</td>`)}</tr>`)}</tbody></table></div>`;
}
