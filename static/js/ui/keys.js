// The keyboard, and presentation clickers, which send PageDown, PageUp, F5, Escape and a dot.

import * as store from "../store.js";
import { commandFor, perform } from "./commands.js";

export function listenToKeys() {
  addEventListener("keydown", (event) => {
    if (event.altKey || event.defaultPrevented || store.dialog.value || belongsElsewhere(event)) return;
    const found = commandFor(nameOf(event));
    if (!found) return;
    event.preventDefault();
    perform(found);
  });
}

/** @param {KeyboardEvent} event */
const nameOf = ({ key, shiftKey, ctrlKey, metaKey }) => (ctrlKey || metaKey ? `Ctrl+${shiftKey ? "Shift+" : ""}${key.toUpperCase()}` : key);

/** What a clicker sends steps even while an answer is typed. */
const CLICKED = new Set(["PageDown", "PageUp"]);

/** Fields keep their own keys, and Space presses the button that has the focus. @param {KeyboardEvent} event */
function belongsElsewhere(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest?.("input, select, textarea, [contenteditable]")) return !CLICKED.has(event.key) || !target.matches("input[type=text]");
  return event.key === " " && target.closest?.("button") !== null;
}
