// Points by hand: a square in which a click, a drag or the keyboard puts points of a class, or of a curve.

import { html, useEffect, useRef, useState } from "../../../vendor/vendor.js";
import { Mark } from "../../mark.js";
import { count, format } from "../../model/format.js";
import { MOST, arraysOf, fitted, missing, nearest, pointsOf, tidy } from "../../model/drawn.js";
import { classColour, drawMark } from "../../model/marks.js";
import * as store from "../../store.js";
import { ring, useWidth } from "./plot.js";
import { kept } from "./source.js";

/** @typedef {import("../../model/drawn.js").Point} Point */

const CLASSES = 6;
/** How far the arrow keys move, without and with Shift; how far apart a drag puts points; how near is near enough to erase. */
const STEP = 0.05, LEAP = 0.25, APART = 0.07, NEAR = 0.06;
const WAYS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });

/** @param {import("./form.js").Props & {shown: import("../../api/data.js").DataPreview | null}} props */
export function Draw({ data, change, shown }) {
  const [drawn, keep] = useState(() => beginning(data)), [tool, take] = useState(0), [said, say] = useState("");
  const { points, curve } = drawn, lacking = missing(points, curve), used = "arrays" in data;
  useEffect(() => { // changed elsewhere: by undo, or as JSON
    const there = pointsOf(data.arrays);
    if (there && JSON.stringify(arraysOf(there.points, there.curve)) !== JSON.stringify(arraysOf(points, curve))) keep(there);
  }, [data.arrays]);
  /** @param {Point[]} next @param {boolean} [as] */
  const put = (next, as = curve) => {
    keep({ points: next, curve: as });
    if (!missing(next, as)) change({ arrays: arraysOf(next, as), ...kept(data, next.length) });
  };
  const add = (/** @type {{x: number, y: number}} */ { x, y }) => {
    if (points.length >= MOST) return say(`There are ${MOST} points, the most that can be drawn.`);
    put([...points, { x, y, class: curve ? 0 : tool }]);
    say(`${curve ? "Point" : `Class ${tool}`} at ${format(x)}, ${format(y)}. ${count(points.length + 1)} points.`);
  };
  const erase = (/** @type {{x: number, y: number}} */ place) => {
    const k = nearest(points, place, NEAR);
    if (k < 0) return say("There is no point here.");
    put(points.filter((_, i) => i !== k));
    say(`Erased. ${count(points.length - 1)} points.`);
  };
  const borrowed = !used && !points.length && shown && shown.samples === shown.rows.length ? fitted(shown) : null;
  return html`<div class="inkwell" role="group" aria-label="What is put">
      ${curve ? html`<button type="button" class="small-button" aria-pressed=${tool >= 0} onClick=${() => take(0)}>Point</button>` : Array.from({ length: CLASSES }, (_, k) => html`<button type="button" class="small-button" data-ink=${k} aria-pressed=${tool === k} title="Class ${k} (${k + 1})" onClick=${() => take(k)}><${Mark} k=${k} /> ${k}</button>`)}
      <button type="button" class="small-button" data-ink="erase" aria-pressed=${tool < 0} onClick=${() => take(-1)}>Erase</button></div>
    <${Square} points=${points} curve=${curve} tool=${tool} take=${take} add=${add} erase=${erase} say=${say} chosen=${used ? data.sample ?? null : null} held=${used && shown?.samples === points.length ? shown.held : []} dark=${store.dark.value} />
    <div class="inkwell"><button type="button" class="small-button" data-command="last-point" disabled=${!points.length} onClick=${() => put(points.slice(0, -1))}>Take back</button>
      <button type="button" class="small-button" data-command="clear-points" disabled=${!points.length} onClick=${() => { put([]); say("Cleared."); }}>Clear</button>
      <button type="button" class="small-button" data-command="curve-points" aria-pressed=${curve} onClick=${() => put(points, !curve)}>As a curve</button>
      ${borrowed && html`<button type="button" class="small-button" data-command="borrow-points" title="Its points, made to fit the square" onClick=${() => put(borrowed.points, borrowed.curve)}>Begin with ${data.name ?? "the table"}</button>`}
      <span class="note" data-drawn=${points.length}>${count(points.length)} of at most ${MOST}</span></div>
    ${lacking && html`<p class="note" role="status">${lacking}${used ? " Until then the model keeps the points it has." : ""}</p>`}
    <p class="unseen" aria-live="polite" data-said>${said}</p>`;
}

/** @param {Record<string, any>} data @returns {{points: Point[], curve: boolean}} */
const beginning = (data) => pointsOf(data.arrays) ?? { points: [], curve: false };

