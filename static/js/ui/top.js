// The bar at the top: which example, which sample, and how it is shown.

import { html } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { count, format } from "../model/format.js";
import { mostProbable } from "../model/reading.js";
import * as store from "../store.js";
import { Button } from "./button.js";
import { Icon } from "./icons.js";

export function Top() {
  const dark = store.dark.value;
  return html`<h1 class="brand">Backprop Explorer</h1>
    <${Button} id="gallery" named class="pill title">${store.session.value?.title ?? "Choose an example"} <span class="caret" aria-hidden="true">▾</span><//>
    <${Views} />
    <${Sample} />
    <span class="space"></span>
    <div class="group"><${Button} id="zoom-out" class="icon-only"><${Icon} name="minus" /><//><${Button} id="fit" class="icon-only"><${Icon} name="fit" /><//><${Button} id="zoom-in" class="icon-only"><${Icon} name="plus" /><//></div>
    <${Button} id="theme" class="icon-only"><${Icon} name=${dark ? "sun" : "moon"} /><//>
    <${Button} id="help" class="icon-only">?<//>
    <${Button} id="present" named class="pill ${store.present.value ? "on" : ""}" pressed=${store.present.value}>Present<//>`;
}

/** One trace, three pictures of it. */
function Views() {
  const view = store.view.value;
  return html`<div class="views" role="group" aria-label="View">
    <${Button} id="view-graph" named pressed=${view === "graph"}>Graph<//>
    <${Button} id="view-network" named pressed=${view === "network"}>Network<//>
    <${Button} id="view-code" named pressed=${view === "code"}>Code<//>
    <${Button} id="view-training" named pressed=${view === "training"}>Training${store.underWay.value && view !== "training" && html` <small>${count(store.run.value?.iteration ?? 0)}</small>`}<//>
    ${store.beside.value && html`<${Button} id="view-compare" named pressed=${view === "compare"}>Compare<//>`}</div>`;
}

function Sample() {
  const data = store.session.value?.data;
  if (!data) return null;
  if (data.sample === null) return html`<${Members} />`;
  return html`<div class="sample">
    <${Button} id="previous-sample" class="small">‹<//>
    <label>sample <input type="number" data-command="sample" min="0" max=${data.samples - 1} value=${data.sample} onChange=${onSample} onKeyDown=${onEnter} /></label>
    <${Button} id="next-sample" class="small">›<//>
    ${store.batches.value && html`<${Button} id="batches" named class="pill">batches<//>`}
    <span class="of"><span class="total">of ${data.samples}</span>${data.label !== null ? html`<span class="total">, </span>a <b>${data.classes[data.label] ?? data.label}</b>` : ""}<${Read} /></span></div>`;
}

/** How the batch of this step is read. */
function Members() {
  const members = store.members.value;
  if (!members) return null;
  const known = members.some(({ read }) => read !== null);
  return html`<div class="sample"><${Button} id="batch" named class="pill">${members.length} samples<span class="caret" aria-hidden="true"> ▾</span><//>
    ${known && html`<span class="of total">${members.filter(({ right }) => right).length} read right</span>`}</div>`;
}

/** What the network takes it for, once the probabilities are known. */
function Read() {
  const trace = store.trace.value, reading = store.reading.value;
  if (!trace || !reading || store.cursor.value <= reading.event) return null;
  void store.arrivals.value;
  const most = mostProbable(trace, reading);
  if (!most) return null;
  const { at, name, probability } = most;
  return html`<span class="read ${at === reading.label ? "right" : "wrong"}">, read as <b>${name}</b> (${format(probability)})</span>`;
}

/** Enter gives the keyboard back to the steps. @param {KeyboardEvent} event */
function onEnter(event) {
  if (event.key === "Enter") /** @type {HTMLElement} */ (event.currentTarget).blur();
}

/** @param {Event} event */
function onSample(event) {
  const wanted = Number(/** @type {any} */ (event.currentTarget).value);
  if (Number.isInteger(wanted)) void import("../changes.js").then(({ takeSample }) => takeSample(() => wanted));
}
