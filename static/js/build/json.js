// The spec as JSON: what stands there is the form's, and the form's is what stands there; help for the place of the cursor.

import { html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api/build.js";
import * as store from "../store.js";
import { change, spec, troubles, unread, words } from "./draft.js";
import { adopt } from "./network.js";
import { lineOf, placeOf, pointerAt } from "./pointer.js";
import { helpAt } from "./schema.js";

/** @typedef {import("./schema.js").Field} Field */

/** As people write it: short lists and objects in one line. @param {unknown} value @param {string} [indent] @returns {string} */
export function written(value, indent = "") {
  const flat = JSON.stringify(value)?.replace(/("(?:[^"\\]|\\.)*")|([,:])/g, (all, text, sign) => text ?? `${sign} `) ?? "null";
  if (value === null || typeof value !== "object" || (flat.length + indent.length < 76 && indent)) return flat;
  const inner = `${indent}  `, [open, close] = Array.isArray(value) ? "[]" : "{}";
  const rows = Array.isArray(value) ? value.map((each) => written(each, inner)) : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${written(each, inner)}`);
  return rows.length ? `${open}\n${rows.map((row) => inner + row).join(",\n")}\n${indent}${close}` : flat;
}

export function Json() {
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null)), [typed, setTyped] = useState(() => written(spec.value)), [at, setAt] = useState(0), [schemas, setSchemas] = useState({});
  useEffect(() => {
    api.schemas().then(setSchemas, actions.fail);
    return () => { unread.value = null; };
  }, []);
  const fromForm = unread.value === null && !means(typed, spec.value), text = fromForm ? written(spec.value) : typed;
  /** @param {string} next */
  const type = (next) => {
    setTyped(next);
    try {
      const made = JSON.parse(next);
      unread.value = null;
      if (Array.isArray(made?.model?.layers)) adopt(made.model.layers, spec.value.model?.layers ?? []);
      change(made, "json");
    } catch (error) {
      unread.value = /** @type {Error} */ (error).message;
    }
  };
  /** @param {string} pointer */
  const show = (pointer) => {
    const place = placeOf(text, pointer.replace(/^\/spec/, ""));
    if (!place || !area.current) return;
    area.current.focus();
    area.current.setSelectionRange(place.from, place.to);
    setAt(place.from);
  };
  return html`<div class="json"><label class="unseen" for="build-json">The spec as JSON</label>
      <textarea id="build-json" ref=${area} name="json" spellcheck=${false} autocomplete="off" autocapitalize="off" value=${text} aria-invalid=${unread.value !== null || troubles.value.length > 0} aria-describedby="json-wrong"
        onInput=${(/** @type {Event} */ event) => type(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)} onSelect=${(/** @type {Event} */ event) => setAt(/** @type {HTMLTextAreaElement} */ (event.currentTarget).selectionStart)}></textarea>
      <div id="json-wrong" role="status">${unread.value !== null ? html`<p class="trouble">${notJson(text, unread.value)}</p>` : troubles.value.map((trouble) => html`<p class="trouble"><button type="button" class="where-of" data-pointer=${trouble.pointer} onClick=${() => show(trouble.pointer)}><code>${trouble.pointer.replace(/^\/spec/, "") || "/"}</code></button> ${words(trouble)}</p>`)}</div>
      <${Help} schemas=${schemas} pointer=${pointerAt(text, at)} /></div>`;
}

/** @param {string} text @param {unknown} value */
function means(text, value) {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}

/** Where the text stops being JSON, as far as the browser says. @param {string} text @param {string} message */
function notJson(text, message) {
  const place = /position (\d+)/.exec(message), [line, column] = lineOf(text, place ? Number(place[1]) : text.length);
  return `Line ${line}, column ${column}: this is no JSON yet.`;
}

/** @param {{schemas: Record<string, any>, pointer: string}} props */
function Help({ schemas, pointer }) {
  if (!Object.keys(schemas).length) return null;
  const { title, doc, fields, here } = helpAt(schemas, spec.value, pointer, more);
  return html`<section class="help-of" tabindex="0" aria-label="Help" data-pointer=${pointer}><h3>${here ?? title}${here && html` <small>in ${title}</small>`}</h3>
    ${doc.split("\n\n").map((text) => html`<p>${coded(text)}</p>`)}
    <dl>${fields.map((field) => html`<div data-field=${field.name} data-here=${field.name === here ? "" : undefined}><dt>${field.name}${field.needed && html`<span title="must be said">*</span>`}</dt><dd>${[field.kind, field.usual && `usually ${field.usual}`, field.doc].filter(Boolean).join(". ")}</dd></div>`)}</dl></section>`;
}

/** Words between backticks are code. @param {string} text */
const coded = (text) => text.split("`").map((part, k) => (k % 2 ? html`<code>${part}</code>` : part));

/** What only the catalogue knows: the options of a layer, a loss, an optimizer, a schedule or a data set. @param {string} schema @param {any} value @returns {Field[]} */
function more(schema, value) {
  const found = store.catalogue.value;
  if (!found) return [];
  const named = (/** @type {{name: string}[]} */ rows) => /** @type {any} */ (rows.find(({ name }) => name === value?.name));
  const row = schema === "LayerRequest" ? found.layers.find(({ type }) => type === value?.type) : schema === "SourceRequest" ? named(found.data) : null;
  const settings = schema === "LossRequest" ? named(found.losses)?.options : schema === "OptimizerRequest" ? named(found.optimizers)?.settings : schema === "ScheduleRequest" ? named(found.schedules)?.settings : {};
  const options = (row?.options ?? []).map((/** @type {any} */ { name, kind, doc, default: usual, low, high }) => ({ name, kind: low != null ? `${kind} from ${low} to ${high}` : kind, usual: usual == null ? "" : JSON.stringify(usual), doc, needed: usual == null }));
  return [...options, ...Object.entries(settings ?? {}).filter(([name]) => name !== "reduction").map(([name, usual]) => ({ name, kind: typeof usual, usual: JSON.stringify(usual), doc: "", needed: false }))];
}
