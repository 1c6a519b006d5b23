// What the data are: sizes in a line, classes with their marks, and the samples as what they are.

import { html } from "../../../vendor/vendor.js";
import { Mark } from "../../mark.js";
import { count } from "../../model/format.js";
import { Plot } from "./plot.js";
import { Pictures, Rows, Sequences, visible } from "./samples.js";

/** @typedef {import("../../api/data.js").DataPreview} DataPreview */
/** @typedef {import("./form.js").Props & {shown: DataPreview, dark: boolean}} Given */

/** @param {Given & {stale: boolean, drawn: boolean}} props */
export function Shown({ stale, drawn, ...given }) {
  const { shown } = given, plotted = shown.family === "points" || shown.family === "curve";
  return html`<section class="shown" data-family=${shown.family} data-samples=${shown.samples} aria-label="What the data look like" aria-busy=${stale}>
    <${Facts} ...${given} />
    ${plotted ? !drawn && html`<${Plot} ...${given} />` : shown.family === "picture" ? html`<${Pictures} ...${given} />` : shown.family === "sequence" && shown.shape.length <= 2 ? html`<${Sequences} ...${given} />` : html`<${Rows} ...${given} />`}
    <${Classes} ...${given} />
    ${plotted && html`<details class="numbers"><summary>As numbers</summary><${Rows} ...${given} /></details>`}</section>`;
}

/** @param {number[]} shape */
const numbersOf = (shape) => (shape.length === 1 ? (shape[0] === 1 ? "one number" : `${count(shape[0])} numbers`) : `${shape.join(" × ")} numbers`);

/** @param {Given} props */
function Facts({ shown }) {
  const { samples, held_out: held, shape, outputs, classes, step, family } = shown;
  const answer = classes.length ? `one of ${classes.length} classes${outputs.length > 1 ? " at each time step" : ""}` : family === "curve" ? "the number it leads to" : `${numbersOf(outputs)} as its target`;
  const first = step.length === 1 ? `sample ${count(step[0])} alone` : step.length < samples - held ? `${count(step.length)} of them` : held ? "all that are not held out" : "all of them";
  return html`<p class="facts" role="status"><b>${count(samples)} ${samples === 1 ? "sample" : "samples"}</b>, each ${numbersOf(shape)} and ${answer}. ${held > 0 && html`<b>${count(held)} ${held === 1 ? "is" : "are"} held out</b>; ${count(samples - held)} ${samples - held === 1 ? "is" : "are"} trained on. `}The first training step sees ${first}.</p>`;
}

/** @param {Given} props */
function Classes({ shown: { classes, counts, family } }) {
  if (classes.length < 2 || !counts.length) return null;
  return html`<ul class="inks classes" aria-label="Classes">${classes.map((name, k) => html`<li>${family === "points" && html`<${Mark} k=${k} />`}<span>${visible(name)}</span> <small>${count(counts[k])}</small></li>`)}</ul>`;
}
