// The names of the line the step stands at, each with what it holds now; the one under the pointer is lit.

import { html } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { namesIn } from "../model/listing.js";
import * as store from "../store.js";
import { Number } from "./number.js";

const { hovered } = store;

/** @typedef {import("../model/listing.js").Named} Named */

/** @param {{trace: import("../types").Trace, names: Map<string, Named>, line: import("../model/listing.js").Row | null, note: string}} props */
export function Chips({ trace, names, line, note }) {
  const own = line ? namesIn([...line.numpy, ...line.pytorch], names) : [];
  const shown = hovered.value && !own.includes(hovered.value) ? [...own, hovered.value] : own;
  return html`<div class="chips" role="group" aria-label="Names in this line">
    ${shown.map((name) => html`<${Chip} key=${name} trace=${trace} name=${name} named=${names.get(name)} />`)}
    ${shown.length === 0 && html`<p class="empty">Choose a line to go to its event. The names in it appear here with their numbers.</p>`}
    ${note && html`<p class="note">${note}</p>`}</div>`;
}

/** @param {{trace: import("../types").Trace, name: string, named: Named | undefined}} props */
function Chip({ trace, name, named }) {
  const frame = store.frame.value;
  if (!named || !frame) return null;
  const { node, which } = named, ref = (which === "value" ? frame.values : frame.gradients)[node];
  const chosen = store.selection.value?.node === node && store.selection.value.which === which;
  return html`<button type="button" class="chip ${which} ${hovered.value === name ? "lit" : ""}" data-command="name" data-chip=${name} aria-pressed=${chosen}
    title="${which} of ${trace.graph.nodes[node].label}" onClick=${() => actions.select(chosen ? null : { node, which, entry: null })}
    onPointerEnter=${() => (hovered.value = name)} onPointerLeave=${() => (hovered.value = null)} onFocus=${() => (hovered.value = name)} onBlur=${() => (hovered.value = null)}>
    <b>${name}</b> ${ref ? html`<${Number} trace=${trace} place=${ref} />` : html`<span class="number">—</span>`}</button>`;
}
