// A button is a command of the table, drawn.

import { html } from "../../vendor/vendor.js";
import { command, keyName, perform } from "./commands.js";

/** A button whose own text says what it does is `named`; one with a sign takes the command's label. @param {{id: string, class?: string, pressed?: boolean, named?: boolean, children?: any}} props */
export function Button({ id, class: look = "", pressed, named = false, children }) {
  const found = command(id);
  const keys = found.keys.map(keyName).join(" or ");
  return html`<button type="button" class=${look} data-command=${id} title="${found.label} (${keys})" aria-label=${named ? undefined : found.label}
    aria-pressed=${pressed} disabled=${!found.enabled()} onClick=${() => perform(found)}>${children}</button>`;
}
