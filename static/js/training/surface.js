// The loss over a plane through the parameters, drawn as a map with the path of training on it. Every point of the path is a link to its step.

import { contours } from "../../vendor/contour.js";
import { html, signal, useEffect, useMemo, useRef, useState } from "../../vendor/vendor.js";
import { useAnswer } from "../answers.js";
import { ApiError } from "../api.js";
import * as api from "../api/training.js";
import { style } from "../lazy.js";
import { count, exact, format, fromWire } from "../model/format.js";
import { SIDE, downhill, entriesOf, gaps, learning, nameOf, pathOf, placeOf } from "../model/height.js";
import { heightColour } from "../model/scale.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { hrefOf, onFollow } from "./link.js";

/** @typedef {import("../generated/api").SurfaceAnswer} Told */
/** @typedef {import("../generated/api").PathPoint} Point */

export const styled = style("surface.css");
/** A surface of two numbers costs little; one of more is drawn when it is asked for. */
const CHEAP = 2;
/** So many entries are offered one by one. */
const MOST_ENTRIES = 24, ARROW = 46, ARROWS = { x: "→", y: "↑" };
/** Milliseconds until a surface is asked for again where others came first, and how often. */
const WAIT = 1000, PATIENCE = 8;
/** The session whose surface was asked for. */
const wanted = signal("");
const WAYS = [["path1", "along the path"], ["path2", "across the path"], ["gradient", "the gradient"], ["update", "this step’s update"], ["random", "random 0"], ["random:1", "random 1"], ["random:2", "random 2"]];

export function Surface() {
  const id = store.session.value?.id ?? "", graph = store.graph.value;
  const [ways, setWays] = useState({ x: "", y: "" }), [span, setSpan] = useState(/** @type {number | null} */ (null)), [large, setLarge] = useState(false);
  const still = !(store.underWay.value && runs.newest.value), iteration = runs.shown.value;
  const open = graph !== null && (learning(graph) <= CHEAP || wanted.value === id);
  const asked = open && still ? `${id} ${store.session.value?.revision} ${iteration} ${ways.x} ${ways.y} ${span}` : null;
  const answer = useAnswer(asked, () => inTurn(() => api.surface(id, { ...ways, span, iteration })));
  const last = useRef(/** @type {Told | null} */ (null)), told = answer?.found ?? last.current; // one that is refused leaves the one before
  last.current = told;
  if (!graph) return null;
  const names = entriesOf(graph, MOST_ENTRIES), chosen = chosenEntry();
  const entries = chosen && !names.includes(chosen) ? [...names, chosen] : names;
  return html`<figure class="surface" data-picture="surface" data-step=${told?.iteration} aria-busy=${asked !== null && answer?.key !== asked}><figcaption><h2>Loss surface</h2>
      ${told && html`<${Way} axis="x" ways=${ways} told=${told} entries=${entries} choose=${setWays} /><${Way} axis="y" ways=${ways} told=${told} entries=${entries} choose=${setWays} />`}</figcaption>
    ${!open && html`<p class="note">The loss around this step, over two directions through its ${count(learning(graph))} parameters, with the path that training took.</p>
      <button type="button" class="small-button" data-command="draw-surface" onClick=${() => (wanted.value = id)}>Draw the loss surface</button>`}
    ${answer?.failed && html`<p class="note failed" role="alert">${answer.failed}</p>`}
    ${open && !told && !answer?.failed && html`<p class="note" role="status">${still ? "The losses are being computed …" : "It is drawn when training rests."}</p>`}
    ${told && html`<${Map} told=${told} />
      <p class="zoom"><button type="button" class="small-button" data-command="surface-closer" onClick=${() => setSpan(fromWire(told.span) / 2)}>Closer</button>
        <button type="button" class="small-button" data-command="surface-wider" onClick=${() => setSpan(fromWire(told.span) * 2)}>Wider</button>
        ${span !== null && html`<button type="button" class="small-button" data-command="surface-fit" onClick=${() => setSpan(null)}>The whole path</button>`}
        <button type="button" class="small-button" data-command="surface-large" aria-haspopup="dialog" onClick=${() => setLarge(true)}>Larger</button></p>
      <${Says} told=${told} />
      <${PathTable} told=${told} />
      <${Large} open=${large} close=${() => setLarge(false)} told=${told} />`}</figure>`;
}

/** The service computes one surface at a time; where others come first, it is asked again. @template T @param {() => Promise<T>} ask @param {number} [left] @returns {Promise<T>} */
async function inTurn(ask, left = PATIENCE) {
  try {
    return await ask();
  } catch (error) {
    if (!(left > 0 && error instanceof ApiError && error.status === 503)) throw error;
    await new Promise((done) => setTimeout(done, WAIT));
    return inTurn(ask, left - 1);
  }
}

