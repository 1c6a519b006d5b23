// What colours and widths mean, always on screen.

import { computed, html, useEffect, useRef } from "../../vendor/vendor.js";
import { HEAT, PALETTES, edgeWidth, heatColour } from "../model/scale.js";
import * as store from "../store.js";

const STRIP = 120;
const strange = computed(() => store.arrivals.value >= 0 && (store.trace.value?.numbers.strange() ?? false));

export function Legend() {
  const trace = store.trace.value;
  if (!trace) return null;
  const tensors = trace.graph.nodes.some((node) => node.shape.length > 0);
  return html`<div class="legend" aria-label="Legend">
    <span class="key forward">value</span><span class="key backward">gradient</span>
    ${trace.events.some((event) => event.kind === "tangent") && html`<span class="key tangent">tangent</span>`}
    ${trace.events.some((event) => event.kind === "assign") && html`<span class="key parameter">parameter</span>`}
    ${strange.value && html`<span class="key nonfinite">NaN or ∞</span>`}
    ${tensors && html`<${HeatLegend} dark=${store.dark.value} />`}
    <${WidthLegend} />
  </div>`;
}

/** The colour of every number from −high to high, on the scale the heat maps use. @param {{dark: boolean}} props */
function HeatLegend({ dark }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => drawStrip(canvas.current, dark), [dark]);
  return html`<span class="scale" title="Colours of the numbers in a tensor: a fixed logarithmic scale; zero has a colour of its own">
    <span>−${HEAT.high}</span><canvas ref=${canvas} width=${STRIP} height="1"></canvas><span>${HEAT.high}</span></span>`;
}

/** @param {HTMLCanvasElement | null} canvas @param {boolean} dark */
function drawStrip(canvas, dark) {
  const pen = canvas?.getContext("2d");
  for (let i = 0; i < STRIP; i++) {
    const place = (i + 0.5) / STRIP * 2 - 1;
    const size = HEAT.low * (HEAT.high / HEAT.low) ** Math.abs(place);
    if (pen) pen.fillStyle = `rgb(${heatColour(Math.abs(place) < 0.02 ? 0 : Math.sign(place) * size, dark ? PALETTES.dark : PALETTES.light)})`;
    pen?.fillRect(i, 0, 1, 1);
  }
}

function WidthLegend() {
  return html`<span class="scale" title="The width of a gradient's edge: the root mean square of what it carried, on a fixed logarithmic scale">
    ${[-6, -3, 0].map((power) => html`<span>${power ? html`10<sup>−${-power}</sup>` : "1"}</span><svg width="26" height="12"><path d="M4 6H22" stroke-width=${edgeWidth(10 ** power)} class="sample" /></svg>`)}
    <span>gradient size</span></span>`;
}
