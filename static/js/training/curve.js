// One input, one output: the curve that has been fitted, and the samples.

import { html } from "../../vendor/vendor.js";
import * as api from "../api/training.js";
import { tick } from "../model/course.js";
import { count } from "../model/format.js";
import { spanOf } from "../model/learnt.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { useAnswer } from "../answers.js";
import { useSamples } from "./samples.js";

const POINTS = 160, BOX = { width: 400, height: 300, left: 44, bottom: 26, top: 8, right: 8 };

export function Curve() {
  const samples = useSamples(), id = store.session.value?.id ?? "", iteration = runs.shown.value;
  const span = samples && spanOf(samples.inputs, 0), x = span && `${span[0]}:${span[1]}:${POINTS}`;
  const told = useAnswer(x && `${id} ${store.session.value?.revision} ${iteration} ${x}`, async () => ({ step: iteration, responses: await api.evaluate(id, { over: "line", x: x ?? "", iteration }) }))?.found;
  const line = told?.responses.at(-1);
  if (!samples || !span || !line) return null;
  const targets = samples.targets.map((target) => Number([target].flat(3)[0])), tall = spanOf(targets.map((y) => [y]), 0);
  /** @param {number} x */
  const across = (x) => BOX.left + (x - span[0]) / (span[1] - span[0]) * (BOX.width - BOX.left - BOX.right);
  /** @param {number} y */
  const up = (y) => BOX.height - BOX.bottom - (y - tall[0]) / (tall[1] - tall[0]) * (BOX.height - BOX.bottom - BOX.top);
  const depth = line.shape[1] ?? 1, path = Array.from({ length: line.shape[0] }, (_, k) => `${across(span[0] + (span[1] - span[0]) * k / (POINTS - 1)).toFixed(1)},${up(line.numbers[k * depth]).toFixed(1)}`);
  const held = samples.held.some(Boolean);
  return html`<figure class="curve" data-picture="curve" data-step=${told?.step}><figcaption><h2>Fitted curve</h2></figcaption>
    <svg viewBox="0 0 ${BOX.width} ${BOX.height}" role="img" aria-label="What the network answers from ${tick(span[0])} to ${tick(span[1])} at step ${count(told?.step ?? 0)}, over ${count(samples.inputs.length)} samples">
      <clipPath id="curve-room"><rect x=${BOX.left} y=${BOX.top} width=${BOX.width - BOX.left - BOX.right} height=${BOX.height - BOX.top - BOX.bottom} /></clipPath>
      ${marks(tall).map((y) => html`<g class="grid"><line x1=${BOX.left} x2=${BOX.width - BOX.right} y1=${up(y)} y2=${up(y)} /><text x=${BOX.left - 6} y=${up(y) + 4} text-anchor="end">${tick(y)}</text></g>`)}
      ${marks(span).map((x) => html`<text x=${across(x)} y=${BOX.height - 7} text-anchor="middle">${tick(x)}</text>`)}
      ${samples.inputs.map(([x], i) => html`<circle class=${samples.held[i] ? "held" : "seen"} cx=${across(Number(x))} cy=${up(targets[i])} r="4" />`)}
      <polyline points=${path.join(" ")} clip-path="url(#curve-room)" /></svg>
    <ul class="inks"><li><svg viewBox="0 0 18 8" aria-hidden="true"><path class="fitted" d="M1 4H17" /></svg>the network's answer</li><li><svg viewBox="0 0 8 8" aria-hidden="true"><circle class="seen" cx="4" cy="4" r="3" /></svg>trained on</li>
      ${held && html`<li><svg viewBox="0 0 8 8" aria-hidden="true"><circle class="held" cx="4" cy="4" r="3" /></svg>held out</li>`}</ul></figure>`;
}

/** A few round numbers. @param {[number, number]} span */
function marks([low, high]) {
  const rough = (high - low) / 4, size = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].map((n) => n * size).find((each) => each >= rough) ?? size;
  return Array.from({ length: 12 }, (_, k) => Math.ceil(low / step) * step + k * step).filter((x) => x <= high).map((x) => Number(x.toPrecision(6)));
}
