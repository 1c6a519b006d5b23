// What a classifier takes its samples for: a table of true classes and read ones, and pictures it gets wrong.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import * as api from "../api/training.js";
import { count, format } from "../model/format.js";
import { imagePixels } from "../model/scale.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { useAnswer } from "../answers.js";

/** Reading a thousand pictures is work that training waits for. */
const PAUSE = 900;
/** @typedef {import("../generated/api").Readings} Read */

/** @param {{of: "held" | "seen"}} props */
export function Readings({ of }) {
  const id = store.session.value?.id ?? "", iteration = runs.shown.value;
  const read = useAnswer(`${id} ${store.session.value?.revision} ${iteration}`, () => api.readings(id, of, iteration), PAUSE)?.found;
  if (!read) return null;
  return html`<figure class="readings" data-picture="readings" data-step=${read.iteration}><figcaption><h2>How it reads ${of === "held" ? "what it has not seen" : "the samples"}</h2>
      <span>accuracy <b data-exact=${read.accuracy}>${format(Number(read.accuracy))}</b> over ${count(read.samples)}${read.samples < read.total ? ` of ${count(read.total)}` : ""} samples</span></figcaption>
    <${Confusion} read=${read} />${read.misread.some(({ picture }) => picture.length > 0) && html`<${Misread} read=${read} />`}</figure>`;
}

/** @param {{read: Read}} props */
function Confusion({ read: { counts, classes, iteration } }) {
  const most = counts.map((row) => Math.max(1, row.reduce((sum, n) => sum + n, 0)));
  return html`<table class="confusion"><caption class="unseen">True classes in rows, what they are read as in columns, at step ${count(iteration)}</caption>
    <thead><tr><th scope="col"><span class="unseen">true class</span></th>${counts.map((_, j) => html`<th scope="col">${classes[j] ?? j}</th>`)}</tr></thead>
    <tbody>${counts.map((row, k) => html`<tr><th scope="row">${classes[k] ?? k}</th>${row.map((n, j) => html`<td class=${k === j ? "right" : "wrong"} style=${{ "--share": `${Math.round(100 * Math.sqrt(n / most[k]))}%` }} data-exact=${n}>${n || ""}</td>`)}</tr>`)}</tbody></table>
    <p class="note">Rows are what it is, columns what it is read as.</p>`;
}

/** @param {{read: Read}} props */
function Misread({ read: { misread, classes } }) {
  const [height, width] = store.session.value?.data?.picture ?? [0, 0];
  return html`<ul class="misread" aria-label="Samples that are misread">${misread.map(({ sample, label, read, picture }) => html`<li title="sample ${count(sample)}">
    ${picture.length > 0 && html`<${Picture} numbers=${picture} height=${height} width=${width} />`}<span>${classes[label] ?? label}<span aria-hidden="true"> → </span><span class="unseen"> read as </span><b>${classes[read] ?? read}</b></span></li>`)}</ul>`;
}

/** @param {{numbers: import("../types").WireNumber[], height: number, width: number}} props */
function Picture({ numbers, height, width }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const size = height * width, images = /** @type {any} */ ({ channels: numbers.length / size, last: false, height, width });
    const pixels = imagePixels(numbers.map(Number), images, Int32Array.from({ length: size }, (_, i) => i));
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [numbers]);
  return html`<canvas ref=${canvas} class="pixels" width=${width} height=${height} aria-hidden="true"></canvas>`;
}
