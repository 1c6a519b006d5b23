// How it trains, and what else decides its numbers: rows below an expression and below a network.

import { html } from "../../vendor/vendor.js";
import { exact } from "../model/format.js";
import * as store from "../store.js";
import { change, spec, troubles, words } from "./draft.js";
import { Choice, NumberField, SettingFields, TextField, Tick } from "./fields.js";
import { Row } from "./rows.js";
import { said } from "./spec.js";

/** What is wrong under these pointers, in words. @param {...string} under */
export const wrongUnder = (...under) => troubles.value.filter(({ pointer }) => under.some((place) => pointer === place || pointer.startsWith(`${place}/`))).map(words);

/** A number as it is written. @param {unknown} value */
const number = (value) => (typeof value === "number" ? exact(value) : String(value ?? ""));

export function Training() {
  const { optimizer } = spec.value, rows = store.catalogue.value?.optimizers ?? [];
  /** @param {Record<string, any> | undefined} next @param {string} [key] */
  const put = (next, key) => change(said({ ...spec.value, optimizer: next && said(next) }), `optimizer ${key}`);
  /** @param {string} name */
  const choose = (name) => put(name === "none" ? undefined : said({ name, learning_rate: optimizer?.learning_rate ?? 0.1, schedule: optimizer?.schedule, clip: optimizer?.clip, zero_grad: optimizer?.zero_grad }), "name");
  const row = rows.find(({ name }) => name === (optimizer?.name ?? "sgd"));
  return html`<${Row} id="training" title="Training" brief=${optimizer ? `${optimizer.name ?? "sgd"}, learning rate ${number(optimizer.learning_rate)}` : "none: one forward and one backward pass"} wrong=${wrongUnder("/spec/optimizer")}>
    <div class="options"><${Choice} label="optimizer" value=${optimizer ? optimizer.name ?? "sgd" : "none"} choices=${["none", ...rows.map(({ name }) => name)]} set=${choose} />
      ${optimizer && html`<${NumberField} label="learning rate" name="learning_rate" value=${optimizer.learning_rate} set=${(/** @type {any} */ to) => put({ ...optimizer, learning_rate: to ?? "" }, "rate")} />
        <${SettingFields} key=${row?.name} settings=${row?.settings} values=${optimizer} set=${(/** @type {string} */ key, /** @type {any} */ to) => put({ ...optimizer, [key]: to }, key)} />`}</div>
    ${optimizer && row && html`<p class="note">${row.doc}</p><${Schedule} optimizer=${optimizer} put=${put} />`}<//>`;
}

/** @param {{optimizer: Record<string, any>, put: (next: Record<string, any>, key?: string) => void}} props */
function Schedule({ optimizer, put }) {
  const rows = store.catalogue.value?.schedules ?? [], { schedule = { name: "constant" }, clip } = optimizer;
  const row = rows.find(({ name }) => name === schedule.name), clipping = clip?.norm != null ? "norm" : clip?.value != null ? "value" : "none";
  /** @param {string} kind */
  const cut = (kind) => put({ ...optimizer, clip: kind === "none" ? undefined : { [kind]: clip?.norm ?? clip?.value ?? 1 } }, "clip");
  return html`<div class="options"><${Choice} label="schedule" doc=${row?.doc} value=${schedule.name ?? "constant"} choices=${rows.map(({ name }) => name)} set=${(/** @type {string} */ name) => put({ ...optimizer, schedule: name === "constant" ? undefined : { name } }, "schedule")} />
      <${SettingFields} key=${schedule.name} settings=${row?.settings} values=${schedule} set=${(/** @type {string} */ key, /** @type {any} */ to) => put({ ...optimizer, schedule: said({ ...schedule, [key]: to }) }, key)} />
      <${Choice} label="clipping" doc="A bound on the norm of all gradients together, or on the size of every entry." value=${clipping} choices=${["none", ["norm", "all gradients by norm"], ["value", "each entry by value"]]} set=${cut} />
      ${clipping !== "none" && html`<${NumberField} key=${clipping} label="at most" value=${clip[clipping]} set=${(/** @type {any} */ to) => put({ ...optimizer, clip: { [clipping]: to ?? "" } }, "clip value")} />`}
      <${Tick} label="clear gradients" name="zero_grad" doc="Without it gradients are not cleared and add up from step to step." value=${optimizer.zero_grad ?? true} set=${(/** @type {boolean} */ to) => put({ ...optimizer, zero_grad: to ? undefined : false }, "zero")} /></div>`;
}

