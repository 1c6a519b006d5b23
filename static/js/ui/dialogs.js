// The gallery and the help sheet: native dialogs, so focus and Escape are the browser's.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as store from "../store.js";
import { Batch } from "./batch.js";
import { COMMANDS, keyName } from "./commands.js";
import { Palette } from "./palette.js";
import { Table } from "./table.js";

export function Dialogs() {
  return html`<${Sheet} name="gallery" title="Examples"><${Gallery} /><//><${Sheet} name="help" title="Keys"><${Help} /><//><${Sheet} name="batch" title="The samples of this training step"><${Batch} /><//>
    <${Sheet} name="table" title="This training step so far"><${Table} /><//><${Sheet} name="palette" title="Find a command"><${Palette} /><//>`;
}

const close = () => (store.dialog.value = null);

/** @param {{name: NonNullable<typeof store.dialog.value>, title: string, children?: any}} props */
function Sheet({ name, title, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const open = store.dialog.value === name;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return html`<dialog ref=${dialog} class=${name} aria-label=${title} onClose=${() => { if (store.dialog.value === name) close(); }}
    onClick=${(/** @type {MouseEvent} */ event) => { if (event.target === dialog.current) close(); }}>
    <header><h2>${title}</h2><button type="button" class="quiet-button" data-command="close-${name}" aria-label="Close" onClick=${close}>✕</button></header>
    ${open && children}</dialog>`;
}

function Gallery() {
  useEffect(() => void actions.loadGallery(), []);
  const list = store.examples.value;
  if (!list) return html`<p class="empty">Loading the examples…</p>`;
  if (list.length === 0) return html`<p class="empty">This server has no examples.</p>`;
  const groups = [...new Set(list.map((example) => example.group ?? ""))];
  return groups.map((group) => html`${group && html`<h3>${group}</h3>`}<ul class="examples">
    ${list.filter((example) => (example.group ?? "") === group).map((example) => html`<${Entry} example=${example} />`)}</ul>`);
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
  close();
}

function Help() {
  return html`<dl class="keys">${COMMANDS.map((each) => html`<div><dt>${each.keys.map((key) => html`<kbd>${keyName(key)}</kbd> `)}</dt><dd>${each.label}</dd></div>`)}</dl>
    <p>Drag the timeline to any place. Click a card to see its numbers; inside a tensor the arrow keys move from entry to entry.</p>
    <p>In the graph, reached by Tab: <kbd>↑</kbd> <kbd>↓</kbd> go from card to card, <kbd>Shift</kbd> with <kbd>←</kbd> or <kbd>→</kbd> along an edge, from there <kbd>↑</kbd> <kbd>↓</kbd> to its neighbours, and <kbd>Enter</kbd> chooses a card or opens a group.</p>`;
}
