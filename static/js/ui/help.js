// The help sheet: every command of the table with its keys, and what the pointer does.

import { html } from "../../vendor/vendor.js";
import { COMMANDS, keyName } from "./commands.js";

export function Help() {
  return html`<dl class="keys">${COMMANDS.map((each) => html`<div><dt>${each.keys.map((key) => html`<kbd>${keyName(key)}</kbd> `)}</dt><dd>${each.label}</dd></div>`)}</dl>
    <p>Drag the timeline to any place. Click a card to see its numbers; inside a tensor the arrow keys move from entry to entry.</p>
    <p>In the graph, reached by Tab: <kbd>↑</kbd> <kbd>↓</kbd> go from card to card, <kbd>Shift</kbd> with <kbd>←</kbd> or <kbd>→</kbd> along an edge, from there <kbd>↑</kbd> <kbd>↓</kbd> to its neighbours, and <kbd>Enter</kbd> chooses a card or opens a group.</p>`;
}
