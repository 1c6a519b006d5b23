// A session file, chosen or dropped here, opens as a session of its own.

import { html, useState } from "../../vendor/vendor.js";
import { style } from "../lazy.js";
import { bring } from "./session.js";

await style("take.css");

export function Bring() {
  const [refused, setRefused] = useState(""), [over, setOver] = useState(false);
  /** @param {FileList | null | undefined} files */
  const take = async (files) => {
    setOver(false);
    setRefused(files?.[0] ? await bring(files[0]) : "");
  };
  /** @param {DragEvent} event */
  const drop = (event) => {
    event.preventDefault();
    void take(event.dataTransfer?.files);
  };
  /** @param {Event} event */
  const chosen = async ({ currentTarget }) => {
    const field = /** @type {HTMLInputElement} */ (currentTarget);
    await take(field.files);
    field.value = ""; // the same file may be chosen again
  };
  return html`<div class="bring" data-over=${over} onDragOver=${(/** @type {Event} */ event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <label class="pill">Bring a session file<input type="file" class="unseen" name="session-file" accept=".json,application/json" onChange=${chosen} /></label>
    <span class="note">or drop it here.</span>${refused && html`<p class="trouble" role="alert">${refused}</p>`}</div>`;
}
