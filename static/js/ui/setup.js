// What training goes on with: the optimizer, its learning rate and settings; one sample; another label. From this training step on.

import { html, useState } from "../../vendor/vendor.js";
import { change } from "../changes.js";
import { count, exact } from "../model/format.js";
import { numberTyped } from "../model/typed.js";
import * as store from "../store.js";

/** @typedef {Record<string, unknown>} Settings */

export function Setup() {
  const session = store.session.value;
  if (!session) return null;
  return html`<p class="about">From training step ${count(store.iteration.value)} on. What was computed beyond it is dropped; undo brings it back.</p>
    ${session.optimizer && store.catalogue.value && html`<${Optimizer} key=${session.revision} now=${session.optimizer} />`}
    ${session.data && session.data.samples > 1 && html`<${Sample} key=${`sample ${session.revision}`} data=${session.data} />`}
    ${session.data?.sample != null && session.data.classes.length > 0 && html`<${Label} key=${`label ${session.revision}`} data=${session.data} />`}`;
}

/** Sends edits; the dialog closes when they are made, and says why where they are not. @returns {[string | null, (edits: object[], says: string) => Promise<void>]} */
function useEdits() {
  const [refused, setRefused] = useState(/** @type {string | null} */ (null));
  return [refused, async (edits, says) => {
    const told = await change(edits, says);
    if (told === null) store.dialog.value = null;
    else setRefused(told);
  }];
}

/** @param {{text: string | null}} props */
const Trouble = ({ text }) => text && html`<p class="trouble" role="alert">${text}</p>`;

/** What a field shows of a setting. @param {unknown} setting */
const shown = (setting) => (typeof setting === "boolean" ? setting : exact(Number(setting)));

/** @param {{now: Settings}} props */
function Optimizer({ now }) {
  const rows = store.catalogue.value?.optimizers ?? [];
  const [name, setName] = useState(String(now.name)), [rate, setRate] = useState(String(shown(now.learning_rate)));
  const [typed, setTyped] = useState(/** @type {Record<string, string | boolean>} */ ({}));
  const [refused, send] = useEdits();
  const row = rows.find((each) => each.name === name), before = name === now.name ? now : {};
  const settings = Object.entries(/** @type {Settings} */ (row?.settings ?? {})).map(([key, usual]) => /** @type {const} */ ([key, typed[`${name} ${key}`] ?? shown(/** @type {Settings} */ (before)[key] ?? usual)]));
  const wrong = numberTyped(rate) === null || settings.some(([, value]) => typeof value === "string" && numberTyped(value) === null);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (wrong) return;
    const said = Object.fromEntries(settings.filter(([key]) => `${name} ${key}` in typed).map(([key, value]) => [key, typeof value === "string" ? numberTyped(value) : value]));
    const kept = Object.fromEntries(["schedule", "clip", "zero_grad"].filter((key) => key in now).map((key) => [key, now[key]]));
    void send([{ optimizer: { ...kept, ...before, ...said, name, learning_rate: numberTyped(rate) } }], `${name} trains from here on, with the learning rate ${rate.trim()}.`);
  };
  return html`<form class="setup" aria-label="Optimizer" onSubmit=${submit}><h3>Optimizer</h3>
    <div class="fields"><label>kind <select name="optimizer" value=${name} onChange=${(/** @type {Event} */ event) => setName(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>${rows.map((each) => html`<option value=${each.name}>${each.name}</option>`)}</select></label>
      <${Field} label="learning rate" name="learning_rate" first value=${rate} set=${setRate} />
      ${settings.map(([key, value]) => html`<${Field} key=${`${name} ${key}`} label=${key.replaceAll("_", " ")} name=${key} value=${value} set=${(/** @type {string | boolean} */ next) => setTyped({ ...typed, [`${name} ${key}`]: next })} />`)}</div>
    ${row && html`<p class="note">${row.doc}</p>`}<${Trouble} text=${refused} />
    <button type="submit" class="pill on" data-command="set-optimizer" disabled=${wrong}>Train with this</button></form>`;
}

/** A number, or yes or no. @param {{label: string, name: string, first?: boolean, value: string | boolean, set: (value: any) => void}} props */
function Field({ label, name, first = false, value, set }) {
  if (typeof value === "boolean") return html`<label class="tick"><input type="checkbox" name=${name} checked=${value} onChange=${() => set(!value)} /> ${label}</label>`;
  return html`<label>${label} <input type="text" name=${name} inputmode="decimal" autocomplete="off" autofocus=${first} value=${value} aria-invalid=${numberTyped(value) === null} onInput=${(/** @type {Event} */ event) => set(/** @type {HTMLInputElement} */ (event.currentTarget).value)} /></label>`;
}

/** @typedef {NonNullable<import("../types").Session["data"]>} Shown */

/** @param {{data: Shown}} props */
function Sample({ data }) {
  const [wanted, setWanted] = useState(String(data.sample ?? 0)), [refused, send] = useEdits();
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    void send([{ sample: Number(wanted) }], `Sample ${wanted} alone is trained on from here on.`);
  };
  return html`<form class="setup" aria-label="Sample" onSubmit=${submit}><h3>One sample alone</h3>
    <div class="fields"><label>sample <input type="number" name="sample" required step="1" value=${wanted} onInput=${(/** @type {Event} */ event) => setWanted(/** @type {HTMLInputElement} */ (event.currentTarget).value)} /></label> <span class="note">0 … ${count(data.samples - 1)}</span>
      <button type="submit" class="pill" data-command="set-sample">Train on it</button></div><${Trouble} text=${refused} /></form>`;
}

/** @param {{data: Shown}} props */
function Label({ data }) {
  const [label, setLabel] = useState(String(data.label ?? 0)), [refused, send] = useEdits();
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    void send([{ label: Number(label) }], `This sample is a ${data.classes[Number(label)]} now.`);
  };
  return html`<form class="setup" aria-label="Label" onSubmit=${submit}><h3>What this sample is called</h3>
    <div class="fields"><label>class <select name="label" value=${label} onChange=${(/** @type {Event} */ event) => setLabel(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>${data.classes.map((name, k) => html`<option value=${String(k)}>${name}</option>`)}</select></label>
      <button type="submit" class="pill" data-command="set-label">Call it that</button></div><${Trouble} text=${refused} /></form>`;
}
