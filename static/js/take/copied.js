// Text to be copied: by its button, or by hand where the browser lets no page write to the clipboard.

import { html, useRef, useState } from "../../vendor/vendor.js";

/** @param {{name: string, title: string, text: string}} props */
export function Copied({ name, title, text }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [copied, setCopied] = useState("");
  const copy = async () => {
    field.current?.select();
    setCopied(await navigator.clipboard.writeText(text).then(() => "Copied.", () => "Take it from the field."));
  };
  return html`<div class="fields"><input type="text" readonly ref=${field} aria-label="Link: ${title}" data-link=${name} value=${text} onFocus=${(/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.currentTarget).select()} />
    <button type="button" class="pill on" data-command="copy-${name}" aria-label="Copy the link: ${title}" onClick=${copy}>Copy</button></div><p class="note" role="status">${copied}</p>`;
}
