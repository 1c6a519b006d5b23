// An expression, typed: what is wrong is marked where it stands, and every name it reads has a field.

import { html } from "../../vendor/vendor.js";
import * as store from "../store.js";
import { change, earlier, spec, troubles, words } from "./draft.js";
import { Choice, TextField } from "./fields.js";
import { valueTyped, valuesFor, withModel } from "./spec.js";
import { More, Training, wrongUnder } from "./training.js";

const SOURCE = "/spec/model/source";

export function Expression() {
  const { source = "", values = {}, roles = {} } = spec.value.model;
  const wrong = troubles.value.find(({ pointer }) => pointer === SOURCE), elsewhere = wrongUnder("/spec/model").filter((text) => text !== (wrong && words(wrong)));
  /** @param {string} text */
  const type = (text) => {
    const next = valuesFor(text, values, earlier);
    change(withModel(spec.value, { source: text, values: next, ...kept(roles, next) }), "source");
  };
  return html`<div class="written"><label class="unseen" for="build-source">Expression</label>
      <pre aria-hidden="true">${marked(source, wrong)}</pre>
      <textarea id="build-source" name="source" spellcheck=${false} autocomplete="off" autocapitalize="off" rows=${Math.max(3, source.split("\n").length)} value=${source} autofocus aria-invalid=${Boolean(wrong)} aria-describedby="build-wrong"
        onInput=${(/** @type {Event} */ event) => type(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea></div>
    <p id="build-wrong" class="trouble" role="status" data-line=${wrong?.line} data-column=${wrong?.column}>${wrong ? `${place(source, wrong)}${words(wrong)}` : ""}</p>
    <${Functions} source=${source} type=${type} /><${Values} values=${values} roles=${roles} />${elsewhere.map((text) => html`<p class="trouble" role="alert">${text}</p>`)}
    <ol class="parts"><${Training} /><${More} /></ol>`;
}

/** What can be called; one click writes it at the end of what is there. @param {{source: string, type: (text: string) => void}} props */
function Functions({ source, type }) {
  const names = store.catalogue.value?.functions ?? [];
  /** @param {string} name */
  const write = (name) => {
    const area = /** @type {HTMLTextAreaElement} */ (document.getElementById("build-source")), at = area.selectionStart, text = `${name}(${source.slice(at, area.selectionEnd)})`;
    area.setRangeText(text, at, area.selectionEnd);
    area.focus();
    area.setSelectionRange(at + text.length - 1, at + text.length - 1);
    type(area.value);
  };
  return html`<details class="functions"><summary>Functions</summary><p class="note">Beside these, <code>+ − * / @ **</code>, and lines that name what they compute.</p>
    <div class="kinds-of">${names.map((name) => html`<button type="button" class="pill" data-function=${name} title=${store.ops.value.get(name)?.doc} onClick=${() => write(name)}>${name}</button>`)}</div></details>`;
}

/** @param {Record<string, string>} roles @param {Record<string, any>} values */
function kept(roles, values) {
  const left = Object.entries(roles).filter(([name]) => name in values);
  return { roles: left.length ? Object.fromEntries(left) : undefined };
}

/** Columns count from 1 for people. @param {string} source @param {import("./draft.js").Trouble} wrong */
const place = (source, { line = 1, column = 0 }) => `${source.includes("\n") ? `Line ${line}, column` : "Column"} ${column + 1}: `;

/** The text with the word, or the sign, where it goes wrong. @param {string} source @param {import("./draft.js").Trouble | undefined} wrong */
function marked(source, wrong) {
  if (!wrong) return `${source}\n`;
  const { line = 1, column = 0 } = wrong, before = source.split("\n").slice(0, line - 1).reduce((n, text) => n + text.length + 1, 0);
  const from = Math.min(source.length, before + column), word = /^(\w+|[^\s\w]|[ \t])/.exec(source.slice(from))?.[0] ?? "";
  return html`${source.slice(0, from)}<mark>${word || " "}</mark>${`${source.slice(from + word.length)}\n`}`;
}

const ROLES = /** @type {[string, string][]} */ ([["parameter", "parameter"], ["input", "input"], ["target", "target"], ["constant", "constant"]]);

/** @param {{values: Record<string, any>, roles: Record<string, string>}} props */
function Values({ values, roles }) {
  const names = Object.keys(values);
  if (!names.length) return html`<p class="note">Names such as <code>w</code> and <code>x</code> get a field each as soon as they are typed.</p>`;
  /** @param {string} name @param {any} value */
  const set = (name, value) => {
    earlier.set(name, value);
    change(withModel(spec.value, { values: { ...values, [name]: value } }), `value ${name}`);
  };
  /** @param {string} name @param {string} role */
  const play = (name, role) => change(withModel(spec.value, { roles: { ...roles, [name]: role } }));
  return html`<div class="values" role="group" aria-label="Values">${names.map((name) => html`<div class="value" key=${name}>
    <${TextField} label=${name} name=${`value ${name}`} doc="A number, or rows of numbers such as [[1, 2], [3, 4]]." value=${values[name]} read=${valueTyped} write=${written} set=${(/** @type {any} */ to) => set(name, to)} />
    <${Choice} label=${`role of ${name}`} name=${`role ${name}`} value=${roles[name] ?? usualRole(name)} choices=${ROLES} set=${(/** @type {string} */ to) => play(name, to)} /></div>`)}</div>`;
}

/** As the service takes it where nothing is said. @param {string} name */
const usualRole = (name) => (spec.value.optimizer && name === "x" ? "input" : spec.value.optimizer && name === "y" ? "target" : "parameter");

/** @param {unknown} value */
const written = (value) => (typeof value === "string" ? value : JSON.stringify(value).replaceAll(",", ", "));
