// What must be said over the stage: the opening's invitation, and what went wrong.

import { effect, html } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as store from "../store.js";
import { Button } from "./button.js";

const RETRY = 2000;

export function Notices() {
  const notice = store.notice.value;
  if (notice) return html`<div class="notice ${notice.kind} ${store.trace.value ? "" : "alone"}" role=${notice.kind === "changed" ? "status" : "alert"}>${SAID[notice.kind](notice.text)}</div>`;
  if (store.loading.value) return html`<${Loading} />`;
  if (store.touring.value) return html`<div class="invitation"><span>${store.playing.value ? "This neuron is walking through one training step." : "One training step of a neuron, to walk through."}</span><${Button} id="forward" named class="keycap">Press <kbd>→</kbd> to take a step yourself<//></div>`;
  return null;
}

const { sentence } = actions;

/** A first model has the stage to itself; another is waited for while the one before stays. */
function Loading() {
  return html`<div class="notice quiet ${store.trace.value ? "" : "alone"}" role="status"><span class="pulse" aria-hidden="true"><i></i><i></i><i></i></span>
    <span><b>Opening the model…</b> <span class="patience">A large one takes some seconds: its whole training step is computed first.</span></span></div>`;
}

/** Before a semicolon stands what is missing, behind it what there would be: the gallery shows that better. @param {string} text */
const missing = (text) => sentence(text.split(";")[0]);

const openGallery = () => html`<${Button} id="gallery" named class="pill">Open the gallery<//>`;

const SAID = {
  changed: (/** @type {string} */ text) => html`<span>${text}</span> ${store.session.value?.redo ? html`<${Button} id="redo" named class="pill">Make it again<//>` : html`<${Button} id="undo" named class="pill">Undo<//>`}`,
  lost: (/** @type {string} */ text) => html`<span><b>${sentence(text)}</b> ${store.trace.value ? "What you see stays." : "The page opens as soon as it does."} Trying again every two seconds.</span>`,
  unknown: (/** @type {string} */ text) => html`<span><b>${store.trace.value ? "The server no longer knows this session." : missing(text)}</b> ${text.includes("session") ? "It may have been deleted, or the server was started anew." : "The gallery has those there are."}</span>
    ${store.session.value && html`<${Button} id="reopen" named class="pill on">Make it again<//>`}${openGallery()}`,
  problem: (/** @type {string} */ text) => html`<span><b>That did not work.</b> ${sentence(text)}</span> ${store.trace.value
    ? html`<button type="button" class="quiet-button" aria-label="Close this message" data-command="dismiss" onClick=${() => (store.notice.value = null)}>✕</button>`
    : html`<button type="button" class="pill on" data-command="again" onClick=${() => location.reload()}>Try again</button>${openGallery()}`}`,
};

/** While the server is lost, ask again; then say so, and open what could not be opened. @param {() => void} reopen @param {HTMLElement} region a live region */
export function watchConnection(reopen, region) {
  effect(() => {
    if (store.notice.value?.kind !== "lost") return;
    const timer = setInterval(async () => {
      if (!await actions.recover()) return;
      region.textContent = "The server answers again.";
      if (!store.trace.value) reopen();
    }, RETRY);
    return () => clearInterval(timer);
  });
}
