// The model as it stands, drawn while it is built: the layout is the stage's own, in a worker of its own.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import { count } from "../model/format.js";
import { pathKey } from "../model/groups.js";
import { layoutClient } from "../model/layout-client.js";
import { groupKey } from "../model/layout/levels.js";
import * as store from "../store.js";
import { preview, spec, troubles, waiting } from "./draft.js";
import { belowGroups, cardsOf, closedOf, folded, graphOf, misfitOf, question } from "./picture.js";
import { opened } from "./rows.js";
import { layerNames } from "./spec.js";
import { keyOf } from "./network.js";

/** @typedef {import("./picture.js").Card} Card */
/** @typedef {import("../types").Graph} Graph */
/** @typedef {{graph: Graph, cards: Map<number, Card>, below: Map<string, string>, sketch: import("./picture.js").Sketch}} Drawn */

/** A picture that would be smaller is moved under its window; none is larger. */
const SCALES = [0.6, 1.4];
/** Beyond that a picture is folded. */
const WIDEST = { desk: 1000, phone: 520 }, NARROW = 860;
const GAPS = { columnGap: 36, rowGap: 18, laneGap: 9, slotGap: 14, padding: 16, margin: 14 };
const ask = layoutClient(() => new Worker(new URL("../model/layout-worker.js", import.meta.url), { type: "module" }));

export function Preview() {
  const found = preview.value, misfit = troubles.value.find(({ before }) => before);
  const graph = misfit?.before ? misfitOf(misfit.before, misfit.layer ?? "") : found && graphOf(found), shape = graph && JSON.stringify(graph.nodes.map(({ op, inputs, shape, label, group, role }) => [op, inputs, shape, label, group, role]));
  const [drawn, setDrawn] = useState(/** @type {Drawn | null} */ (null)), [turned, setTurned] = useState(/** @type {Set<string>} */ (new Set()));
  useEffect(() => {
    if (!graph) return;
    const cards = cardsOf(graph, store.ops.value), layers = found?.layers ?? [], closed = closedOf(graph, layers.length > 0), below = belowGroups(graph, layers, cards);
    for (const key of turned) if (!closed.delete(key)) closed.add(key);
    ask(question(graph, cards, closed, below), GAPS).then((layout) => { if (layout) setDrawn({ graph, cards, below, sketch: folded(layout, innerWidth > NARROW ? WIDEST.desk : WIDEST.phone) }); });
  }, [shape, turned, store.ops.value]);
  /** @param {string} key */
  const turn = (key) => setTurned(new Set(turned.has(key) ? [...turned].filter((each) => each !== key) : [...turned, key]));
  const wrong = troubles.value.length > 0, stale = wrong && !misfit;
  return html`<section class="look" aria-label="Preview" data-stale=${stale ? "" : undefined} data-ready=${!waiting.value && drawn && !wrong ? "" : undefined} data-nodes=${found?.nodes}>
    <div class="drawn">${drawn && html`<${Picture} ...${drawn} turn=${turn} />`}</div>
    <p class="sum" role="status">${misfit ? `It fits up to ${misfit.layer}.` : stale ? (found ? "As it was before the mistake." : "Nothing to draw yet.") : found ? summary(found) : "…"}</p></section>`;
}

/** @param {import("../generated/api").Preview} found */
function summary({ nodes, parameters, graph }) {
  return [`${count(nodes)} operations and values`, parameters ? `${count(parameters)} trained number${parameters === 1 ? "" : "s"}` : "nothing to train", graph ? "" : "drawn layer by layer"].filter(Boolean).join(" · ");
}

/** @param {Drawn & {turn: (key: string) => void}} props */
function Picture({ graph, cards, below, sketch, turn }) {
  const groups = graph.groups.map(({ path, title }) => ({ key: pathKey(path), title, path, box: sketch.boxes.get(groupKey(path)) })).filter(({ box }) => box);
  const current = currentLayer();
  return html`<svg class="sketch-of" role="group" aria-label="Graph of ${graph.nodes.length} operations and values" viewBox="0 0 ${sketch.width} ${sketch.height}" style=${{ minWidth: `${sketch.width * SCALES[0]}px`, maxWidth: `${sketch.width * SCALES[1]}px`, maxHeight: `${sketch.height * SCALES[1]}px` }}>
    ${groups.map(({ key, title, path, box }) => box && html`<g key=${key} class=${`whole ${box.kind}`} data-group=${key} data-current=${path[0] === current ? "" : undefined} transform="translate(${box.x} ${box.y})" role="button" tabindex="0" aria-expanded=${box.kind === "open"} onClick=${() => turn(key)} onKeyDown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") turn(key); }}>
      <rect width=${box.width} height=${box.height} rx="12" />${box.kind === "closed" ? html`<text class="symbol" x=${box.width / 2} y="22">${title}</text><text class="below" x=${box.width / 2} y="39">${below.get(key)}</text>` : html`<text class="title" x="12" y="17">${title}</text>`}</g>`)}
    ${sketch.lines.map((path) => html`<path class="line" d=${path} />`)}
    ${[...cards.values()].map((card) => html`<${Box} key=${card.id} card=${card} box=${sketch.boxes.get(card.id)} />`)}</svg>`;
}

/** The name of the layer whose row is open. */
function currentLayer() {
  const layers = spec.value.model?.layers ?? [], place = layers.findIndex((/** @type {any} */ layer) => keyOf(layer) === opened.value);
  return place < 0 ? null : layerNames(layers)[place];
}

/** @param {{card: Card, box: import("../model/layout/types.js").Box | undefined}} props */
function Box({ card, box }) {
  if (!box) return null;
  const { symbol, below, role, result } = card, middle = box.width / 2;
  return html`<g class=${`one ${role}${result ? " result" : ""}`} data-card=${card.id} transform="translate(${box.x} ${box.y})"><rect width=${box.width} height=${box.height} rx="10" />
    <text class="symbol" x=${middle} y=${below ? 21 : 26}>${symbol}</text>${below && html`<text class="below" x=${middle} y="37">${below}</text>`}</g>`;
}