/** The chosen entry, where it is one of a parameter that learns. */
function chosenEntry() {
  const chosen = store.selection.value, node = chosen && store.graph.value?.nodes[chosen.node];
  return node && node.role === "parameter" && node.wanted ? nameOf(node.label, chosen.entry ?? node.shape.map(() => 0)) : null;
}

/** @param {{axis: "x" | "y", ways: {x: string, y: string}, told: Told, entries: string[], choose: (ways: {x: string, y: string}) => void}} props */
function Way({ axis, ways, told, entries, choose }) {
  const now = ways[axis] || told[axis].direction;
  return html`<label>${ARROWS[axis]} <select data-command="surface-${axis}" aria-label=${axis === "x" ? "Direction across the map" : "Direction up the map"} value=${now} onChange=${(/** @type {Event} */ event) => choose({ x: told.x.direction, y: told.y.direction, [axis]: /** @type {HTMLSelectElement} */ (event.currentTarget).value })}>
    <optgroup label="A direction">${WAYS.filter(([way]) => way === now || told.path.length > 2 || !way.startsWith("path")).map(([way, says]) => html`<option value=${way}>${says}</option>`)}</optgroup>
    <optgroup label="One number">${entries.map((name) => html`<option value=${name}>${name}</option>`)}</optgroup></select></label>`;
}

/** @param {{told: Told}} props */
function Map({ told }) {
  const [pointed, point] = useState(/** @type {number | null} */ (null));
  const at = told.path.find(({ iteration }) => iteration === pointed) ?? told.path[hereIn(told)];
  return html`<div class="map-of-heights"><${Drawing} told=${told} point=${point} at=${at.iteration} /><${Heights} told=${told} /></div>
    <p class="spans">${/** @type {const} */ (["x", "y"]).map((axis) => html`<span>${ARROWS[axis]} ${told[axis].label}, ${format(fromWire(told[axis].points[0]))} to ${format(fromWire(told[axis].points.at(-1)))}</span>`)}</p>
    <p class="at">${sentence(at)}</p>`;
}

/** Where the step begins, on the path. @param {Told} told */
const hereIn = ({ path, iteration }) => path.findIndex((point) => point.iteration === iteration);

/** @param {Point} point */
const sentence = ({ iteration, loss }) => html`step <b>${count(iteration)}</b>, loss <b data-exact=${exact(fromWire(loss))}>${format(fromWire(loss))}</b>`;

/** @param {{told: Told, point: (step: number | null) => void, at: number}} props */
function Drawing({ told, point, at }) {
  const dark = store.dark.value, losses = useMemo(() => told.losses.map((row) => row.map(fromWire)), [told]);
  const bands = useMemo(() => {
    const draw = contours().size([losses[0].length, losses.length]), flat = losses.flat();
    return told.levels.map((level) => pathOf(draw.contour(flat, fromWire(level)).coordinates, losses.length));
  }, [told]);
  const points = [told.x.points.map(fromWire), told.y.points.map(fromWire)], of = bands.length;
  const places = told.path.map(({ x, y }) => placeOf(points, { x: fromWire(x), y: fromWire(y) })), now = hereIn(told), here = places[now];
  const arrow = downhill(here, told.slopes.map(fromWire), ARROW);
  const low = losses.flat().filter(Number.isFinite);
  return html`<svg class="heights" viewBox="0 0 ${SIDE} ${SIDE}" role="group" aria-label="Contours of the loss over ${told.x.label} and ${told.y.label} at step ${count(told.iteration)}: from ${format(Math.min(...low))} to ${format(Math.max(...low))}. The path of training has ${count(told.path.length)} points; arrow keys go along it, Enter opens the step.">
    <rect width=${SIDE} height=${SIDE} style=${{ fill: heightColour(0, of, dark) }} />
    ${bands.map((d, k) => html`<path class="band" d=${d} data-level=${exact(fromWire(told.levels[k]))} style=${{ fill: heightColour(k + 1, of, dark) }} />`)}
    ${gaps(losses).map(({ x, y, size }) => html`<rect class="gap" x=${x} y=${y} width=${size} height=${size} />`)}
    ${arrow && html`<g class="downhill" aria-hidden="true"><line x1=${here[0]} y1=${here[1]} x2=${arrow[0]} y2=${arrow[1]} /><circle cx=${arrow[0]} cy=${arrow[1]} r="3.4" /></g>`}
    ${["casing", "line"].map((kind) => html`<polyline class="way ${kind}" points=${places.map((place) => place.join(",")).join(" ")} aria-hidden="true" />`)}
    ${told.path.map((each, k) => html`<a href=${hrefOf(each.iteration)} class=${k === now ? "now" : k === 0 ? "first" : ""} data-command="open-step" data-iteration=${each.iteration} tabindex=${each.iteration === at ? 0 : -1}
        aria-label="Step ${count(each.iteration)}, loss ${format(fromWire(each.loss))}" onClick=${onClick} onFocus=${() => point(each.iteration)} onPointerEnter=${() => point(each.iteration)} onPointerLeave=${() => point(null)} onKeyDown=${onKey}>
      <circle class="reach" cx=${places[k][0]} cy=${places[k][1]} r="12" /><circle class="dot" cx=${places[k][0]} cy=${places[k][1]} r=${k === now ? 6.5 : 3.2} /></a>`)}</svg>`;
}

