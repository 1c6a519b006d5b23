// The step as code, in full height: a line of NumPy for every event, PyTorch's beside it, and what each line gave.

import { computed, effect, html, render, useEffect, useRef } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { count } from "../model/format.js";
import { resultRef, rowsOf } from "../model/listing.js";
import { toneOf } from "../model/playhead.js";
import * as store from "../store.js";
import { loadPyTorch } from "../words.js";
import { Chips } from "./chips.js";
import { lightNames, Named, onNames } from "./named.js";
import { Number } from "./number.js";

/** Of a long step, the lines of so many events before and after this one. */
const NEAR = 120;

/** @typedef {import("../model/listing.js").Row} Row */

const rows = computed(() => (store.trace.value
  ? rowsOf(store.trace.value, store.explanations.value, store.pytorch.value, Math.max(0, store.cursor.value - 1), NEAR) : []));

/** @param {HTMLElement} host */
export function mountCode(host) {
  const place = host.appendChild(document.createElement("div"));
  place.id = "code-view";
  effect(() => {
    if (store.view.value !== "code" || !store.trace.value) return;
    const at = store.cursor.value - 1, { length } = store.trace.value;
    loadPyTorch(at - NEAR, length).catch(actions.fail);
    loadPyTorch(at + NEAR, length).catch(actions.fail);
  });
  render(html`<${CodeView} />`, place);
}

function CodeView() {
  const trace = store.trace.value;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const at = store.cursor.value - 1, shown = store.view.value === "code";
  useEffect(() => keepInSight(box.current), [at, rows.value.length, shown]);
  useEffect(() => follow(box.current), [shown && trace !== null]);
  useEffect(() => lightNames(box.current), [store.hovered.value, at, rows.value.length]);
  if (!trace || !shown) return null;
  const partial = rows.value.length && trace.length > 2 * NEAR + 1;
  return html`<div class="code-head" aria-hidden="true"><span>NumPy</span><span>the same in PyTorch</span><span>result</span></div>
    <div class="code-rows" ref=${box} role="listbox" tabindex="0" aria-label="Lines of code of this training step, NumPy and PyTorch"
      aria-activedescendant=${rows.value.some(({ event }) => event === at) ? `line-${at}` : undefined}
      onKeyDown=${onKey} ...${onNames}>
      ${rows.value.map((row, k) => html`<${Line} key=${row.event} row=${row} begins=${rows.value[k - 1]?.phase !== row.phase} trace=${trace} at=${at} />`)}
      ${rows.value.length === 0 && html`<p class="empty">Loading the lines…</p>`}
    </div>
    <${Chips} trace=${trace} names=${store.names.value} line=${rows.value.find(({ event }) => event === at) ?? null}
      note=${partial ? `The ${NEAR} events before and after this one, of ${count(trace.length)}.` : ""} />`;
}

/** @param {{row: Row, begins: boolean, trace: import("../types").Trace, at: number}} props */
function Line({ row: { event, phase, numpy, pytorch }, begins, trace, at }) {
  const state = event === at ? "at" : event < at ? "done" : "ahead";
  const ref = resultRef(trace.events[event]);
  return html`<div class="row-of-code ${toneOf(trace.events[event])} ${state} ${begins ? "begins" : ""}" id="line-${event}" role="option" data-event=${event} data-phase=${phase} aria-selected=${event === at}
    onClick=${() => go(event)}>
    <span class="numpy">${numpy.map((line) => html`<code><${Named} line=${line} /></code>`)}</span>
    <span class="pytorch">${pytorch.map((line) => html`<code><${Named} line=${line} /></code>`)}</span>
    <span class="result">${event <= at ? ref && html`<${Number} trace=${trace} place=${ref} />` : "—"}</span></div>`;
}

/** @param {number} event */
function go(event) {
  actions.takeOver();
  actions.play(false);
  actions.seek(event + 1);
}

/** Up and down move from line to line, and the step with them. @param {KeyboardEvent} event */
function onKey(event) {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const at = store.cursor.value - 1, list = rows.value;
  const next = by > 0 ? list.find((row) => row.event > at) : list.findLast((row) => row.event < at);
  if (next) go(next.event);
}

/** Where the room or the letters change, the line stays in sight. @param {HTMLElement | null} box */
function follow(box) {
  if (!box) return;
  const observer = new ResizeObserver(() => keepInSight(box));
  observer.observe(box);
  return () => observer.disconnect();
}

/** @param {HTMLElement | null} box */
function keepInSight(box) {
  const line = /** @type {HTMLElement | null} */ (box?.querySelector(".at"));
  if (!box || !line) return;
  const top = line.offsetTop - box.offsetTop, margin = Math.min(120, box.clientHeight / 4);
  if (top < box.scrollTop + margin || top + line.clientHeight > box.scrollTop + box.clientHeight - margin) {
    box.scrollTop = top - box.clientHeight / 2 + line.clientHeight / 2;
  }
}
