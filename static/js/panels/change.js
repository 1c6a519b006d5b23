// A number typed anew: Enter sends it, Escape leaves it as it was. What the service refuses is said beside it.

import { html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import { change } from "../changes.js";
import { exact } from "../model/format.js";
import { isCutOff } from "../model/trace.js";
import { numberTyped } from "../model/typed.js";
import * as store from "../store.js";

/** @typedef {import("../types").GraphNode} GraphNode */

/** @param {{node: GraphNode, entry: number[], number: number | undefined}} props */
export function ChangeForm({ node, entry, number }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [typed, setTyped] = useState(number === undefined ? "" : exact(number));
  const [refused, setRefused] = useState(/** @type {string | null} */ (null)), [sent, setSent] = useState(false);
  useEffect(() => field.current?.select(), []);
  const wanted = numberTyped(typed), at = placeOf(node), what = nameOf(node, entry);
  /** @param {Event} event */
  const send = async (event) => {
    event.preventDefault();
    if (wanted === null || sent) return;
    setSent(true);
    const edit = { set: String(node.id), to: wanted, ...(entry.length ? { index: entry } : {}) };
    setRefused(await change([edit], `${what} is ${typed.trim()} now.`, at));
    setSent(false);
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    store.changing.value = false;
  };
  return html`<form class="change" onSubmit=${send} onKeyDown=${onKey}>
    <label><span class="unseen">${what}, from training step ${at.iteration} on</span>
      <input type="text" ref=${field} name="to" inputmode="decimal" autocomplete="off" value=${typed} aria-invalid=${wanted === null} onInput=${(/** @type {Event} */ event) => setTyped(/** @type {HTMLInputElement} */ (event.currentTarget).value)} /></label>
    <button type="submit" class="small-button" data-command="set" disabled=${wanted === null || sent}>Set</button>
    <button type="button" class="small-button" data-command="leave" onClick=${() => (store.changing.value = false)}>Cancel</button>
    <p class="note">${refused !== null && refused !== "" ? html`<span class="trouble" role="alert">${refused}</span>` : noteOf(node, at)}</p></form>`;
}

/** A parameter that was updated already is what the next training step begins with. @param {GraphNode} node */
function placeOf({ id }) {
  const iteration = store.iteration.peek(), cursor = store.cursor.peek();
  return store.frame.peek()?.assigned[id] ? { iteration: iteration + 1, cursor: 0 } : { iteration, cursor };
}

/** @param {GraphNode} node @param {number[]} entry */
const nameOf = ({ label }, entry) => (entry.length ? `${label}[${entry.join(", ")}]` : label);

/** @param {GraphNode} node @param {{iteration: number}} at */
function noteOf({ role }, { iteration }) {
  const from = role === "parameter" ? `Training step ${iteration} begins with it` : `It holds from training step ${iteration} on`;
  return `${from}; what was computed with the old number is cleared.`;
}

/** A parameter, or the layer it is in, stops learning; what is frozen may learn again. @param {{node: GraphNode, trace: import("../types").Trace}} props */
export function Freeze({ node, trace }) {
  const [refused, setRefused] = useState(/** @type {string | null} */ (null));
  const { layer, several, others } = layerOf(node);
  if (!node.wanted && isCutOff(trace, node.id)) return html`<p class="freeze">Cut off: no gradient comes back to it, so it does not learn.</p>`;
  /** @param {string} command @param {string} says @param {object} edit @param {string} done */
  const button = (command, says, edit, done) => html`<button type="button" class="small-button" data-command=${command} onClick=${async () => setRefused(await change([edit], done))}>${says}</button>`;
  const [stop, again] = [(/** @type {string} */ name) => `${name} is frozen: it does not learn.`, (/** @type {string} */ name) => `${name} learns again.`];
  const choices = node.wanted
    ? [button("freeze", `Freeze ${node.label}`, { freeze: node.label }, stop(node.label)), several && button("freeze-layer", `Freeze the layer ${layer}`, { freeze: layer }, stop(layer))]
    : [button("unfreeze", "Let it learn again", { unfreeze: node.label }, again(node.label)), several && others && button("unfreeze-layer", `Let the layer ${layer} learn again`, { unfreeze: layer }, again(layer))];
  return (!node.wanted || store.mayChange.value) && html`<p class="freeze">${!node.wanted && "Frozen: it does not learn."} ${store.mayChange.value && choices}
    ${refused && html`<span class="trouble" role="alert">${refused}</span>`}</p>`;
}

/** Whether the layer has several parameters, and whether others than this one do not learn. @param {GraphNode} node */
function layerOf({ id, label, group: [layer = ""] }) {
  const inside = store.trace.peek()?.graph.nodes.filter(({ role, group }) => role === "parameter" && group[0] === layer) ?? [];
  return { layer, several: inside.length > 1 && label.startsWith(`${layer}.`), others: inside.some((other) => other.id !== id && !other.wanted) };
}
