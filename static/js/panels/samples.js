// The gradient of one entry of a parameter, sample by sample: what each asks for by itself, beside what the step follows.

import { html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import { ApiError } from "../api.js";
import * as api from "../api/samples.js";
import { dotsOf, largestSize, share } from "../model/dots.js";
import { count, exact, format, fromWire } from "../model/format.js";
import { openAlone } from "../opening.js";
import * as store from "../store.js";

/** @typedef {import("../generated/api").SampleGradientsAnswer} Told */
/** @typedef {import("../types").Trace} Trace */

const WIDTH = 360, FEW = 8;

/** How many samples a training step sees; an expression has none. @param {Trace} trace */
function samplesIn({ schedule: { events: [batch] } }) {
  return batch?.kind === "batch" ? batch.samples.shape.reduce((n, m) => n * m, 1) : 0;
}

/** Asked for when it is opened. @param {{trace: Trace, node: import("../types").GraphNode, entry: number[]}} props */
export function SampleGradients({ trace, node, entry }) {
  const [open, setOpen] = useState(false), place = useRef(/** @type {HTMLElement | null} */ (null)), of = samplesIn(trace), asked = store.oneByOne.value;
  useEffect(() => {
    if (!asked || !place.current) return;
    store.oneByOne.value = false;
    setOpen(true);
    place.current.scrollIntoView({ block: "nearest" });
    place.current.querySelector("summary")?.focus({ preventScroll: true });
  }, [asked]);
  if (node.role !== "parameter" || of < 2) return null;
  return html`<details class="of-samples" ref=${place} open=${open} onToggle=${(/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open)}>
    <summary>The gradients of the ${count(of)} samples</summary>${open && html`<${Opened} key=${`${trace.iteration} ${node.id} ${entry}`} trace=${trace} node=${node} entry=${entry} />`}</details>`;
}

/** @param {{trace: Trace, node: import("../types").GraphNode, entry: number[]}} props */
function Opened({ trace, node, entry }) {
  const [told, setTold] = useState(/** @type {Told | string | null} */ (null));
  useEffect(() => {
    let stale = false;
    api.sampleGradients(store.session.peek()?.id ?? "", node.id, entry, trace.iteration)
      .then((found) => { if (!stale) setTold(found); }, (error) => { if (!stale) setTold(error instanceof ApiError && error.status ? error.message : null); });
    return () => { stale = true; };
  }, [trace, node, entry.join()]);
  if (told === null) return html`<p class="note" role="status">One training step for each sample …</p>`;
  return typeof told === "string" ? html`<p class="note mixed">${told}.</p>` : html`<${Shown} told=${told} clips=${trace.schedule.events.some(({ kind }) => kind === "clip")} />`;
}

/** @param {{told: Told, clips: boolean}} props */
function Shown({ told, clips }) {
  const { samples, by, together, recorded } = told, [all, setAll] = useState(false);
  const gradients = samples.map(({ gradient }) => fromWire(gradient)), both = fromWire(together), most = largestSize(gradients);
  const against = gradients.filter((g) => isAgainst(g, both)).length, none = gradients.filter((g) => g === 0).length;
  const order = [...samples.keys()].sort((a, b) => Math.abs(gradients[b]) - Math.abs(gradients[a]));
  return html`<p>${by === "mean" ? "Their mean" : "Their sum"}, <b data-together=${exact(both)}>${format(both)}</b>, is what the step follows: the recorded gradient${clips ? ", before it is clipped," : ""} is <b data-exact=${exact(fromWire(recorded))}>${format(fromWire(recorded))}</b>. ${against > 0 && `${count(against)} of ${count(samples.length)} would push the other way.`} ${none > 0 && `${none === 1 ? "1 has" : `${count(none)} have`} a gradient of exactly 0.`}</p>
    <${Strip} gradients=${gradients} both=${both} most=${most} by=${by} />
    <ol class="one-by-one" aria-label="Samples, the largest gradient first">${order.slice(0, all ? undefined : FEW).map((k) => html`<${One} key=${k} one=${samples[k]} gradient=${gradients[k]} most=${most} />`)}</ol>
    ${samples.length > FEW && html`<button type="button" class="link" data-command="all-samples" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? "the largest only" : `all ${count(samples.length)}`}</button>`}`;
}

/** Whether two point opposite ways. @param {number} a @param {number} b */
const isAgainst = (a, b) => Math.sign(a) === -Math.sign(b) && a !== 0;

/** Every sample a dot, with zero and what they make together. @param {{gradients: number[], both: number, most: number, by: string}} props */
function Strip({ gradients, both, most, by }) {
  const { radius, height, dots } = dotsOf(gradients, most, WIDTH), tall = height + 24;
  const mean = by === "mean" ? radius + share(both, most) * (WIDTH - 2 * radius) : null;
  return html`<svg class="strip" viewBox="0 0 ${WIDTH} ${tall}" role="img" aria-label="${count(gradients.length)} gradients from ${format(Math.min(...gradients))} to ${format(Math.max(...gradients))}">
    <line class="zero" x1=${WIDTH / 2} x2=${WIDTH / 2} y1="0" y2=${height + 4} /><text x=${WIDTH / 2} y=${tall - 4} text-anchor="middle">0</text>
    <text x="0" y=${tall - 4}>${format(-most)}</text><text x=${WIDTH} y=${tall - 4} text-anchor="end">${format(most)}</text>
    ${dots.map(({ k, x, y }) => html`<circle class=${isAgainst(gradients[k], both) ? "against" : "with"} data-row=${k} cx=${x} cy=${y} r=${radius * 0.9} />`)}
    ${mean !== null && html`<g class="mean"><line x1=${mean} x2=${mean} y1="0" y2=${height + 4} /><path d="M${mean - 5},${height + 10}h10l-5,-7z" /></g>`}</svg>`;
}

/** @param {{one: Told["samples"][number], gradient: number, most: number}} props */
function One({ one: { sample, loss }, gradient, most }) {
  const place = share(gradient, most), alone = store.canBeAlone.value;
  const said = html`<span class="unseen">sample </span>${sample}`;
  return html`<li data-sample=${sample}>${alone ? html`<button type="button" class="link" data-command="open-sample" title="Walk this sample alone; its loss is ${format(fromWire(loss))}" onClick=${() => void openAlone(sample)}>${said}</button>` : html`<span class="link-like" title="Its loss is ${format(fromWire(loss))}">${said}</span>`}
    <span class="bar" aria-hidden="true"><span style=${{ left: `${100 * Math.min(place, 0.5)}%`, width: `${100 * Math.abs(place - 0.5)}%` }}></span></span>
    <span class="number" data-exact=${exact(gradient)}>${format(gradient)}</span></li>`;
}
