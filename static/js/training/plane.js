// Two inputs: the plane by the class a network takes each point for, and what each hidden unit answers there.

import { html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import * as api from "../api/training.js";
import { useAnswer } from "../answers.js";
import { Mark } from "../mark.js";
import { count, format } from "../model/format.js";
import { largest, spanOf } from "../model/learnt.js";
import { classColour, drawMark } from "../model/marks.js";
import { PALETTES, heatColour } from "../model/scale.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { useSamples } from "./samples.js";

/** @typedef {import("../api/training.js").Response} Response */
/** @typedef {import("../generated/api").Samples} Samples */

/** Points of a grid, along each side: while training goes on, and when it rests. */
const FINE = { moving: 44, resting: 96 }, COARSE = { moving: 20, resting: 32 };
const MOST_UNITS = 64;

/** @param {{layers: {name: string, units: number}[]}} props */
export function Plane({ layers }) {
  const samples = useSamples(), [layer, setLayer] = useState(layers.at(-1)?.name ?? ""), [unit, setUnit] = useState(/** @type {number | null} */ (null));
  const spans = samples && [spanOf(samples.inputs, 0), spanOf(samples.inputs, 1)];
  const outputs = useGrid(spans, FINE, ""), units = useGrid(layer ? spans : null, COARSE, layer);
  if (!samples || !spans) return null;
  const told = unit === null ? outputs : units, shown = unit === null ? told?.responses.at(-1) : told?.responses[0], step = count(told?.iteration ?? runs.shown.value);
  const width = layers.find(({ name }) => name === layer)?.units ?? 0;
  return html`<figure class="plane" data-picture="plane" data-step=${told?.iteration}><figcaption><h2>${unit === null ? "Decision boundary" : `Unit ${unit} of ${layer}`}</h2>
      ${unit !== null && html`<button type="button" class="link" data-command="boundary" onClick=${() => setUnit(null)}>back to the boundary</button>`}</figcaption>
    <${Painted} response=${shown} unit=${unit} samples=${samples} spans=${spans} label=${unit === null
      ? `Each point of the plane in the colour of the class it is taken for at step ${step}, and ${count(samples.inputs.length)} of ${count(samples.total)} samples in the colours of their own`
      : `What unit ${unit} of ${layer} answers over the plane at step ${step}: green is positive, purple negative`} />
    <${Classes} samples=${samples} /></figure>
    ${layer && html`<figure class="units" data-picture="units" data-step=${units?.iteration}><figcaption><h2>What each unit answers there</h2>
      <label><span class="unseen">Layer</span><select data-command="unit-layer" value=${layer} onChange=${(/** @type {Event} */ event) => { setUnit(null); setLayer(/** @type {HTMLSelectElement} */ (event.currentTarget).value); }}>
        ${layers.map(({ name, units }) => html`<option value=${name}>${name}, ${units} units</option>`)}</select></label></figcaption>
      <div class="maps">${Array.from({ length: Math.min(width, MOST_UNITS) }, (_, k) => html`<button type="button" class="map" data-unit-map=${k} aria-pressed=${unit === k} aria-label="Unit ${k} of ${layer}, larger" title="unit ${k}"
        onClick=${() => setUnit(unit === k ? null : k)}><${Map} response=${units?.responses[0]} unit=${k} /></button>`)}</div>
      ${width > MOST_UNITS && html`<p class="note">The first ${MOST_UNITS} of ${count(width)} units.</p>`}</figure>`}`;
}

/** The newest responses over the plane. @param {[number, number][] | null} spans @param {typeof FINE} sides @param {string} layers @returns {{iteration: number, responses: Response[]} | null} */
function useGrid(spans, sides, layers) {
  const id = store.session.value?.id ?? "", side = store.underWay.value && runs.newest.value ? sides.moving : sides.resting;
  const iteration = runs.shown.value, [x, y] = (spans ?? []).map(([low, high]) => `${low}:${high}:${side}`);
  const key = spans && `${id} ${store.session.value?.revision} ${iteration} ${side} ${layers} ${x} ${y}`;
  return useAnswer(key, async () => ({ iteration, responses: await api.evaluate(id, { over: "plane", x, y, layers, iteration }) }))?.found ?? null;
}

/** @param {{samples: Samples}} props */
function Classes({ samples: { classes } }) {
  if (classes.length < 2) return null;
  return html`<ul class="inks classes">${classes.map((name, k) => html`<li><${Mark} k=${k} /><span>${name}</span></li>`)}</ul>`;
}

/** @param {{response: Response | undefined, unit: number}} props */
function Map({ response, unit }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), dark = store.dark.value;
  useEffect(() => {
    if (!canvas.current || !response) return;
    const ground = groundOf(response, unit, dark);
    canvas.current.width = ground.width;
    canvas.current.height = ground.height;
    canvas.current.getContext("2d")?.putImageData(ground, 0, 0);
  }, [response, unit, dark]);
  return html`<canvas ref=${canvas} width="1" height="1" aria-hidden="true"></canvas>`;
}

