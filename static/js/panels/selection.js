// The chosen card: what it is, and its value and gradient entry by entry.

import { html, useEffect, useMemo, useRef, useState } from "../../vendor/vendor.js";
import { exactText, format, shapeText } from "../model/format.js";
import { cellOf, entryIn, gridOf } from "../model/grid.js";
import { entryAt, flatOf, scalarAt, shownAt } from "../model/trace.js";
import * as api from "../api.js";
import * as actions from "../actions.js";
import * as store from "../store.js";
import { Chain } from "./chain.js";
import { ChangeForm, Freeze } from "./change.js";
import { CopyOne } from "./copy.js";
import { MathLine } from "./explain.js";
import { Heatmap } from "./heatmap.js";
import { Insight } from "./insight.js";
import { Lost } from "./lost.js";
import { WaysIn } from "./ways-in.js";

/** @typedef {import("../types").GraphNode} GraphNode */
/** @typedef {import("../types").Trace} Trace */
/** @typedef {"value" | "gradient"} Which */

const WAIT = 120;

export function Chosen() {
  const selection = store.selection.value, trace = store.trace.value, frame = store.frame.value;
  void store.arrivals.value;
  if (!selection || !trace || !frame) return null;
  const node = trace.graph.nodes[selection.node];
  const which = /** @type {Which[]} */ (node.wanted ? ["value", "gradient"] : ["value"]);
  return html`<section class="chosen" aria-label="Chosen card">
    <header><h2>${node.label}</h2><span class="meta">${node.op ?? node.role} · ${node.shape.length ? shapeText(node.shape) : "a number"}</span>
      <button type="button" class="quiet-button" data-command="deselect" aria-label="Close this card's numbers" onClick=${() => actions.select(null)}>✕</button></header>
    ${node.op && html`<p class="doc">${store.ops.value.get(node.op)?.doc}</p>`}
    ${which.map((name) => html`<${Numbers} key=${`${node.id} ${name}`} node=${node} which=${name} trace=${trace}
      place=${(name === "value" ? frame.values : frame.gradients)[node.id]} />`)}
    <${Checked} node=${node} place=${frame.gradients[node.id]} />
    ${node.role === "parameter" && store.trains.value && html`<${Freeze} key=${node.id} node=${node} trace=${trace} />`}
    ${node.op && html`<${WaysIn} key=${`in ${node.id}`} node=${node} trace=${trace} />`}
    ${node.op === null && node.wanted && html`<${Lost} node=${node} trace=${trace} />`}
    <${Chain} trace=${trace} />
    <${EntryLines} trace=${trace} />
    <${Insight} trace=${trace} />
  </section>`;
}

/** What a check said of the gradient that stands here. @param {{node: GraphNode, place: import("../types").Ref | null}} props */
function Checked({ node, place }) {
  const mark = store.proved.value?.get(node.id);
  return mark && place?.offset === mark.offset && html`<p class="note" data-tick=${mark.good ? "yes" : "no"}>${mark.good ? "✓" : "✗"} ${actions.sentence(mark.says)}</p>`;
}

/** @param {{node: GraphNode, which: Which, trace: Trace, place: import("../types").Ref | null}} props */
function Numbers({ node, which, trace, place }) {
  void store.arrivals.value;
  if (!place) return html`<div class="numbers ${which}"><h3>${which}</h3><p class="empty">— not computed yet</p></div>`;
  if (place.shape.length === 0) return html`<${Single} node=${node} which=${which} number=${scalarAt(trace, place)} />`;
  return html`<${Many} node=${node} which=${which} trace=${trace} place=${place} />`;
}

/** @param {{node: GraphNode, which: Which, number: number | undefined}} props */
function Single({ node, which, number }) {
  return html`<div class="numbers ${which}"><h3>${which}</h3>${isChanged(node, which)
    ? html`<${ChangeForm} node=${node} entry=${[]} number=${number} />`
    : html`<p class="single"><${Settable} node=${node} which=${which} entry=${null}>${format(number)}<//><span class="exact">${exactText(number)}</span> ${number !== undefined && html`<${CopyOne} key=${number} number=${number} dtype=${store.trace.value?.schedule.dtype ?? ""} />`}</p>`}</div>`;
}

/** Whether this number is being typed anew. @param {GraphNode} node @param {Which} which */
const isChanged = (node, which) => store.changing.value && store.mayChange.value && which === "value" && store.changeable.value?.id === node.id;

/** A number that may be set is a button to do so. @param {{node: GraphNode, which: Which, entry: number[] | null, children?: any}} props */
function Settable({ node, which, entry, children }) {
  const number = html`<b>${children}</b>`;
  if (!store.mayChange.value || which !== "value" || !SETTABLE.has(node.role)) return number;
  const change = () => {
    actions.select({ node: node.id, which, entry });
    store.changing.value = true;
  };
  return html`<button type="button" class="settable" data-command="change" title="Change it (e)" onClick=${change}>${number}<span class="unseen">: change ${node.label}${entry ? ` at ${entry.join(", ")}` : ""}</span><span class="pencil" aria-hidden="true">✎</span></button>`;
}
const SETTABLE = new Set(["parameter", "input", "target"]);

