// The builder: an expression, a network or JSON at the left, the model as it stands at the right, and the way into it.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { style } from "../lazy.js";
import * as store from "../store.js";
import { Along } from "./along.js";
import { draft, future, openIt, past, redo, spec, start, tab, troubles, turnTo, undo, unread, waiting, watch, words } from "./draft.js";
import { Expression } from "./expression.js";
import { Json } from "./json.js";
import { Network } from "./network.js";
import { Preview } from "./preview.js";

await style("build.css");

const TABS = /** @type {const} */ ([["expression", "Expression"], ["network", "Network"], ["json", "JSON"]]);
const SHOWN = { expression: Expression, network: Network, json: Json };

export function Build() {
  useEffect(watch, []);
  useEffect(() => void actions.loadGallery(), []);
  const Shown = SHOWN[tab.value];
  return html`<div class="builder" onKeyDown=${keyed}>
    <div class="bar"><div class="kinds" role="group" aria-label="How it is built">${TABS.map(([name, title]) => html`<button type="button" aria-pressed=${tab.value === name} autofocus=${tab.value === name && name !== "expression"} data-tab=${name} onClick=${() => (name === "json" ? (tab.value = "json") : turnTo(name))}>${title}</button>`)}</div>
      <span class="space"></span><${From} />
      <button type="button" class="pill" data-command="build-undo" title="Undo (Ctrl+Z)" disabled=${past.value.length === 0} onClick=${undo}>Undo</button>
      <button type="button" class="pill" data-command="build-redo" title="Redo (Ctrl+Shift+Z)" disabled=${future.value.length === 0} onClick=${redo}>Redo</button></div>
    <div class="forms" tabindex="-1"><${Shown} /></div><${Preview} /><${Foot} /></div>`;
}

/** Fields undo their own typing; everywhere else the last change is undone. @param {KeyboardEvent} event */
function keyed(event) {
  const key = event.key.toLowerCase(), again = key === "y" || (key === "z" && event.shiftKey);
  if (!(event.ctrlKey || event.metaKey) || !(key === "z" || key === "y")) return;
  if (/** @type {Element} */ (event.target).matches("textarea, input:not([type=checkbox])")) return;
  event.preventDefault();
  if (again) redo();
  else undo();
}

/** Any model of the gallery can be the beginning. */
function From() {
  const list = store.examples.value ?? [], groups = [...new Set(list.map(({ group }) => group ?? ""))], session = store.session.value;
  /** @param {Event} event */
  const choose = (event) => {
    const select = /** @type {HTMLSelectElement} */ (event.currentTarget), found = list.find(({ id }) => id === select.value);
    if (select.value === "this" && session) start(session.spec, session.id);
    else if (found) start(found.spec);
    select.value = "";
  };
  return html`<select class="from" name="from" aria-label="Start from" value="" onChange=${choose}><option value="">Start from…</option>
    ${session && html`<option value="this">The model that is open</option>`}
    ${groups.map((group) => html`<optgroup label=${group}>${list.filter((example) => (example.group ?? "") === group).map(({ id, title }) => html`<option value=${id}>${title}</option>`)}</optgroup>`)}</select>`;
}

/** What no part of the form tells. */
function elsewhere() {
  const { kind } = spec.value.model ?? {};
  if (tab.value === "json") return [];
  const told = kind === "network" ? [/^\/spec\/model\/(layers|loss)(\/|$)/, /^\/spec\/(data|optimizer|backward|seed|dtype|freeze|stop|trained)(\/|$)/] : [/^\/spec\/model(\/|$)/, /^\/spec\/(optimizer|backward|seed|dtype|freeze|stop|trained)(\/|$)/];
  return troubles.value.filter(({ pointer }) => !told.some((place) => place.test(pointer))).map(words);
}

function Foot() {
  const [going, setGoing] = useState(false), wrong = troubles.value.length > 0 || unread.value !== null;
  const go = async () => {
    setGoing(true);
    await openIt();
    setGoing(false);
  };
  return html`<div class="foot"><p role="status">${elsewhere().map((text) => html`<span class="trouble">${text}</span> `)}${wrong && !elsewhere().length && html`<span class="note">Something does not fit yet: it is marked where it stands.</span>`}</p><${Along} />
    <button type="button" class="pill on" data-command="open-built" disabled=${wrong || going || waiting.value || !draft.value.spec.model} onClick=${go}>Open it</button></div>`;
}