/** @param {{response: Response | undefined, unit: number | null, samples: Samples, spans: [number, number][], label: string}} props */
function Painted({ response, unit, samples, spans, label }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), [size, setSize] = useState(0), dark = store.dark.value;
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setSize(Math.round(entry.contentRect.width * devicePixelRatio)));
    if (canvas.current) watch.observe(canvas.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => { if (canvas.current && response && size) paint(canvas.current, size, groundOf(response, unit, dark), samples, spans, dark); }, [response, unit, samples, size, dark]);
  return html`<canvas ref=${canvas} class="ground" role="img" aria-label=${label}></canvas>
    <p class="spans"><span>x ${format(spans[0][0])} to ${format(spans[0][1])}</span><span>y ${format(spans[1][0])} to ${format(spans[1][1])}</span></p>`;
}

/** One pixel for each point of the grid; y grows upwards. @param {Response} response @param {number | null} unit @param {boolean} dark */
function groundOf({ shape: [rows, columns, depth], numbers }, unit, dark) {
  const image = new ImageData(columns, rows), palette = dark ? PALETTES.dark : PALETTES.light;
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    const from = (row * columns + column) * depth, at = 4 * ((rows - 1 - row) * columns + column);
    const colour = unit !== null || depth === 1 ? heatColour(numbers[from + (unit ?? 0)], palette) : tint(largest(numbers, from, depth), dark);
    image.data.set([...colour, 255], at);
  }
  return image;
}

/** Pale where two classes are close. @param {[number, number]} found @param {boolean} dark @returns {number[]} */
function tint([k, margin], dark) {
  const share = 0.16 + 0.34 * Math.min(1, (margin || 0) / 3), ground = dark ? [24, 30, 41] : [255, 255, 255];
  return classColour(k, dark).map((value, i) => ground[i] + (value - ground[i]) * share);
}

/** @param {HTMLCanvasElement} canvas @param {number} size @param {ImageData} ground @param {Samples} samples @param {[number, number][]} spans @param {boolean} dark */
function paint(canvas, size, ground, { inputs, targets, held, classes }, [[left, right], [low, high]], dark) {
  const ink = canvas.getContext("2d"), image = document.createElement("canvas");
  if (!ink) return;
  canvas.width = canvas.height = size;
  image.width = ground.width;
  image.height = ground.height;
  image.getContext("2d")?.putImageData(ground, 0, 0);
  ink.imageSmoothingQuality = "high";
  ink.drawImage(image, 0, 0, size, size);
  const radius = Math.max(2.2, size / 130) * (inputs.length > 400 ? 0.85 : 1);
  inputs.forEach(([x, y], i) => {
    const k = classes.length > 1 ? Number(targets[i]) : Number([targets[i]].flat(2)[0]) > 0 ? 0 : 1;
    drawMark(ink, k, (Number(x) - left) / (right - left) * size, (high - Number(y)) / (high - low) * size, radius, classColour(k, dark), held[i]);
  });
}
