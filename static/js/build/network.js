// A network as a stack: data at the top, layer after layer with the shape it gives, the loss at the foot.

import { html, signal, useEffect, useRef, useState } from "../../vendor/vendor.js";
import { count, exact, shapeText } from "../model/format.js";
import * as store from "../store.js";
import { DataPart } from "./data-part.js";
import { change, preview, shapesNow, spec, troubles, words } from "./draft.js";
import { begin, drag, shifted } from "./drag.js";
import { Choice, OptionField, SettingFields, TextField, activations, spoken } from "./fields.js";
import { Row, opened } from "./rows.js";
import { fresh, layerNames, moved, renamed, retyped, said, withModel } from "./spec.js";
import { More, Training, wrongUnder } from "./training.js";

/** @typedef {import("./spec.js").Layer} Layer */
/** @typedef {import("../generated/api").LayerShapes} LayerShapes */

/** Layers have keys of their own, so that a row stays the same row when it moves. @type {WeakMap<Layer, string>} */
const keys = new WeakMap();
let made = 0;
/** @param {Layer} layer */
export const keyOf = (layer) => keys.get(layer) ?? keep(layer, `layer ${++made}`);
/** @param {Layer} layer @param {string} key */
function keep(layer, key) {
  keys.set(layer, key);
  return key;
}

/** Layers that came as text are those that stood there before, place by place. @param {Layer[]} layers @param {Layer[]} before */
export const adopt = (layers, before) => layers.forEach((layer, k) => before[k]?.type === layer?.type && layer && keep(layer, keyOf(before[k])));

/** The place above which a layer is being added; null where none is. */
const adding = signal(/** @type {number | null} */ (null));

export function Network() {
  const { layers = [], loss = { name: "mse" } } = spec.value.model, names = layerNames(layers), shapes = shapesNow();
  return html`<ol class="parts stack" data-dragging=${drag.value ? "" : undefined}><${DataPart} />
    ${layers.map((/** @type {Layer} */ layer, /** @type {number} */ k) => html`<${One} key=${keyOf(layer)} layer=${layer} place=${k} name=${names[k]} shapes=${shapes[k]} last=${layers.length - 1} />`)}
    <${Add} at=${layers.length} /><${Loss} loss=${loss} /><${Training} /><${More} /></ol>`;
}

/** @param {Layer[]} layers @param {string} [key] */
const put = (layers, key) => change(withModel(spec.value, { layers }), key);

/** @param {string} type @returns {{doc: string, options: import("./fields.js").Option[]} | undefined} */
const rowOf = (type) => /** @type {any} */ (store.catalogue.value?.layers.find((row) => row.type === type));

/** What is wrong with a layer: said of its place, or beginning with its name. @param {number} place @param {string} name */
function wrongWith(place, name) {
  const named = troubles.value.filter(({ pointer, detail }) => !pointer.startsWith("/spec/model/layers/") && (detail.startsWith(`${name}: `) || detail.includes(` of ${name};`))).map(words);
  return [...wrongUnder(`/spec/model/layers/${place}`), ...named];
}

/** @param {{layer: Layer, place: number, name: string, shapes: LayerShapes | undefined, last: number}} props */
function One({ layer, place, name, shapes, last }) {
  const { type, name: own, ...options } = layer, row = rowOf(type);
  const brief = Object.entries(options).map(([key, value]) => (key === "units" || key === "filters" ? `${value} ${key}` : typeof value === "boolean" ? (value ? spoken(key) : "") : `${spoken(key)} ${briefly(value)}`)).filter(Boolean).join(", ");
  /** @param {string} key @param {any} to */
  const set = (key, to) => swap(place, said({ ...layer, [key]: to }), `${keyOf(layer)} ${key}`);
  return html`<${Row} id=${keyOf(layer)} title=${name} brief=${[own || type !== name.replace(/\d+$/, "") ? spoken(type) : "", brief].filter(Boolean).join(", ")} right=${shapes ? shapeText(shapes.output) : ""}
    small=${shapes?.parameters ? `${count(shapes.parameters)} parameters` : ""} wrong=${wrongWith(place, name)} shift=${shifted(place, drag.value)} grip=${last > 0 && html`<${Grip} place=${place} name=${name} />`} onKeyDown=${(/** @type {KeyboardEvent} */ event) => byKey(event, place, last)} tools=${html`<${Tools} place=${place} last=${last} name=${name} />`}>
    ${row && html`<p class="note">${row.doc}</p>`}
    <div class="options"><${Choice} label="kind" name="type" value=${type} choices=${kinds()} set=${(/** @type {string} */ to) => retype(place, layer, to)} />
      ${row?.options.map((option) => html`<${OptionField} key=${option.name} option=${option} value=${layer[option.name]} set=${(/** @type {any} */ to) => set(option.name, to)} />`)}
      <${TextField} label="name" name="layer name" value=${own ?? name} read=${(/** @type {string} */ text) => text} write=${String} set=${(/** @type {string} */ to) => rename(place, layer, to)} /></div><//>`;
}

