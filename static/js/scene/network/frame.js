// Around the drawing: the rules of what is left out, which sample is shown, and what widths and colours mean.

import { html } from "../../../vendor/vendor.js";
import * as actions from "../../actions.js";
import { count } from "../../model/format.js";
import { WIDTH } from "../../model/scale.js";
import * as store from "../../store.js";
import { LINE, lineWidth } from "./lines.js";
import { network, plan, row, rows } from "./state.js";
import { rules } from "./words.js";

export function Head() {
  const trace = store.trace.value, here = network.value, made = plan.value;
  if (!trace || store.view.value !== "network") return null;
  if (!here) return html`<${Missing} />`;
  return html`<p class="rules">${made && rules(here, made, trace.graph).join(" ")}</p>${rows.value > 1 && html`<${Sample} />`}`;
}

/** Some models are no layers of units; the graph shows every model. */
function Missing() {
  const missing = store.layers.value && "missing" in store.layers.value ? store.layers.value.missing : null;
  const why = missing ? `Its operation ${missing} stands outside layers of units and weights` : "It multiplies no input by a weight";
  return html`<div class="missing"><p><b>This model is not a network of units.</b> ${why}, so there are no neurons to draw. The graph shows every operation of it, with the same numbers.</p>
    <button type="button" class="pill on" data-command="view-graph" onClick=${() => actions.look("graph")}>Show the graph</button></div>`;
}

/** A batch has many samples; units show one of them, gradients of weights belong to all. */
function Sample() {
  /** @param {number} by */
  const move = (by) => () => { store.row.value = Math.max(0, Math.min(rows.value - 1, row.value + by)); };
  return html`<div class="net-sample"><button type="button" class="small" data-command="row-before" aria-label="The sample before, in this batch" disabled=${row.value === 0} onClick=${move(-1)}>‹</button>
    <span>units show sample <b>${count(row.value + 1)}</b> of ${count(rows.value)} in this batch</span>
    <button type="button" class="small" data-command="row-after" aria-label="The next sample in this batch" disabled=${row.value === rows.value - 1} onClick=${move(1)}>›</button></div>`;
}

export function Foot() {
  const here = network.value, frame = store.frame.value;
  if (!here || !frame || store.view.value !== "network") return null;
  const gradients = here.bundles.some(({ weight }) => weight !== null && frame.gradients[weight]) && frame.phase === "backward";
  return html`<div class="legend" aria-label="Legend">
    <span class="scale"><b>${gradients ? "lines: gradients of the weights, as they arrive" : "lines: weights"}</b></span>
    <span class="scale" title="A fixed logarithmic scale, so that two pictures compare">${[-4, -2, 0].map((power) => html`<${Sample10} power=${power} />`)}<${Sample10} power=${1} /></span>
    <span class="scale"><svg width="34" height="12"><path d="M3 6H31" class="negative" stroke-width="3.5" /></svg>− <svg width="34" height="12"><path d="M3 6H31" class="positive" stroke-width="3.5" /></svg>+</span>
    <span class="scale" title="Ring: |gradient| from 10⁻⁶ to ${WIDTH.high}, on a fixed logarithmic scale"><svg width="20" height="20"><circle cx="10" cy="10" r="7" class="ringed" /></svg>gradient, on a ring</span>
  </div>`;
}

/** @param {{power: number}} props */
function Sample10({ power }) {
  const size = Object.entries({ "-4": LINE.low, "-2": 0.01, 0: 1, 1: LINE.high }).find(([key]) => Number(key) === power)?.[1] ?? 1;
  return html`<span>${power === 0 ? "1" : power === 1 ? "10" : html`10<sup>−${-power}</sup>`}</span><svg width="26" height="12"><path d="M3 6H23" stroke-width=${lineWidth(size)} class="plain" /></svg>`;
}