/** @param {{points: Point[], curve: boolean, tool: number, take: (tool: number) => void, add: (place: {x: number, y: number}) => void, erase: (place: {x: number, y: number}) => void, say: (text: string) => void, chosen: number | null, held: boolean[], dark: boolean}} props */
function Square({ points, curve, tool, take, add, erase, say, chosen, held, dark }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), size = useWidth(canvas);
  const [at, move] = useState(/** @type {{x: number, y: number} | null} */ (null)), last = useRef(/** @type {{x: number, y: number} | null} */ (null));
  useEffect(() => { if (canvas.current && size) paint(canvas.current, size, points, curve, at, chosen, held, dark); }, [points, curve, at, chosen, held, size, dark]);
  /** @param {PointerEvent} event */
  const touch = (event) => {
    const place = placeOf(event);
    if (event.type === "pointermove" && (!event.buttons || !last.current || Math.hypot(place.x - last.current.x, place.y - last.current.y) < APART)) return;
    if (event.type === "pointerdown") canvas.current?.setPointerCapture(event.pointerId);
    last.current = place;
    if (tool < 0) erase(place);
    else add(place);
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    const way = WAYS[event.key], here = at ?? { x: 0, y: 0 }, far = event.shiftKey ? LEAP : STEP;
    if (way) {
      const next = { x: tidy(here.x + far * way[0]), y: tidy(here.y + far * way[1]) }, k = nearest(points, next, 0.001);
      move(next);
      say(`${format(next.x)}, ${format(next.y)}${k < 0 ? "" : curve ? ", a point" : `, class ${points[k].class}`}`);
    } else if (event.key === "Enter" || event.key === " ") (tool < 0 ? erase : add)(here);
    else if (event.key === "Delete" || event.key === "Backspace") erase(here);
    else if (!curve && Number(event.key) >= 1 && Number(event.key) <= CLASSES) { take(Number(event.key) - 1); say(`Class ${Number(event.key) - 1}`); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<figure class="square"><canvas ref=${canvas} class="ground ${tool < 0 ? "erasing" : ""}" tabindex="0" role="application" data-points=${points.length}
      aria-label="Square to draw points in, from −1 to 1 both ways. Arrow keys move a cursor, Shift farther; Enter puts a point, Delete erases one${curve ? "" : ", 1 to 6 choose the class"}."
      onPointerDown=${touch} onPointerMove=${touch} onPointerUp=${() => (last.current = null)} onKeyDown=${key} onFocus=${(/** @type {Event} */ event) => { if (/** @type {Element} */ (event.target).matches(":focus-visible")) move(at ?? { x: 0, y: 0 }); }} onBlur=${() => move(null)}></canvas>
    <figcaption class="spans"><span>Click or drag to put points; −1 to 1 both ways.</span></figcaption></figure>`;
}

/** Where in the square, y upwards. @param {PointerEvent} event */
function placeOf(event) {
  const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
  return { x: tidy(2 * (event.clientX - box.left) / box.width - 1), y: tidy(1 - 2 * (event.clientY - box.top) / box.height) };
}

/** @param {HTMLCanvasElement} canvas @param {number} size @param {Point[]} points @param {boolean} curve @param {{x: number, y: number} | null} at @param {number | null} chosen @param {boolean[]} held @param {boolean} dark */
function paint(canvas, size, points, curve, at, chosen, held, dark) {
  const ink = canvas.getContext("2d"), radius = Math.max(3, size / 75);
  if (!ink) return;
  canvas.width = canvas.height = size;
  /** @param {{x: number, y: number}} place @returns {[number, number]} */
  const on = ({ x, y }) => [(x + 1) / 2 * size, (1 - y) / 2 * size];
  cross(ink, size / 2, size / 2, size, dark ? "rgb(51 60 76)" : "rgb(217 220 225)", 1);
  points.forEach((point, k) => {
    if (k === chosen) ring(ink, ...on(point), radius * 2, dark);
    drawMark(ink, curve ? 0 : point.class, ...on(point), radius, classColour(curve ? 0 : point.class, dark), held[k] ?? false);
  });
  if (at) cross(ink, ...on(at), radius * 2.4, dark ? "rgb(183 148 255)" : "rgb(124 58 237)", radius / 2.4);
}

/** @param {CanvasRenderingContext2D} ink @param {number} x @param {number} y @param {number} arm @param {string} colour @param {number} width */
function cross(ink, x, y, arm, colour, width) {
  ink.strokeStyle = colour;
  ink.lineWidth = width;
  ink.beginPath();
  ink.moveTo(x - arm, y);
  ink.lineTo(x + arm, y);
  ink.moveTo(x, y - arm);
  ink.lineTo(x, y + arm);
  ink.stroke();
}
