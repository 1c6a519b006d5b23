// What must be said over the stage: the opening's invitation, and what went wrong.

import { effect, html } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as store from "../store.js";
import { Button } from "./button.js";

const RETRY = 2000;

export function Notices() {
  const notice = store.notice.value;
  if (notice) return html`<div class="notice ${notice.kind} ${store.trace.value ? "" : "alone"}" role=${notice.kind === "changed" ? "status" : "alert"}>${SAID[notice.kind](notice.text)}</div>`;
  if (store.loading.value) return html`<div class="notice quiet" role="status">Loading…</div>`;
  if (store.touring.value) return html`<div class="invitation"><span>${store.playing.value ? "This neuron is walking through one training step." : "One training step of a neuron, to walk through."}</span><${Button} id="forward" named class="keycap">Press <kbd>→</kbd> to take a step yourself<//></div>`;
  return null;
}

const { sentence } = actions;

const SAID = {
  changed: (/** @type {string} */ text) => html`<span>${text}</span> ${store.session.value?.redo ? html`<${Button} id="redo" named class="pill">Make it again<//>` : html`<${Button} id="undo" named class="pill">Undo<//>`}`,
  lost: (/** @type {string} */ text) => html`<span><b>${sentence(text)}</b> What you see stays. Trying again every two seconds.</span>`,
  unknown: (/** @type {string} */ text) => html`<span><b>${store.trace.value ? "The server no longer knows this session." : sentence(text)}</b> It may have been deleted, or the server was started anew.</span>
    ${store.session.value && html`<${Button} id="reopen" named class="pill on">Make it again<//>`}<${Button} id="gallery" named class="pill">Open the gallery<//>`,
  problem: (/** @type {string} */ text) => html`<span><b>That did not work.</b> ${sentence(text)}</span> <button type="button" class="quiet-button" aria-label="Close this message" data-command="dismiss" onClick=${() => (store.notice.value = null)}>✕</button>`,
};

/** While the server is lost, ask again; then open what could not be opened. @param {() => void} reopen */
export function watchConnection(reopen) {
  effect(() => {
    if (store.notice.value?.kind !== "lost") return;
    const timer = setInterval(async () => {
      if (await actions.recover() && !store.trace.value) reopen();
    }, RETRY);
    return () => clearInterval(timer);
  });
}
