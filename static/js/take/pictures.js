// The stage as a picture: as it is seen now, or walking through the training step.

import { html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { count } from "../model/format.js";
import { stops } from "../model/playhead.js";
import * as store from "../store.js";
import { MOST, film } from "./film.js";
import { paintedPage, writtenPage } from "./page.js";
import { drawingOf, painted, written } from "./picture.js";
import { named, save } from "./save.js";

/** Pixels of a still picture, to each of the page's. */
const SCALE = 2;
const GRAINS = /** @type {const} */ ({ event: "by event", operation: "by operation", layer: "by layer", phase: "by phase" });

export function Pictures() {
  const stage = drawingOf(store.view.value) !== null;
  return html`<section><h3>A picture of ${stage ? "the stage" : "this view"}</h3><p class="note">As it is seen now: this part of ${stage ? "the graph" : "it"}, in these colours.</p>
      <div class="fields"><button type="button" class="pill" data-command="save-png" onClick=${savePng}>PNG, twice the pixels</button>
        <button type="button" class="pill" data-command="save-stage" onClick=${saveSvg}>SVG, sharp at any size</button></div></section>${stage ? html`<${Film} />` : html`<p class="note">An animated picture is made in the views Graph and Network.</p>`}`;
}

/** Views that are made of HTML. */
const PAGES = /** @type {Record<string, string>} */ ({ code: "#code-view", training: "#training", compare: "#compare" });
const page = () => /** @type {HTMLElement} */ (document.querySelector(PAGES[store.view.peek()]));

async function savePng() {
  const over = /** @type {HTMLCanvasElement | null} */ (document.querySelector(store.view.peek() === "graph" ? "#stage > canvas:not(.network)" : "#stage > canvas.network"));
  const drawing = drawingOf(store.view.peek()), canvas = drawing ? await painted(drawing, SCALE, over) : await paintedPage(page(), SCALE);
  canvas.toBlob((blob) => { if (blob) save(blob, named(".png")); }, "image/png");
}

async function saveSvg() {
  const drawing = drawingOf(store.view.peek()), text = drawing ? await written(drawing) : await writtenPage(page());
  save(new Blob([text], { type: "image/svg+xml" }), named(drawing ? "-stage.svg" : `-${store.view.peek()}.svg`));
}

function Film() {
  const trace = store.trace.value, [chosen, choose] = useState(/** @type {keyof typeof GRAINS | null} */ (null));
  const [drawn, setDrawn] = useState(/** @type {number | null} */ (null)), giving = useRef(/** @type {AbortController | null} */ (null));
  useEffect(() => () => giving.current?.abort(), []);
  if (!trace || store.predicting.value) return null;
  const places = Object.keys(GRAINS).map((grain) => /** @type {const} */ ([grain, stops(trace, /** @type {keyof typeof GRAINS} */ (grain))]));
  const possible = places.filter(([, ends]) => ends.length <= MOST).map(([grain]) => grain);
  const grain = chosen ?? (possible.includes(store.grain.value) ? store.grain.value : possible[0]), ends = places.find(([name]) => name === grain)?.[1] ?? [];
  const make = async () => {
    giving.current = new AbortController();
    setDrawn(0);
    try {
      const made = await film(ends, setDrawn, giving.current.signal);
      if (made) save(made, named(".gif"));
    } catch (error) {
      actions.fail(error);
    } finally {
      setDrawn(null);
    }
  };
  return html`<section><h3>An animated picture of this training step</h3><p class="note">A GIF with at most ${MOST} pictures, one for each stop. The page walks through the step and comes back.</p>
    <div class="fields"><label>one picture <select name="frames" disabled=${drawn !== null} value=${grain} onChange=${(/** @type {Event} */ event) => choose(/** @type {keyof typeof GRAINS} */ (/** @type {HTMLSelectElement} */ (event.currentTarget).value))}>
      ${places.map(([name, { length }]) => html`<option value=${name} disabled=${length > MOST}>${GRAINS[/** @type {keyof typeof GRAINS} */ (name)]}: ${count(length)}</option>`)}</select></label>
      ${drawn === null ? html`<button type="button" class="pill" data-command="save-gif" disabled=${!grain} onClick=${make}>Make the GIF</button>`
        : html`<progress max=${ends.length} value=${drawn} aria-label="Pictures drawn"></progress><span class="note" role="status">${count(drawn)} of ${count(ends.length)}</span><button type="button" class="pill" data-command="cancel-gif" onClick=${() => giving.current?.abort()}>Cancel</button>`}</div></section>`;
}
