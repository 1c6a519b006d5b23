// One block an operation (or an event, where steps are events), coloured by phase; drag it or use the keys.

import { computed, effect, html, useEffect, useLayoutEffect, useRef, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { slotName } from "../model/format.js";
import * as store from "../store.js";
import { perform, command } from "./commands.js";

/** @typedef {{from: number, to: number, phase: import("../types").Phase, symbol: string, short: string}} Block */

const MOST_BLOCKS = 400;
const NAMED_FROM = 17;
/** Blocks narrower than this stand closer together. @type {[number, string][]} */
const SPACINGS = [[3.5, "solid"], [7, "tight"], [16, "dense"]];
/** Width of a letter, and of a small one; presented, of each in its height. */
const LETTER = { normal: 7.9, tight: 6.5 }, PRESENTED = 0.607;

/** @type {{value: Block[]}} */
const blocks = computed(() => {
  const trace = store.trace.value;
  if (!trace) return [];
  const fine = blocksBy(trace, (event) => (store.grain.value === "event" ? event.index : event.operation));
  return fine.length <= MOST_BLOCKS ? fine : blocksBy(trace, (event) => `${event.phase} ${event.layer}`).map((block) => ({ ...block, ...layerName(block, trace) }));
});

/** @param {import("../types").Trace} trace @param {(event: import("../types").TraceEvent) => unknown} key @returns {Block[]} */
function blocksBy(trace, key) {
  /** @type {Block[]} */
  const found = [];
  trace.events.forEach((event, k) => {
    const last = found[found.length - 1];
    if (last && key(trace.events[k - 1]) === key(event)) last.to = k + 1;
    else found.push({ from: k, to: k + 1, phase: event.phase, ...namesOf(event, trace) });
  });
  return found;
}

/** A block that holds a layer's events is named by the layer. @param {Block} block @param {import("../types").Trace} trace */
function layerName({ from, symbol, short }, { events, graph }) {
  const event = events[from], node = "node" in event ? event.node : "param" in event ? event.param : -1;
  const name = graph.nodes[node]?.group[0];
  return name && name !== "loss" ? { symbol: event.phase === "backward" ? `∂${name}` : name, short: event.phase === "backward" ? `∂${name[0]}` : name[0] } : { symbol, short };
}

/** A block's name, and what stands for it where there is no room. @param {import("../types").TraceEvent} event @param {import("../types").Trace} trace */
function namesOf(event, trace) {
  const { nodes } = trace.graph;
  /** @param {number} id */
  const op = (id) => store.ops.value.get(nodes[id].op ?? "")?.symbol ?? nodes[id].op ?? nodes[id].label;
  /** @param {number} id */
  const brief = (id) => initial(op(id));
  switch (event.kind) {
    case "forward": return { symbol: op(event.node), short: event.phase === "loss" ? nodes[event.node].label : brief(event.node) };
    case "recompute": return { symbol: `↻${op(event.node)}`, short: `↻${brief(event.node)}` };
    case "contribution": return { symbol: `∂${op(event.node)}`, short: `∂${brief(event.node)}` };
    case "tangent": return event.node === event.leaf ? { symbol: nodes[event.leaf].label, short: "•" } : { symbol: `d${op(event.node)}`, short: `d${brief(event.node)}` };
    case "slope": case "quotient": return { symbol: `∂${nodes[event.into].label}`, short: "∂" };
    case "probe": return { symbol: Number(event.shift) > 0 ? "+ε" : "−ε", short: "ε" };
    case "influence": return { symbol: nodes[event.node].label, short: "→" };
    case "credit": return { symbol: `∂${nodes[event.into].label}`, short: "∂" };
    case "seed": return { symbol: `∂${nodes[event.node].label}`, short: "∂" };
    case "assign": return assigned(event.target, nodes[event.param].label);
    case "statistics": return { symbol: nodes[event.target].label, short: initial(nodes[event.target].label) };
    case "zero_grad": return { symbol: "0", short: "0" };
    case "clip": return { symbol: "clip", short: "c" };
    case "stop": return { symbol: "stop?", short: "?" };
    case "batch": return { symbol: "⋯", short: "⋯" };
    default: return { symbol: "", short: "" };
  }
}

/** An optimizer's line is named by what it writes; a whole update by its parameter. @param {string} target @param {string} label */
function assigned(target, label) {
  const short = { weight: "W", bias: "b" }[label.slice(label.lastIndexOf(".") + 1)] ?? initial(label);
  return target === "parameter" || store.grain.value !== "event" ? { symbol: label, short } : { symbol: slotName(target), short: initial(slotName(target)) };
}

/** The letter a symbol begins with, where it has one: no block of a row of named ones is empty. @param {string} symbol */
const initial = (symbol) => symbol.slice(symbol.lastIndexOf(".") + 1).match(/[\p{L}\d]/u)?.[0] ?? symbol[0] ?? "";

export function Timeline() {
  const bar = useRef(/** @type {HTMLElement | null} */ (null));
  const width = useWidth(bar);
  const list = blocks.value;
  const cursor = store.cursor.value;
  const each = list.length ? width / list.length : 0;
  const scrub = (/** @type {PointerEvent} */ event) => {
    if (bar.current && (event.type === "pointerdown" || event.buttons & 1)) seekTo(event, bar.current, list);
  };
  return html`<div class="timeline" ref=${bar} tabindex="0" role="slider" data-command="scrub" aria-label="Position in the training step"
    aria-valuemin="0" aria-valuemax=${store.length.value} aria-valuenow=${cursor} aria-valuetext="step ${cursor} of ${store.length.value}"
    onPointerDown=${(/** @type {PointerEvent} */ event) => { bar.current?.setPointerCapture(event.pointerId); store.scrubbing.value = true; scrub(event); }} onPointerMove=${scrub} onLostPointerCapture=${() => { store.scrubbing.value = false; }} onKeyDown=${onUpDown}>
    <div class="phases">${phases(list).map(({ phase, at, blocks: n }) => html`<span class=${phase} style=${{ left: `${at * each}px`, width: `${n * each}px` }}>${n * each > phase.length * (store.present.value ? 15 : 8) ? phase : ""}</span>`)}</div>
    <${Blocks} list=${list} each=${each} />
    ${list.length > 0 && html`<div class="head" style=${{ transform: `translateX(${headAt(list, cursor) * each}px)` }}></div>`}</div>`;
}

/** Drawn once; a step then marks the blocks it passed and no others. @param {{list: Block[], each: number}} props */
function Blocks({ list, each }) {
  const row = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    let from = 0, to = list.length - 1;
    return effect(() => {
      const at = placeOf(list, store.cursor.value), { children } = /** @type {HTMLElement} */ (row.current);
      for (let i = Math.max(0, Math.min(from, at)); i <= Math.max(to, at); i++) {
        children[i].className = `${list[i].phase} ${i < at ? "done" : i === at ? "now" : "ahead"}`;
      }
      from = to = at;
    });
  }, [list, each]);
  return html`<div class="blocks ${SPACINGS.find(([below]) => each < below)?.[1] ?? ""}" ref=${row}>${list.map((block) => html`<span class="${block.phase} ahead" title=${block.symbol}>${each >= NAMED_FROM ? html`<${Name} block=${block} room=${each - (each < 26 ? 4 : 7)} />` : ""}</span>`)}</div>`;
}

