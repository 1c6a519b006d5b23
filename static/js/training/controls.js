// How far to train, how far it has come, and the way into a step.

import { html } from "../../vendor/vendor.js";
import { count, format, fromWire } from "../model/format.js";
import { timeLeft } from "../model/course.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { Button } from "../ui/button.js";
import { command, perform } from "../ui/commands.js";

export function Controls() {
  const under = store.underWay.value;
  return html`<div class="controls">
    <form onKeyDown=${onEnter} onSubmit=${(/** @type {Event} */ event) => event.preventDefault()} aria-label="Train" noValidate>
      <${Button} id="train" named class="pill on run" pressed=${under}>${under ? "Pause" : "Train"}<//>
      <${Whole} /><${Until} />
    </form>
    <${State} />
    ${under && !runs.newest.value && html`<${Button} id="newest" named class="pill">Follow the newest step<//>`}
    <${Button} id="twin" named class="pill">Compare with a twin<//>
    <${Button} id="walk" named class="pill">${under && runs.newest.value ? "Pause, walk through the next step" : html`Walk through step <b>${count(runs.shown.value)}</b>`}<//>
    <${Progress} /></div>`;
}

/** Enter in a field begins. @param {KeyboardEvent} event */
function onEnter(event) {
  if (event.key === "Enter" && event.target instanceof HTMLInputElement && !store.underWay.value) perform(command("train"));
}

function Whole() {
  const { value: run } = store.run, under = store.underWay.value;
  return html`<label>to step <input type="number" inputmode="numeric" data-command="train-to" min="1" step="1" disabled=${under} value=${under ? run?.to : runs.wish.value.to ?? runs.suggested.value}
    onInput=${(/** @type {Event} */ event) => { runs.wish.value = { ...runs.wish.value, to: whole(fieldText(event)) }; }} /></label>`;
}

function Until() {
  return html`<label>or a loss of <input type="number" inputmode="decimal" data-command="train-until" step="any" disabled=${store.underWay.value} value=${runs.wish.value.loss ?? ""} placeholder="—"
    onInput=${(/** @type {Event} */ event) => { runs.wish.value = { ...runs.wish.value, loss: number(fieldText(event)) }; }} /></label>`;
}

/** @param {Event} event @returns {string} */
const fieldText = (event) => /** @type {HTMLInputElement} */ (event.currentTarget).value;
/** @param {string} text */
const whole = (text) => (/^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null);
/** @param {string} text */
const number = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : null);

/** What is said of the run; aloud only when it begins and ends. */
function State() {
  const { value: run } = store.run;
  return html`<p class="state" data-status=${run?.status ?? "none"}><span role="status">${said()}</span> ${run?.status === "training" && html`<span class="now">${now(run)}</span>`}</p>`;
}

/** @param {import("../types").Run} run */
function now(run) {
  const parts = [`step ${count(run.iteration)} of ${count(run.to)}`];
  if (run.loss != null) parts.push(`loss ${format(fromWire(run.loss))}`);
  if (run.accuracy != null) parts.push(`accuracy ${format(fromWire(run.accuracy))}`);
  if (run.left != null) parts.push(`${timeLeft(fromWire(run.left))} left`);
  return parts.join(" · ");
}

/** @returns {string} */
function said() {
  const { value: run } = store.run, reached = count(store.frontier.value);
  if (!store.session.value?.drives) return "Whoever made this session trains it; you see what happens.";
  if (!run || run.revision !== store.session.value.revision) return store.frontier.value ? `Trained to step ${reached}.` : "Not trained yet.";
  const loss = run.loss == null ? "" : ` The loss is ${format(fromWire(run.loss))}.`;
  switch (run.status) {
    case "waiting": return "Waiting for its turn …";
    case "training": return "Training:";
    case "done": return `Trained to step ${reached}.${loss}`;
    case "reached": return `Step ${reached} has the loss that was asked for.${loss}`;
    case "cancelled": return `Paused. Step ${reached} is next.`;
    case "stopped": return `Stopped at step ${reached}: ${run.detail}`;
    default: return `Ended at step ${reached}: ${run.detail}`;
  }
}

function Progress() {
  const { value: run } = store.run;
  if (!run || !store.underWay.value) return html`<div class="progress"></div>`;
  const share = (run.iteration - run.start) / (run.to - run.start);
  return html`<div class="progress" role="progressbar" aria-label="Training" aria-valuemin=${run.start} aria-valuemax=${run.to} aria-valuenow=${run.iteration}
    aria-valuetext="step ${count(run.iteration)} of ${count(run.to)}"><span style=${{ transform: `scaleX(${share})` }}></span></div>`;
}
