// Fields: each shows what the spec holds, and hands on what is typed; what cannot be read goes on as it is, and the service names it.

import { html, useState } from "../../vendor/vendor.js";
import { exact } from "../model/format.js";
import { numberTyped } from "../model/typed.js";
import * as store from "../store.js";
import { said } from "./spec.js";

/** @typedef {import("./spec.js").Option & {doc?: string, choices?: string[]}} Option */
/** @typedef {(value: any) => void} Set */

/** @param {string} name */
export const spoken = (name) => name.replaceAll("_", " ");

/** A text whose meaning is the value: as typed while it means that, else as the value is written. @param {any} value @param {(text: string) => any} read @param {(value: any) => string} write @returns {[string, (text: string) => any]} */
function useTyped(value, read, write) {
  const [typed, setTyped] = useState(/** @type {string | null} */ (null));
  const text = typed !== null && JSON.stringify(read(typed)) === JSON.stringify(value) ? typed : value === undefined ? "" : write(value);
  return [text, (next) => {
    setTyped(next);
    return read(next);
  }];
}

/** @param {string} text */
const readNumber = (text) => (text.trim() === "" ? undefined : numberTyped(text) ?? text);
/** @param {unknown} value */
const writeNumber = (value) => (typeof value === "number" ? exact(value) : String(value));

/** A number with its bounds; empty is the usual one. @param {{label: string, name?: string, value: any, set: Set, usual?: any, low?: number | null, high?: number | null, whole?: boolean, doc?: string, wide?: boolean}} props */
export function NumberField({ label, name = label, value, set, usual, low, high, whole = false, doc, wide = false }) {
  const [text, type] = useTyped(value, readNumber, writeNumber);
  const wrong = value !== undefined && value !== null && (typeof value !== "number" || (whole && !Number.isInteger(value)) || value < (low ?? -Infinity) || value > (high ?? Infinity));
  const bounds = low != null && high != null ? ` From ${exact(low)} to ${exact(high)}.` : "";
  return html`<label class=${wide ? "field wide" : "field"} title=${`${doc ?? ""}${bounds}`.trim() || undefined}><span>${spoken(label)}</span>
    <input type="text" name=${name} inputmode="decimal" autocomplete="off" spellcheck=${false} value=${text} placeholder=${usual == null ? "" : writeNumber(usual)} aria-invalid=${wrong}
      onInput=${(/** @type {Event} */ event) => set(type(/** @type {HTMLInputElement} */ (event.currentTarget).value))} /></label>`;
}

/** @param {{label: string, name?: string, value: string, choices: readonly (string | [string, string])[], set: Set, doc?: string, autofocus?: boolean}} props */
export function Choice({ label, name = label, value, choices, set, doc }) {
  const rows = choices.map((choice) => (typeof choice === "string" ? [choice, spoken(choice)] : choice));
  return html`<label class="field" title=${doc}><span>${spoken(label)}</span> <select name=${name} value=${value} onChange=${(/** @type {Event} */ event) => set(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>
    ${rows.map(([id, text]) => html`<option value=${id} selected=${id === value}>${text}</option>`)}</select></label>`;
}

/** @param {{label: string, name?: string, value: boolean, set: Set, doc?: string}} props */
export const Tick = ({ label, name = label, value, set, doc }) => html`<label class="field tick" title=${doc}><input type="checkbox" name=${name} checked=${value} onChange=${() => set(!value)} /> <span>${spoken(label)}</span></label>`;

/** @param {{label: string, name?: string, value: any, set: Set, read: (text: string) => any, write: (value: any) => string, doc?: string, wide?: boolean}} props */
export function TextField({ label, name = label, value, set, read, write, doc, wide = false }) {
  const [text, type] = useTyped(value, read, write);
  return html`<label class=${wide ? "field wide" : "field"} title=${doc}><span>${spoken(label)}</span> <input type="text" name=${name} autocomplete="off" spellcheck=${false} value=${text}
    onInput=${(/** @type {Event} */ event) => set(type(/** @type {HTMLInputElement} */ (event.currentTarget).value))} /></label>`;
}

/** @param {string} text */
const readShape = (text) => text.split(/[\s,×x()]+/).filter(Boolean).map((part) => numberTyped(part) ?? part);
/** @param {unknown} value */
const writeShape = (value) => (Array.isArray(value) ? value.join(" × ") : String(value));

/** The field of an option, as its row in the catalogue says. @param {{option: Option, value: any, set: Set}} props */
export function OptionField({ option, value, set }) {
  const { name, kind, doc, low, high, choices } = option, usual = option.default;
  if (kind === "boolean") return html`<${Tick} label=${name} doc=${doc} value=${value ?? usual} set=${set} />`;
  if (kind === "initializer") return html`<${Initializer} label=${name} doc=${doc} value=${value ?? usual} set=${set} />`;
  if (kind === "op") return html`<${Choice} label=${name} doc=${doc} value=${value ?? usual} choices=${activations()} set=${set} />`;
  if (kind === "choice") return html`<${Choice} label=${name} doc=${doc} value=${value ?? usual} choices=${choices ?? []} set=${set} />`;
  if (kind === "shape") return html`<${TextField} label=${name} doc=${doc} value=${value} read=${readShape} write=${writeShape} set=${set} />`;
  return html`<${NumberField} label=${name} doc=${doc} value=${value} usual=${usual} low=${low} high=${high} whole=${kind === "integer"} set=${set} />`;
}

/** Layers that are an op entry by entry: what can stand between two products. @returns {string[]} */
export function activations() {
  const types = new Set(store.catalogue.value?.layers.map(({ type }) => type));
  return (store.catalogue.value?.ops ?? []).filter(({ name, family, inputs }) => types.has(name) && family === "elementwise" && inputs.length === 1).map(({ name }) => name);
}

/** By name, with the settings of its kind. @param {{label: string, doc?: string, value: any, set: Set}} props */
function Initializer({ label, doc, value, set }) {
  const chosen = typeof value === "string" ? { name: value } : value ?? {}, rows = store.catalogue.value?.initializers ?? [];
  const row = rows.find(({ name }) => name === chosen.name);
  return html`<${Choice} label=${label} doc=${[doc, row?.doc].filter(Boolean).join(" ")} value=${chosen.name} choices=${rows.map(({ name }) => name)} set=${set} />
    <${SettingFields} settings=${row?.settings} values=${chosen} set=${(/** @type {string} */ key, /** @type {any} */ to) => set(said({ ...chosen, [key]: to }))} />`;
}

/** Settings that are known by their usual values. @param {{settings: Record<string, number | boolean | string> | undefined, values: Record<string, any>, set: (key: string, value: any) => void}} props */
export function SettingFields({ settings, values, set }) {
  return Object.entries(settings ?? {}).map(([key, usual]) => (typeof usual === "boolean"
    ? html`<${Tick} key=${key} label=${key} value=${values[key] ?? usual} set=${(/** @type {any} */ to) => set(key, to)} />`
    : html`<${NumberField} key=${key} label=${key} value=${values[key]} usual=${usual} set=${(/** @type {any} */ to) => set(key, to)} />`));
}
