// A number typed anew: Enter sends it, Escape leaves it as it was. What the service refuses is said beside it.

import { html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import { change } from "../changes.js";
import { exact } from "../model/format.js";
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

/** A parameter, or the layer it is in, stops learning; what is frozen may learn again. @param {{node: GraphNode}} props */
export function Freeze({ node }) {
  const [refused, setRefused] = useState(/** @type {string | null} */ (null));
  const { layer, several } = layerOf(node);
  /** @param {string} name */
  const freeze = async (name) => setRefused(await change([{ freeze: name }], `${name} is frozen: it does not learn.`));
  const thaw = async () => setRefused(await change([{ unfreeze: node.label }], `${node.label} learns again.`));
  if (!node.wanted) return html`<p class="freeze">Frozen: it does not learn.${store.mayChange.value && html` <button type="button" class="small-button" data-command="unfreeze" onClick=${thaw}>Let it learn again</button>`}
    ${refused && html`<span class="trouble" role="alert">${refused}</span>`}</p>`;
  return store.mayChange.value && html`<p class="freeze"><button type="button" class="small-button" data-command="freeze" onClick=${() => freeze(node.label)}>Freeze ${node.label}</button>
    ${several && html`<button type="button" class="small-button" data-command="freeze-layer" onClick=${() => freeze(layer)}>Freeze the layer ${layer}</button>`}
    ${refused && html`<span class="trouble" role="alert">${refused}</span>`}</p>`;
}

/** @param {GraphNode} node */
function layerOf({ label, group: [layer = ""] }) {
  const inside = store.trace.peek()?.graph.nodes.filter(({ role, group }) => role === "parameter" && group[0] === layer) ?? [];
  return { layer, several: inside.length > 1 && label.startsWith(`${layer}.`) };
}
