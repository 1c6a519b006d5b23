// The examples, each one click away.

import { html, useEffect } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as store from "../store.js";

export function Gallery() {
  useEffect(() => void actions.loadGallery(), []);
  const list = store.examples.value;
  if (!list) return html`<p class="empty">Loading the examples…</p>`;
  if (list.length === 0) return html`<p class="empty">This server has no examples.</p>`;
  const groups = [...new Set(list.map((example) => example.group ?? ""))];
  return html`<p class="row"></p>${groups.map((group) => html`${group && html`<h3>${group}</h3>`}<ul class="examples">
    ${list.filter((example) => (example.group ?? "") === group).map((example) => html`<${Entry} example=${example} />`)}</ul>`)}`;
}

/** @param {{example: import("../types").Example}} props */
function Entry({ example: { id, title, summary } }) {
  const current = id === store.session.value?.example;
  return html`<li><button type="button" data-command="open-example" data-example=${id} autofocus=${current} aria-current=${current}
    onClick=${() => choose(id)}><b>${title}</b><span>${summary}</span></button></li>`;
}

/** @param {string} id */
function choose(id) {
  actions.takeOver();
  actions.play(false);
  void actions.openExample(id);
  store.dialog.value = null;
}