/** Which block the cursor stands in; none before the first. @param {Block[]} list @param {number} cursor */
const placeOf = (list, cursor) => list.findIndex((block) => cursor > block.from && cursor <= block.to);

/** Up and down are a slider's other keys. @param {KeyboardEvent} event */
function onUpDown(event) {
  if (event.key === "ArrowUp") perform(command("forward"));
  if (event.key === "ArrowDown") perform(command("back"));
}

/** @param {PointerEvent} event @param {HTMLElement} bar @param {Block[]} list */
function seekTo(event, bar, list) {
  const box = bar.getBoundingClientRect();
  const place = Math.max(0, Math.min(list.length, (event.clientX - box.left) / box.width * list.length));
  const block = list[Math.min(list.length - 1, Math.floor(place))];
  if (!block) return;
  actions.takeOver();
  actions.play(false);
  const share = place - Math.floor(place);
  actions.seek(place <= 0 ? 0 : block.from + Math.max(1, Math.ceil(share * (block.to - block.from))));
}

/** The head stands under the middle of the block whose event came last. @param {Block[]} list @param {number} cursor */
function headAt(list, cursor) {
  const i = placeOf(list, cursor);
  return i < 0 ? 0 : i + 0.5;
}

/** @param {Block[]} list */
function phases(list) {
  /** @type {{phase: string, at: number, blocks: number}[]} */
  const found = [];
  list.forEach(({ phase }, at) => {
    const last = found[found.length - 1];
    if (last?.phase === phase) last.blocks++;
    else found.push({ phase, at, blocks: 1 });
  });
  return found;
}

/** A block's symbol: smaller, then cut, then its short form, as room gets scarce. @param {{block: Block, room: number}} props */
function Name({ block: { symbol, short }, room }) {
  const text = symbol.slice(symbol.lastIndexOf(".") + 1);
  const letter = store.present.value ? presented() : LETTER;
  if (text.length * letter.normal <= room) return text;
  if (text.length * letter.tight <= room) return html`<small>${text}</small>`;
  const fits = Math.floor(room / letter.tight);
  if (fits >= 6 && text.includes(short.slice(-1))) return html`<small>${text.slice(0, fits - 1)}…</small>`; // a letter of it says less; W and L say more
  return short.length * letter.normal <= room ? short : html`<small>${short.slice(0, Math.max(1, fits))}</small>`;
}

/** Presented, letters are as high as all text. */
function presented() {
  const wide = PRESENTED * parseFloat(getComputedStyle(document.body).fontSize);
  return { normal: wide, tight: wide };
}

/** @param {{current: HTMLElement | null}} element */
function useWidth(element) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
