// Both runs trained together, and their courses in the same charts: A solid, B dashed. Every point is a link to that step of both.

import { html, signal } from "../../vendor/vendor.js";
import * as both from "../both.js";
import { count, format, fromWire } from "../model/format.js";
import { layersOf, pairCharts } from "../model/pair.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { Chart } from "../training/chart.js";
import { Button } from "../ui/button.js";
import { Side } from "./side.js";

/** @typedef {import("../types").Run} Run */

/** Whose gradients are drawn; the first layer's unless somebody chooses. */
const layer = signal("");

export function Training() {
  if (!store.trains.value) return null;
  const pair = both.pair.value, names = pair ? layersOf(pair) : [], chosen = names.includes(layer.value) ? layer.value : names[0] ?? "";
  const drawn = pair ? pairCharts(chosen).filter((chart) => chart.lines(pair).length > 0) : [];
  return html`<section class="both" aria-label="Training of both"><${Controls} />
    ${drawn.map((chart) => html`<${Chart} key=${chart.id} chart=${chart} of=${SOURCE} />`)}
    ${names.length > 1 && html`<label class="of-layer">gradients of <select data-command="compare-layer" value=${chosen} onChange=${(/** @type {Event} */ event) => { layer.value = /** @type {HTMLSelectElement} */ (event.currentTarget).value; }}>${names.map((name) => html`<option value=${name}>${name}</option>`)}</select></label>`}</section>`;
}

/** @param {number} step */
const hrefOf = (step) => `?session=${store.session.peek()?.id ?? ""}&twin=${store.beside.peek()?.session.id ?? ""}&iteration=${step}&cursor=0&view=compare`;

/** @param {MouseEvent} event @param {number} step */
function onFollow(event, step) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
  event.preventDefault();
  void runs.choose(step);
}

const SOURCE = { course: both.pair, shown: runs.shown, hrefOf, onFollow };

function Controls() {
  const under = both.underWay.value, drives = store.session.value?.drives && store.beside.value?.session.drives;
  if (!drives) return html`<p class="note">Whoever made these two runs trains them; you see what happens.</p>`;
  return html`<form class="both-controls" aria-label="Train both" noValidate onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <${Button} id="train" named class="pill on" pressed=${under}>${under ? "Pause both" : "Train both"}<//>
    <label>to step <input type="number" inputmode="numeric" min="1" step="1" data-command="both-to" disabled=${under} value=${both.end.value} onInput=${onTyped} /></label>
    <div class="both-state" data-status=${under ? "training" : "rest"} role="status"><${State} name="A" run=${store.run.value} reached=${store.frontier.value} /><${State} name="B" run=${both.run.value} reached=${store.beside.value?.session.frontier ?? 0} /></div></form>`;
}

/** @param {Event} event */
function onTyped(event) {
  const text = /** @type {HTMLInputElement} */ (event.currentTarget).value;
  both.wish.value = /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

/** @param {{name: "A" | "B", run: Run | null, reached: number}} props */
function State({ name, run, reached }) {
  const going = run !== null && store.going(run), step = run ? Math.max(run.iteration, going ? 0 : reached) : reached;
  return html`<span class="run-state" data-run=${name} data-status=${run?.status ?? "none"} data-reached=${step}><${Side} name=${name} />
    ${going ? html`<progress max="1" value=${(step - run.start) / Math.max(1, run.to - run.start)} aria-label="Run ${name}"></progress> step ${count(step)}` : html`reached step <b>${count(step)}</b>`}${run?.loss != null && html` · loss ${format(fromWire(run.loss))}`}</span>`;
}