/** A click leaves the keyboard to the steps. @param {MouseEvent} event */
function onClick(event) {
  const link = /** @type {SVGAElement} */ (event.currentTarget);
  onFollow(event, Number(link.dataset.iteration));
  if (event.detail) link.blur();
}

const BY = /** @type {Record<string, (all: HTMLElement[], k: number) => HTMLElement | undefined>} */ ({
  ArrowLeft: (all, k) => all[k - 1], ArrowRight: (all, k) => all[k + 1], ArrowDown: (all, k) => all[k - 1], ArrowUp: (all, k) => all[k + 1], Home: (all) => all[0], End: (all) => all[all.length - 1],
});
/** Arrows go from point to point of the path. @param {KeyboardEvent} event */
function onKey(event) {
  const link = /** @type {HTMLElement} */ (event.currentTarget), all = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (link.parentNode).querySelectorAll("a")]);
  const move = BY[event.key];
  if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  move(all, all.indexOf(link))?.focus();
}

/** The losses at which one colour meets the next. @param {{told: Told}} props */
function Heights({ told: { levels, losses } }) {
  const dark = store.dark.value, of = levels.length, strange = losses.some((row) => row.some((loss) => !Number.isFinite(fromWire(loss))));
  return html`<ol class="levels" aria-label="Losses at the contours">${levels.map((level, k) => html`<li data-level=${exact(fromWire(level))} style=${{ "--above": heightColour(k + 1, of, dark), "--below": heightColour(k, of, dark) }}><span class="swatch" aria-hidden="true"></span>${format(fromWire(level))}</li>`).reverse()}
    ${strange && html`<li class="strange"><span class="swatch" aria-hidden="true"></span>no number</li>`}</ol>`;
}

/** What is drawn, in words. @param {{told: Told}} props */
function Says({ told }) {
  const { samples, of, share, parameters, y } = told, lies = share === null ? null : fromWire(share), side = count(told.losses.length);
  const batch = of === 1 ? "" : `, on its batch of ${samples === of ? `all ${count(of)}` : `${count(samples)} of ${count(of)}`} samples`;
  return html`<p class="note">The loss of step ${count(told.iteration)}${batch}, at ${side} × ${side} points of a plane through its ${count(parameters)} parameters. The dotted arrow points downhill.
    ${fromWire(y.kept) < 0.999 && html` Of the direction ↑ the share <b>${format(fromWire(y.kept))}</b> is left: what lies along → was taken away, so that the two are perpendicular.`}
    ${lies !== null && lies < 0.9995 && html` The share <b data-exact=${exact(lies)}>${format(lies)}</b> of the path’s squared distances from here lies in this plane: elsewhere the path is above or below the map.`}
    ${!told.complete && " Some points of the path are missing: there was no time to compute them."}</p>`;
}

/** @param {{told: Told}} props */
function PathTable({ told }) {
  const [open, setOpen] = useState(false);
  return html`<details class="as-table" onToggle=${(/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open)}><summary>The path as a table</summary>
    ${open && html`<div class="scroll" tabindex="0" role="region" aria-label="The path of training, point by point"><table>
      <thead><tr><th scope="col">step</th><th scope="col">${told.x.label}</th><th scope="col">${told.y.label}</th><th scope="col">loss</th><th scope="col">loss on the map</th><th scope="col">away from the plane</th></tr></thead>
      <tbody>${told.path.map(({ iteration, x, y, loss, under, away }) => html`<tr><th scope="row"><a href=${hrefOf(iteration)} data-command="open-step" data-iteration=${iteration} onClick=${(/** @type {MouseEvent} */ event) => onFollow(event, iteration)}>${count(iteration)}</a></th>
        ${[x, y, loss, under, away].map((wire) => html`<td data-exact=${exact(fromWire(wire))}>${format(fromWire(wire))}</td>`)}</tr>`)}</tbody></table></div>`}</details>`;
}

/** The same, as large as the screen. Keys pressed in it are its own. @param {{open: boolean, close: () => void, told: Told}} props */
function Large({ open, close, told }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return html`<dialog class="surface-large" ref=${dialog} aria-label="Loss surface" onClose=${close} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.stopPropagation()} onClick=${(/** @type {MouseEvent} */ event) => { if (event.target === dialog.current) close(); }}>
    <header><h2>Loss surface at step ${count(told.iteration)}</h2><button type="button" class="quiet-button" data-command="close-surface" aria-label="Close" onClick=${close}>✕</button></header>
    ${open && html`<div class="content"><${Map} told=${told} /></div>`}</dialog>`;
}
