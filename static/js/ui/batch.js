// The samples of this training step, as pictures where they are some: what each is, what it is read as, and each one alone.

import { batch, html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { picturesOf } from "../model/batch.js";
import { count } from "../model/format.js";
import { imagesSize, picked, sideBySide } from "../model/grid.js";
import { imagePixels } from "../model/scale.js";
import { openAlone } from "../opening.js";
import * as store from "../store.js";

export function Batch() {
  void store.arrivals.value;
  const trace = store.trace.value, data = store.session.value?.data ?? null;
  const members = store.members.value;
  if (!trace || !members) return html`<p class="empty">This training step sees no batch of samples.</p>`;
  const pictures = picturesOf(trace, data), alone = store.canBeAlone.value;
  return html`<p class="about">Training step ${trace.iteration} sees ${members.length} of ${count(data?.samples ?? 0)} samples. ${readSo(members)}
      ${alone ? " Choose one to walk it alone, with the parameters of this step." : ""}</p><${OneByOne} trace=${trace} />
    <ul class="members">${members.map((member, row) => html`<li><${Member} member=${member} pictures=${pictures} row=${row} alone=${alone} /></li>`)}</ul>`;
}

/** @param {import("../model/batch.js").Member[]} members */
function readSo(members) {
  if (members.every(({ read }) => read === null)) return "What the network reads is not computed yet.";
  return `${members.filter(({ right }) => right).length} are read right.`;
}

/** The way to what each sample asks of a parameter, in the panel of the chosen card. @param {{trace: import("../types").Trace}} props */
function OneByOne({ trace }) {
  const learning = trace.graph.nodes.filter(({ role, wanted }) => role === "parameter" && wanted), [chosen, choose] = useState("");
  if (!learning.length || store.predicting.value) return null;
  const usual = learning.findLast(({ shape }) => shape.length > 1) ?? learning[learning.length - 1], node = learning.find(({ label }) => label === chosen) ?? usual;
  return html`<form class="one-by-one-of" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); show(trace, node.id); }}>
    <label>What each asks of <select name="parameter" value=${node.label} onChange=${(/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>${learning.map(({ label }) => html`<option value=${label}>${label}</option>`)}</select></label>
    <button type="submit" class="pill" data-command="one-by-one">Their gradients, one by one</button></form>`;
}

/** Where the parameter's gradient stands, or at the end of the backward phase. @param {import("../types").Trace} trace @param {number} id */
function show(trace, id) {
  batch(() => {
    if (!store.frame.peek()?.gradients[id]) actions.seek(trace.events.findLastIndex(({ phase }) => phase === "backward") + 1);
    actions.select({ node: id, which: "gradient", entry: null });
    if (store.view.peek() === "training" || store.view.peek() === "compare") actions.look("graph");
    store.oneByOne.value = true;
    store.dialog.value = null;
  });
}

/** @param {{member: import("../model/batch.js").Member, pictures: ReturnType<typeof picturesOf>, row: number, alone: boolean}} props */
function Member({ member: { sample, label, read, right }, pictures, row, alone }) {
  const bare = pictures === null; // numbers alone say what they are
  const said = html`${label !== null && html`<span class=${bare ? "as" : "unseen"}>${bare ? "class " : "a "}</span>`}<b>${label ?? "?"}</b>${read !== null && html`<span class="unseen">, read as</span> <span class="read ${right ? "right" : "wrong"}"><span aria-hidden="true">→</span> ${read}</span>`}<small><span class=${bare ? "" : "unseen"}>sample </span>${sample}</small>`;
  return html`<button type="button" data-command="open-sample" data-sample=${sample} disabled=${!alone} onClick=${() => void openAlone(sample)}>
    ${pictures && html`<${Picture} pictures=${pictures} row=${row} />`}<span>${said}</span></button>`;
}

/** @param {{pictures: NonNullable<ReturnType<typeof picturesOf>>, row: number}} props */
function Picture({ pictures: { pixels, one, size }, row }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [rows, columns] = imagesSize(one);
  useEffect(() => {
    const drawn = imagePixels(pixels.subarray(row * size, (row + 1) * size), one, picked(sideBySide(one)));
    canvas.current?.getContext("2d")?.putImageData(new ImageData(drawn, columns, rows), 0, 0);
  }, [pixels, row]);
  return html`<canvas ref=${canvas} width=${columns} height=${rows} aria-hidden="true"></canvas>`;
}
