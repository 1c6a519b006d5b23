// Every command by its name: type a few letters, choose with the arrows, do it with Enter.

import { html, useState } from "../../vendor/vendor.js";
import * as store from "../store.js";
import { COMMANDS, available, keyName, perform } from "./commands.js";

/** Whether the letters stand in the text in this order. @param {string} typed @param {string} text */
export function fits(typed, text) {
  let at = 0;
  for (const letter of text.toLowerCase()) if (letter === typed[at]) at++;
  return at >= typed.length;
}

/** Words that begin so come first, then what holds the letters together, then the rest that fits. @param {string} typed @returns {import("./commands.js").Command[]} */
export function found(typed) {
  const wanted = typed.trim().toLowerCase();
  /** @param {string} label */
  const rank = (label) => (` ${label}`.toLowerCase().includes(` ${wanted}`) ? 0 : label.toLowerCase().includes(wanted) ? 1 : 2);
  return COMMANDS.filter((each) => each.id !== "palette" && available(each) && fits(wanted, each.label)).sort((a, b) => rank(a.label) - rank(b.label));
}

export function Palette() {
  const [typed, setTyped] = useState(""), [at, setAt] = useState(0);
  const list = found(typed), chosen = list[Math.min(at, list.length - 1)];
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) setAt((Math.min(at, list.length - 1) + by + list.length) % Math.max(1, list.length));
    else if (event.key === "Enter" && chosen) carryOut(chosen);
    else return;
    event.preventDefault();
  };
  return html`<div class="search"><input type="text" role="combobox" autofocus aria-label="Command" aria-expanded="true" aria-controls="found" aria-autocomplete="list" aria-activedescendant=${chosen ? `found-${chosen.id}` : undefined}
      placeholder="Type what you want to do" value=${typed} onInput=${(/** @type {Event} */ event) => { setTyped(/** @type {HTMLInputElement} */ (event.currentTarget).value); setAt(0); }} onKeyDown=${onKey} /></div>
    ${list.length === 0 && html`<p class="empty" role="status">No command is called that.</p>`}
    <ul class="found" id="found" role="listbox" aria-label="Commands">${list.map((each) => html`<li role="option" id="found-${each.id}" aria-selected=${each === chosen} onClick=${() => carryOut(each)}><span>${each.label}</span>${each.keys.slice(0, 1).map((key) => html`<kbd>${keyName(key)}</kbd>`)}</li>`)}</ul>`;
}

/** @param {import("./commands.js").Command} each */
function carryOut(each) {
  store.dialog.value = null;
  perform(each);
}
