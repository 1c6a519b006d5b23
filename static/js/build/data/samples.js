// Samples one by one: pictures, sequences, rows of a table. Each can be chosen to be trained on alone.

import { html, useEffect, useRef } from "../../../vendor/vendor.js";
import { count, exact, format, fromWire } from "../../model/format.js";
import { PALETTES, heatColour, imagePixels } from "../../model/scale.js";

/** @typedef {import("./shown.js").Given} Given */
/** @typedef {import("../../types").WireNumber} WireNumber */

/** Rows of a table that are shown. */
const MOST_ROWS = 12;

/** A class may be a space. @param {string} name */
export const visible = (name) => (name.trim() === "" ? "␣" : name);

/** What a sample's answer is called. @param {Given["shown"]} shown @param {number} i */
function answerOf({ classes, targets }, i) {
  const target = [targets[i]].flat(3).map((each) => fromWire(/** @type {WireNumber} */ (each)));
  return classes.length ? target.map((k) => visible(classes[k])).join(" ") : target.map(format).join(", ");
}

/** A sample that can be chosen. @param {Given & {i: number, children?: any}} props */
function One({ data, change, shown, i, children }) {
  const row = shown.rows[i], chosen = data.sample === row;
  return html`<li><button type="button" data-command="follow-sample" data-sample=${row} aria-pressed=${chosen} title="Train on sample ${count(row)} alone" class=${shown.held[i] ? "held" : ""}
    onClick=${() => change({ ...data, sample: row })}>${children}<span class="answer"><b>${answerOf(shown, i)}</b> <small>${shown.held[i] ? "held out" : count(row)}</small></span></button></li>`;
}

/** @param {Given} given */
export const Pictures = (given) => html`<ul class="tiles">${given.shown.rows.map((row, i) => html`<${One} key=${row} ...${given} i=${i}><${Picture} numbers=${given.shown.inputs[i]} size=${given.shown.picture} /><//>`)}</ul>`;

/** @param {{numbers: WireNumber[], size: [number, number] | null}} props */
function Picture({ numbers, size }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), [height, width] = size ?? [1, numbers.length];
  useEffect(() => {
    const area = height * width, images = /** @type {any} */ ({ channels: numbers.length / area, last: false, height, width });
    const pixels = imagePixels(numbers.map(Number), images, Int32Array.from({ length: area }, (_, i) => i));
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [numbers]);
  return html`<canvas ref=${canvas} class="pixels" width=${width} height=${height} aria-hidden="true"></canvas>`;
}

/** @param {Given} given */
export const Sequences = (given) => html`<ul class="sequences">${given.shown.rows.map((row, i) => html`<${One} key=${row} ...${given} i=${i}>${given.shown.texts.length ? html`<code>${given.shown.texts[i]}</code>`
  : (given.shown.shape[1] ?? 1) === 1 ? html`<${Wave} numbers=${given.shown.inputs[i]} />` : html`<${Strip} numbers=${given.shown.inputs[i]} shape=${given.shown.shape} dark=${given.dark} />`}<//>`)}</ul>`;

/** One number at each time step. @param {{numbers: WireNumber[]}} props */
function Wave({ numbers }) {
  const values = numbers.map(Number), low = Math.min(...values), high = Math.max(...values), across = 100 / Math.max(1, values.length - 1);
  return html`<svg class="wave" viewBox="-1 -1 102 26" preserveAspectRatio="none" aria-hidden="true"><polyline points=${values.map((y, t) => `${(t * across).toFixed(2)},${(24 - 24 * (y - low) / (high - low || 1)).toFixed(2)}`).join(" ")} /></svg>`;
}

/** Several numbers at each time step: time to the right. @param {{numbers: WireNumber[], shape: number[], dark: boolean}} props */
function Strip({ numbers, shape: [steps, features], dark }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const image = new ImageData(steps, features), palette = dark ? PALETTES.dark : PALETTES.light;
    numbers.forEach((x, i) => image.data.set([...heatColour(Number(x), palette), 255], 4 * ((i % features) * steps + Math.floor(i / features))));
    canvas.current?.getContext("2d")?.putImageData(image, 0, 0);
  }, [numbers, dark]);
  return html`<canvas ref=${canvas} class="pixels strip" width=${steps} height=${features} aria-hidden="true"></canvas>`;
}

/** @param {Given} props */
export function Rows({ data, change, shown }) {
  const { names, rows, inputs, held } = shown, columns = inputs[0].map((_, k) => names[k] ?? (inputs[0].length === 1 ? "x" : `x${subscript(k + 1)}`));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Some of the samples"><table><thead><tr><th scope="col">sample</th><th scope="col">${shown.classes.length ? "class" : "y"}</th>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.slice(0, MOST_ROWS).map((row, i) => html`<tr data-sample=${row} aria-current=${data.sample === row ? "true" : undefined}><th scope="row"><button type="button" class="link" data-command="follow-sample" title="Train on sample ${count(row)} alone" onClick=${() => change({ ...data, sample: row })}>${count(row)}</button>${held[i] && html` <small>held out</small>`}</th>
      <td class="answer">${answerOf(shown, i)}</td>${inputs[i].map((x) => html`<td data-exact=${exact(fromWire(x))}>${format(fromWire(x))}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** @param {number} k */
const subscript = (k) => String(k).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