/** @param {unknown} value */
const briefly = (value) => (typeof value === "number" ? exact(value) : Array.isArray(value) ? value.join(" × ") : spoken(String(/** @type {any} */ (value)?.name ?? value)));

const kinds = () => (store.catalogue.value?.layers ?? []).map(({ type }) => type);

/** Another layer in a place: the row stays the same row. @param {number} place @param {Layer} layer @param {string} [key] */
function swap(place, layer, key) {
  const { layers } = spec.value.model;
  keep(layer, keyOf(layers[place]));
  put(layers.map((/** @type {Layer} */ each, /** @type {number} */ k) => (k === place ? layer : each)), key);
}

/** @param {number} place @param {Layer} layer @param {string} type */
function retype(place, layer, type) {
  const options = rowOf(type)?.options ?? [];
  swap(place, retyped(layer, fresh(type, options, shapesNow()[place]?.input), options));
}

/** @param {number} place @param {Layer} layer @param {string} name */
function rename(place, layer, name) {
  const key = keyOf(layer), next = renamed(spec.value, place, name || undefined);
  next.model.layers.forEach((/** @type {Layer} */ each, /** @type {number} */ k) => keep(each, k === place ? key : keyOf(spec.value.model.layers[k])));
  change(next, `${key} name`);
}

/** @param {number} place @param {number} to */
function move(place, to) {
  const { layers } = spec.value.model;
  if (to < 0 || to >= layers.length) return;
  put(moved(layers, place, to));
}

/** @param {number} place */
function remove(place) {
  put(spec.value.model.layers.filter((/** @type {Layer} */ _, /** @type {number} */ k) => k !== place));
}

/** Alt with an arrow moves a layer, Delete takes it away. @param {KeyboardEvent} event @param {number} place @param {number} last */
function byKey(event, place, last) {
  const to = event.altKey && event.key === "ArrowUp" ? place - 1 : event.altKey && event.key === "ArrowDown" ? place + 1 : null;
  if (to === null && event.key !== "Delete") return;
  event.preventDefault();
  if (to === null) return void (last > 0 && remove(place));
  move(place, to);
}

/** For pointers; keys and buttons do the same. @param {{place: number, name: string}} props */
function Grip({ place, name }) {
  /** @param {PointerEvent} event */
  const take = (event) => {
    const stack = /** @type {Element} */ (/** @type {Element} */ (event.currentTarget).closest(".stack"));
    begin(event, spec.value.model.layers.map((/** @type {Layer} */ layer) => stack.querySelector(`[data-part="${keyOf(layer)}"]`)), place, (to) => move(place, to));
  };
  return html`<span class="grip" aria-hidden="true" data-held=${drag.value?.from === place ? "" : undefined} title=${`Drag ${name} to another place`} onPointerDown=${take}></span>`;
}

/** @param {{place: number, last: number, name: string}} props */
function Tools({ place, last, name }) {
  return html`<span class="part-tools"><button type="button" class="icon-only" aria-label="Move ${name} up" title="Up (Alt ↑)" disabled=${place === 0} onClick=${() => move(place, place - 1)}>↑</button>
    <button type="button" class="icon-only" aria-label="Move ${name} down" title="Down (Alt ↓)" disabled=${place === last} onClick=${() => move(place, place + 1)}>↓</button>
    <button type="button" class="icon-only" aria-label="Add a layer above ${name}" title="Add a layer above" onClick=${() => (adding.value = place)}>+</button>
    <button type="button" class="icon-only" aria-label="Remove ${name}" title="Remove (Delete)" disabled=${last === 0} onClick=${() => remove(place)}>✕</button></span>`;
}

