// A button is a command of the table, drawn.

import { html } from "../../vendor/vendor.js";
import { command, keyName, perform } from "./commands.js";

/** @param {{id: string, class?: string, pressed?: boolean, children?: any}} props */
export function Button({ id, class: look = "", pressed, children }) {
  const found = command(id);
  const keys = found.keys.map(keyName).join(" or ");
  return html`<button type="button" class=${look} data-command=${id} title="${found.label} (${keys})" aria-label=${found.label}
    aria-pressed=${pressed} disabled=${!found.enabled()} onClick=${() => perform(found)}>${children}</button>`;
}
