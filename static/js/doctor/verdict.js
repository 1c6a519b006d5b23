// The verdict in a sentence, the numbers of every layer it was read from, and what helps.

import { html, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api/doctor.js";
import { exact, exactText, format, fromWire } from "../model/format.js";
import { withMinus } from "../model/text.js";
import * as store from "../store.js";
import { Cell, goToEvent, showNode, useAnswer, Waiting } from "./asking.js";

/** @typedef {api.Diagnosis} Diagnosis */
/** @typedef {Diagnosis["findings"][number]} Finding */
/** @typedef {Diagnosis["layers"][number]} Layer */

const NAMES = {
  healthy: "Healthy", vanishing: "Vanishing: too little of the gradient comes back", exploding: "Exploding: the step is far too large",
  dying: "Dying: units that nothing comes back through", diverged: "Diverged: some number is not finite any more", symmetric: "Symmetric: several units are one and the same",
};
/** The column that decided, by what was found. @type {Record<string, string>} */
const COLUMNS = { "gradient ratio": "gradient", "update ratio": "update", "dead units": "dead", saturation: "saturated", symmetry: "layer" };
/** @param {{trace: import("../types").Trace}} props */
export function Verdict({ trace }) {
  const { found, fresh, refused } = useAnswer(trace, api.diagnosis);
  if (!found || !fresh) return html`<${Waiting} says="Examining this step …" refused=${refused} />`;
  return html`<section class="diagnosis" data-verdict=${found.verdict}>
    <h3>${NAMES[found.verdict]}</h3>
    ${found.findings.map((finding, k) => html`<${Said} finding=${finding} layers=${found.layers} first=${k === 0} />`)}
    ${found.nonfinite && html`<${Origin} bad=${found.nonfinite} trace=${trace} />`}
    ${found.remedies.length > 0 && html`<${Remedies} remedies=${found.remedies} />`}
    <${Layers} found=${found} /></section>`;
}

/** @param {{finding: Finding, layers: Layer[], first: boolean}} props */
function Said({ finding: { what, sentence, value, threshold, layer }, layers, first }) {
  const node = layers.find(({ name }) => name === layer)?.node;
  return html`<p class=${first ? "first" : ""} data-finding=${what}>${withMinus(sentence)}
    ${threshold !== null && threshold !== undefined && what !== "healthy" && html` <span class="note">Measured: <b class="num" data-number="value" data-exact=${exact(fromWire(value))}>${format(fromWire(value))}</b>. Limit: <b class="num">${exactText(fromWire(threshold))}</b>.</span>`}
    ${node !== null && node !== undefined && html` <button type="button" class="link" data-command="show-node" data-node-shown=${node} onClick=${() => showNode(node, "gradient")}>Show ${layer}</button>`}</p>`;
}

/** Where the first number appeared that is not finite. @param {{bad: NonNullable<Diagnosis["nonfinite"]>, trace: import("../types").Trace}} props */
function Origin({ bad, trace }) {
  return html`<p><button type="button" class="pill" data-command="go-to-event" data-event=${bad.event} onClick=${() => goToEvent(trace.iteration, bad.event)}>Go to step ${bad.event + 1}, where it appears</button></p>`;
}

/** @param {{found: Diagnosis}} props */
function Layers({ found: { layers, findings } }) {
  const decided = findings[0], column = COLUMNS[decided.what];
  const marks = (/** @type {Layer} */ layer, /** @type {string} */ name) => column === name && (decided.layer === layer.name || decided.layer === null);
  const some = (/** @type {(layer: Layer) => boolean} */ has) => layers.some(has);
  const saturated = some((layer) => layer.saturated !== null), dead = some(({ units }) => units > 0), update = some((layer) => layer.update !== null);
  return html`<h3>Layer by layer</h3><div class="scroll" tabindex="0" role="region" aria-label="Layer by layer"><table>
    <thead><tr><th scope="col">layer</th><th scope="col">gradient, norm</th><th scope="col">of its parameters</th><th scope="col">share that is 0</th>
      ${saturated && html`<th scope="col">share near its ends</th>`}${dead && html`<th scope="col">dead units</th>`}${update && html`<th scope="col">update ÷ weights</th>`}</tr></thead>
    <tbody>${layers.map((layer) => html`<tr data-layer=${layer.name}>
      <th scope="row" class=${marks(layer, "layer") ? "decided" : ""}><${Named} layer=${layer} /></th>
      <${Cell} name="gradient" wire=${layer.gradient} marked=${marks(layer, "gradient")} /><${Cell} name="parameters" wire=${layer.parameters} /><${Cell} name="zeros" wire=${layer.zeros} />
      ${saturated && html`<${Cell} name="saturated" wire=${layer.saturated} marked=${marks(layer, "saturated")} />`}
      ${dead && html`<${Dead} layer=${layer} marked=${marks(layer, "dead")} />`}
      ${update && html`<${Cell} name="update" wire=${layer.update} marked=${marks(layer, "update")} />`}</tr>`)}</tbody></table></div>`;
}

/** @param {{layer: Layer}} props */
function Named({ layer: { name, node } }) {
  if (node === null) return name;
  return html`<button type="button" class="link" data-command="show-node" data-node-shown=${node} title="Show what ${name} hands on" onClick=${() => showNode(node, "gradient")}>${name}</button>`;
}

/** Which units are 0 for every sample; without its layer's name before each. @param {{layer: Layer, marked: boolean}} props */
function Dead({ layer: { dead, units, name }, marked }) {
  if (!units) return html`<td class="none">–</td>`;
  const numbers = dead.map((unit) => unit.replace(`${name} unit `, ""));
  return html`<td data-number="dead" data-exact=${dead.length} class=${marked ? "decided" : ""}>${dead.length} of ${units}${marked && html`<span class="unseen">: this decided</span>`}
    ${dead.length > 0 && html`<small title=${dead.join(", ")}>unit ${numbers.slice(0, 6).join(", ")}${numbers.length > 6 ? " …" : ""}</small>`}</td>`;
}

/** @param {{remedies: Diagnosis["remedies"]}} props */
function Remedies({ remedies }) {
  const [refused, setRefused] = useState("");
  /** @param {object} spec @param {string} says */
  const tryIt = async (spec, says) => {
    const twins = await import("../twins.js").catch(() => actions.lost());
    if (twins) setRefused((await twins.twinBySpec(spec, says)) ?? "");
  };
  return html`<h3>What helps</h3><ul class="remedies">${remedies.map(({ says, change, spec }) => html`<li><p>${says}<small>${inWords(change)}</small></p>
      ${spec && html`<button type="button" class="pill" data-command="twin-remedy" disabled=${!store.session.value} onClick=${() => tryIt(spec, `The remedy: ${inWords(change)}.`)}>Try it in a twin<span class="unseen">: ${inWords(change)}</span></button>`}</li>`)}</ul>
    <p class="note">A twin is a second session with the same seed and samples, beside this one.</p>
    ${refused && html`<p class="trouble" role="alert">${refused}</p>`}`;
}

/** What a remedy changes in the spec. @param {Record<string, unknown>} change */
function inWords(change) {
  return Object.entries(change).map(([name, to]) => `${name.replaceAll("_", " ")} ${wordsOf(to)}`).join(", ");
}

/** @param {unknown} to @returns {string} */
function wordsOf(to) {
  if (to !== null && typeof to === "object") return Object.entries(to).map(([name, each]) => `${name} ${wordsOf(each)}`).join(", ");
  return typeof to === "number" ? format(to) : String(to).replaceAll("_", " ");
}