/** @param {{at: number}} props */
function Add({ at }) {
  const place = adding.value;
  if (place === null) return html`<li class="to-add"><button type="button" class="pill" data-command="add-layer" onClick=${() => (adding.value = at)}>+ Add a layer</button></li>`;
  return html`<${Choose} place=${Math.min(place, at)} end=${place >= at} />`;
}

/** @param {{place: number, end: boolean}} props */
function Choose({ place, end }) {
  const [words, setWords] = useState(""), field = useRef(/** @type {HTMLInputElement | null} */ (null)), simple = new Set(["softmax", "log_softmax", ...activations()]);
  useEffect(() => field.current?.focus(), []);
  const found = (store.catalogue.value?.layers ?? []).filter(({ type, doc }) => `${spoken(type)} ${doc}`.toLowerCase().includes(words.trim().toLowerCase()));
  const groups = [["Layers", found.filter(({ type }) => !simple.has(type))], ["Activations", found.filter(({ type }) => simple.has(type))]];
  const name = layerNames(spec.value.model.layers)[place];
  /** @param {KeyboardEvent} event */
  const keyed = (event) => {
    if (event.key === "Escape") event.preventDefault(), event.stopPropagation(), (adding.value = null);
    if (event.key === "Enter" && found.length) event.preventDefault(), add(place, found[0].type);
  };
  return html`<li class="adding"><div class="finding"><label class="unseen" for="build-kind">Kind of layer</label><input id="build-kind" type="search" ref=${field} autocomplete="off" placeholder=${end ? "Which layer comes at the end?" : `Which layer comes above ${name}?`} value=${words} onKeyDown=${keyed}
      onInput=${(/** @type {Event} */ event) => setWords(/** @type {HTMLInputElement} */ (event.currentTarget).value)} /><button type="button" class="quiet-button" aria-label="Add none" onClick=${() => (adding.value = null)}>✕</button></div>
    ${groups.map(([title, rows]) => rows.length > 0 && html`<h3>${title}</h3><div class="kinds-of">${/** @type {any[]} */ (rows).map(({ type, doc }) => html`<button type="button" class="pill" data-kind=${type} title=${doc} onClick=${() => add(place, type)}>${spoken(type)}</button>`)}</div>`)}
    ${found.length === 0 && html`<p class="note">No layer is called that.</p>`}</li>`;
}

/** @param {number} place @param {string} type */
function add(place, type) {
  const { layers } = spec.value.model, shapes = shapesNow(), layer = fresh(type, rowOf(type)?.options ?? [], shapes[place]?.input ?? shapes[place - 1]?.output);
  put([...layers.slice(0, place), layer, ...layers.slice(place)]);
  adding.value = null;
  opened.value = keyOf(layer);
}

/** @param {{loss: Record<string, any>}} props */
function Loss({ loss }) {
  const rows = store.catalogue.value?.losses ?? [], row = rows.find(({ name }) => name === loss.name), { reduction = "mean", name } = loss;
  const targets = preview.value?.targets;
  const { reduction: _, ...options } = /** @type {Record<string, any>} */ (row?.options ?? {});
  /** @param {Record<string, any>} next @param {string} [key] */
  const set = (next, key) => change(withModel(spec.value, { loss: said(next) }), `loss ${key}`);
  return html`<${Row} id="loss" title="Loss" brief=${spoken(name) + (reduction === "mean" ? "" : `, ${reduction === "sum" ? "sum" : "mean over the batch"}`)} right=${targets ? shapeText(targets) : ""} small=${targets ? "targets" : ""} wrong=${wrongUnder("/spec/model/loss")}>
    ${row && html`<p class="note">${row.doc}</p>`}<div class="options"><${Choice} label="loss" value=${name} choices=${rows.map((each) => each.name)} set=${(/** @type {string} */ to) => set({ name: to, reduction: loss.reduction })} />
      <${Choice} label="reduction" value=${reduction} choices=${[["mean", "mean of all entries"], ["batch", "mean over the batch"], ["sum", "sum"]]} set=${(/** @type {string} */ to) => set({ ...loss, reduction: to })} />
      <${SettingFields} key=${name} settings=${options} values=${loss} set=${(/** @type {string} */ key, /** @type {any} */ to) => set({ ...loss, [key]: to }, key)} /></div><//>`;
}
