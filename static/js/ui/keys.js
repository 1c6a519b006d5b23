// The keyboard, and presentation clickers, which send PageDown, PageUp, F5, Escape and a dot.

import * as store from "../store.js";
import { commandFor, perform } from "./commands.js";

export function listenToKeys() {
  addEventListener("keydown", (event) => {
    if (event.altKey || event.defaultPrevented || store.dialog.value || belongsElsewhere(event)) return;
    const found = commandFor(event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toUpperCase()}` : event.key);
    if (!found) return;
    event.preventDefault();
    perform(found);
  });
}

/** Fields keep their own keys, and Space presses the button that has the focus. @param {KeyboardEvent} event */
function belongsElsewhere(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest?.("input, select, textarea, [contenteditable]")) return true;
  return event.key === " " && target.closest?.("button") !== null;
}
