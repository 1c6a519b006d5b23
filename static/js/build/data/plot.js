// Samples as points: two inputs and a class, or an input and the number it leads to.

import { html, useEffect, useRef, useState } from "../../../vendor/vendor.js";
import { count, format } from "../../model/format.js";
import { spanOf } from "../../model/learnt.js";
import { classColour, drawMark } from "../../model/marks.js";

/** @typedef {{x: number, y: number, k: number, held: boolean, row: number, seen: boolean}} Dot */

/** How near, in parts of the side, a click has to be. */
const NEAR = 0.05;

/** @param {import("./shown.js").Given} props */
export function Plot({ data, change, shown, dark }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), size = useWidth(canvas);
  const curve = shown.family === "curve", places = placesOf(shown), spans = [spanOf(places, 0), spanOf(places, 1)];
  const few = shown.step.length < shown.samples - shown.held_out, step = new Set(few ? shown.step : []);
  const [across = curve ? "x" : "x₁", up = curve ? "y" : "x₂"] = shown.names;
  /** @type {Dot[]} */
  const dots = places.map(([x, y], i) => ({ x: within(x, spans[0]), y: 1 - within(y, spans[1]), k: curve ? 0 : Number(shown.targets[i]), held: shown.held[i], row: shown.rows[i], seen: step.has(shown.rows[i]) }));
  useEffect(() => { if (canvas.current && size) paint(canvas.current, size, dots, dark); }, [shown, size, dark]);
  /** @param {MouseEvent} event */
  const choose = (event) => {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect(), x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
    const found = dots.map((dot) => ({ row: dot.row, away: Math.hypot(dot.x - x, dot.y - y) })).filter(({ away }) => away < NEAR).sort((a, b) => a.away - b.away)[0];
    if (found) change({ ...data, sample: found.row });
  };
  const what = curve ? "The number each input leads to" : "The samples as points, each class with its own mark";
  return html`<figure class="plot-of" title="Choose a point to train on it alone"><canvas ref=${canvas} class="ground" role="img" data-points=${dots.length} onClick=${choose}
      aria-label="${what}: ${count(dots.length)} of ${count(shown.samples)}${shown.held_out ? "; hollow ones are held out" : ""}${few ? "; ringed ones are in the first training step" : ""}"></canvas>
    <figcaption class="spans"><span>${across} ${format(spans[0][0])} to ${format(spans[0][1])}</span><span>${up} ${format(spans[1][0])} to ${format(spans[1][1])}</span></figcaption></figure>`;
}

/** @param {import("../../api/data.js").DataPreview} shown @returns {number[][]} */
function placesOf({ family, inputs, targets }) {
  return inputs.map((point, i) => (family === "curve" ? [Number(point[0]), Number([targets[i]].flat(3)[0])] : [Number(point[0]), Number(point[1])]));
}

/** @param {number} place @param {[number, number]} span */
const within = (place, [low, high]) => (place - low) / (high - low);

/** The width of a canvas in pixels of the screen. @param {{current: HTMLCanvasElement | null}} canvas */
export function useWidth(canvas) {
  const [size, setSize] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setSize(Math.round(entry.contentRect.width * devicePixelRatio)));
    if (canvas.current) watch.observe(canvas.current);
    return () => watch.disconnect();
  }, []);
  return size;
}

/** @param {HTMLCanvasElement} canvas @param {number} size @param {Dot[]} dots @param {boolean} dark */
function paint(canvas, size, dots, dark) {
  const ink = canvas.getContext("2d"), radius = Math.max(2.6, size / 95) * (dots.length > 300 ? 0.75 : 1);
  if (!ink) return;
  canvas.width = canvas.height = size;
  for (const { x, y, k, held, seen } of dots) {
    if (seen) ring(ink, x * size, y * size, radius * 2.1, dark);
    drawMark(ink, k, x * size, y * size, radius, classColour(k, dark), held);
  }
}

/** @param {CanvasRenderingContext2D} ink @param {number} x @param {number} y @param {number} radius @param {boolean} dark */
export function ring(ink, x, y, radius, dark) {
  ink.beginPath();
  ink.arc(x, y, radius, 0, 2 * Math.PI);
  ink.lineWidth = radius / 4;
  ink.strokeStyle = dark ? "rgb(233 237 244 / 0.9)" : "rgb(29 36 48 / 0.85)";
  ink.stroke();
}
