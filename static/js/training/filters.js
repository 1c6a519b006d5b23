// What the first layer looks for in a picture: each unit's weights, laid out as the picture is.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import * as api from "../api/training.js";
import { count } from "../model/format.js";
import { filterAt } from "../model/learnt.js";
import { PALETTES, heatColour } from "../model/scale.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { useAnswer } from "../answers.js";

/** Fifty thousand weights are not painted as often as they change. */
const PAUSE = 400;
/** @typedef {import("../model/learnt.js").Filters} Shown */

/** @param {{filters: Shown}} props */
export function Filters({ filters }) {
  const id = store.session.value?.id ?? "", iteration = runs.shown.value;
  const told = useAnswer(`${id} ${store.session.value?.revision} ${iteration} ${filters.node}`, async () => ({ step: iteration, numbers: await api.parameter(id, filters.node, iteration) }), PAUSE)?.found;
  if (!told) return null;
  const { step, numbers } = told;
  return html`<figure class="filters" data-picture="filters" data-step=${step}><figcaption><h2>What the first layer looks for</h2><span>${filters.label}</span></figcaption>
    <div class="maps" role="img" aria-label="The weights of ${count(filters.count)} units of the first layer at step ${count(step)}, each as a picture of ${filters.height} by ${filters.width}: green is positive, purple negative">
      ${Array.from({ length: filters.count }, (_, k) => Array.from({ length: filters.channels }, (_, channel) => html`<${Filter} filters=${filters} numbers=${numbers} k=${k} channel=${channel} />`))}</div></figure>`;
}

/** @param {{filters: Shown, numbers: Float64Array, k: number, channel: number}} props */
function Filter({ filters, numbers, k, channel }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), dark = store.dark.value;
  useEffect(() => {
    const image = new ImageData(filters.width, filters.height), palette = dark ? PALETTES.dark : PALETTES.light;
    filterAt(filters, numbers, k, channel).forEach((x, i) => image.data.set([...heatColour(x, palette), 255], 4 * i));
    canvas.current?.getContext("2d")?.putImageData(image, 0, 0);
  }, [numbers, k, channel, dark]);
  return html`<canvas ref=${canvas} class="pixels" width=${filters.width} height=${filters.height}></canvas>`;
}