const MODES = /** @type {[string, string][]} */ ([["reverse", "reverse mode"], ["forward", "forward mode"], ["difference", "differences"], ["rtrl", "real-time recurrent learning"]]);

export function More() {
  const { seed = 0, dtype = "float64", backward = {}, stop } = spec.value, mode = backward.mode ?? "reverse", network = spec.value.model?.kind === "network";
  /** @param {Record<string, any>} part @param {string} [key] */
  const put = (part, key) => change(said({ ...spec.value, ...part }), `more ${key}`);
  /** @param {Record<string, any>} part @param {string} key */
  const back = (part, key) => { const next = said({ ...backward, ...part }); put({ backward: Object.keys(next).length ? next : undefined }, key); };
  const brief = [`seed ${seed}`, dtype, MODES.find(([name]) => name === mode)?.[1] ?? mode].join(", ");
  return html`<${Row} id="more" title="More" brief=${brief} wrong=${wrongUnder("/spec/backward", "/spec/seed", "/spec/dtype", "/spec/freeze", "/spec/stop", "/spec/trained")}>
    <div class="options"><${NumberField} label="seed" doc="The same seed draws the same first weights." value=${spec.value.seed} usual=${0} low=${0} high=${4294967295} whole set=${(/** @type {any} */ to) => put({ seed: to }, "seed")} />
      <${Choice} label="numbers" name="dtype" value=${dtype} choices=${[["float64", "64 bits"], ["float32", "32 bits"]]} set=${(/** @type {string} */ to) => put({ dtype: to === "float64" ? undefined : to })} />
      <${Choice} label="gradients by" name="mode" value=${mode} choices=${MODES} set=${(/** @type {string} */ to) => back({ mode: to === "reverse" ? undefined : to, sides: to === "difference" ? backward.sides : undefined, epsilon: to === "difference" ? backward.epsilon : undefined }, "mode")} />
      ${mode === "difference" && html`<${Choice} label="sides" value=${backward.sides ?? "central"} choices=${[["central", "both sides"], ["one", "one side"]]} set=${(/** @type {string} */ to) => back({ sides: to }, "sides")} />
        <${NumberField} label="epsilon" value=${backward.epsilon ?? undefined} usual=${1e-5} low=${1e-12} high=${0.1} set=${(/** @type {any} */ to) => back({ epsilon: to }, "epsilon")} />`}
      <${Tick} label="gradients of the inputs" name="inputs" value=${backward.inputs ?? true} set=${(/** @type {boolean} */ to) => back({ inputs: to ? undefined : false }, "inputs")} />
      ${network && html`<${NumberField} label="truncate after" name="truncate" doc="Recurrent layers send nothing back over borders of stretches of so many time steps." value=${backward.truncate ?? undefined} usual="never" low=${1} high=${10000} whole set=${(/** @type {any} */ to) => back({ truncate: to }, "truncate")} />
        <${TextField} label="checkpoints" name="checkpoint" doc="Layers whose outputs are kept, while what lies between them is computed again." value=${backward.checkpoint} read=${readNames} write=${writeNames} set=${(/** @type {any} */ to) => back({ checkpoint: to }, "checkpoint")} />
        <${TextField} label="frozen" name="freeze" doc="Layers and parameters that do not learn." value=${spec.value.freeze} read=${readNames} write=${writeNames} set=${(/** @type {any} */ to) => put({ freeze: to }, "freeze")} />
        <${NumberField} label="stop after" name="patience" doc="Training ends after so many steps in a row whose test loss is not below the best." value=${stop?.patience} usual="never" low=${1} high=${1000000} whole set=${(/** @type {any} */ to) => put({ stop: to === undefined ? undefined : { ...stop, patience: to } }, "stop")} />`}</div><//>`;
}

/** @param {string} text @returns {string[] | undefined} */
function readNames(text) {
  const names = text.split(/[\s,]+/).filter(Boolean);
  return names.length ? names : undefined;
}
/** @param {unknown} names */
const writeNames = (names) => (Array.isArray(names) ? names.join(", ") : String(names));