/** @param {{node: GraphNode, which: Which, trace: Trace, place: import("../types").Ref}} props */
function Many({ node, which, trace, place }) {
  void store.arrivals.value;
  const [own, setAt] = useState(0);
  const { offset, shape } = place, chosen = store.selection.value;
  const active = chosen?.which === which && chosen.entry !== null;
  const at = active ? flatOf(/** @type {number[]} */ (chosen?.entry), shape) : own;
  const entry = entryAt(at, shape);
  useEntryExplanation(trace, node.id, which, entry, active);
  /** @param {number} flat */
  const choose = (flat) => {
    if (store.changing.peek()) return; // the pointer passes over other entries
    setAt(flat);
    store.selection.value = { node: node.id, which, entry: entryAt(flat, shape) };
  };
  const shown = shownAt(trace, place);
  const grid = useMemo(() => shown && gridOf(shown, shape), [shown?.numbers, shape]);
  const number = trace.numbers.at(offset + at);
  return html`<div class="numbers ${which}"><h3>${which}</h3>
    ${!grid && html`<p class="empty">… on its way</p>`}
    ${grid && html`<${Heatmap} grid=${grid} at=${cellOf(grid, at, shape)} marked=${active} label=${`${node.label} ${which}`} dark=${store.dark.value} choose=${(/** @type {number} */ cell) => choose(entryIn(grid, cell))} open=${() => { store.changing.value = store.mayChange.value && store.changeable.value !== null; }} />`}
    ${grid?.places && html`<p class="overview-of">Each cell is the entry largest in size of its block.</p>`}
    ${isChanged(node, which)
    ? html`<p class="entry">[${entry.join(", ")}]</p><${ChangeForm} key=${entry.join()} node=${node} entry=${entry} number=${number} />`
    : html`<p class="entry" aria-live="polite"><${Index} entry=${entry} shape=${shape} choose=${choose} /> <${Settable} node=${node} which=${which} entry=${entry}>${format(number)}<//><span class="exact">${exactText(number)}</span></p>`}</div>`;
}

/** The entry's place; another one can be typed, and what is being typed stays whatever arrives meanwhile. @param {{entry: number[], shape: number[], choose: (flat: number) => void}} props */
function Index({ entry, shape, choose }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const fields = () => [.../** @type {HTMLElement} */ (place.current).querySelectorAll("input")];
  useEffect(() => {
    for (const [axis, field] of fields().entries()) if (field !== document.activeElement) field.value = String(entry[axis]);
  });
  const typed = () => {
    const wanted = fields().map((field) => Number(field.value));
    if (wanted.every((i, axis) => Number.isInteger(i) && i >= 0 && i < shape[axis])) choose(flatOf(wanted, shape));
  };
  return html`<span class="index" ref=${place}>[${entry.map((i, axis) => html`${axis > 0 && ", "}<input type="number" min="0" max=${shape[axis] - 1} defaultValue=${i} style=${{ width: `${String(shape[axis]).length + 1.2}ch` }}
    aria-label="axis ${axis}" onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.stopPropagation()} onChange=${typed} />`)}]</span>`;
}

/** Asks for the chosen entry's own numbers, once the pointer rests. @param {Trace} trace @param {number} node @param {Which} which @param {number[]} entry @param {boolean} active */
function useEntryExplanation(trace, node, which, entry, active) {
  const event = active ? latestEvent(trace, store.cursor.value, node, which) : -1;
  useEffect(() => {
    if (event < 0) return;
    let stale = false;
    const timer = setTimeout(async () => {
      if (!store.stands(trace)) return;
      const id = store.session.peek()?.id ?? "";
      const found = await api.explanation(id, trace.iteration, event, entry).catch(() => null);
      if (!stale) store.entryExplanation.value = found;
    }, WAIT);
    return () => { stale = true; clearTimeout(timer); };
  }, [trace, event, entry.join()]);
}

/** The newest event that delivered this card's value or gradient. @param {Trace} trace @param {number} cursor @param {number} node @param {Which} which */
function latestEvent(trace, cursor, node, which) {
  return trace.events.slice(0, cursor).findLastIndex((event) => {
    if (which === "value") return (event.kind === "forward" && event.node === node) || (event.kind === "assign" && event.param === node && event.target === "parameter");
    if (event.kind === "tangent" || event.kind === "seed") return event.node === node;
    return (event.kind === "contribution" || event.kind === "credit") && event.into === node;
  });
}

/** @param {{trace: Trace}} props */
function EntryLines({ trace }) {
  const found = store.entryExplanation.value;
  if (!found?.entry) return null;
  return html`<div class="lines">${found.lines.map((line) => html`<${MathLine} line=${line} trace=${trace} />`)}</div>`;
}
