// Where a network's data come from, how they are dealt out to training, and what they look like.

import { html, useEffect, useState } from "../../../vendor/vendor.js";
import { useAnswer } from "../../answers.js";
import * as api from "../../api/data.js";
import { lazy, style } from "../../lazy.js";
import { pointsOf } from "../../model/drawn.js";
import * as store from "../../store.js";
import { Dealt } from "./dealt.js";
import { Shown } from "./shown.js";
import { Source } from "./source.js";

await style("data.css");

/** @typedef {Record<string, any>} Data the `data` of a spec */
/** @typedef {import("../../api/data.js").DataPreview} DataPreview */
/** @typedef {{data: Data, change: (next: Data) => void}} Props */

const Draw = lazy(() => import("./draw.js").then(({ Draw }) => Draw));
const Csv = lazy(() => import("./csv.js").then(({ Csv }) => Csv));
const WAYS = /** @type {const} */ ([["source", "Pick"], ["arrays", "Draw"], ["upload", "CSV"]]);

/** @param {Data} data @returns {"source" | "arrays" | "upload"} */
const wayOf = (data) => ("arrays" in data ? "arrays" : "id" in data ? "upload" : "source");

/** `told` hears what the service says of the data, each time it says something else; `quiet`: what is wrong is said elsewhere. @param {Props & {told?: (preview: DataPreview) => void, quiet?: boolean}} props */
export function DataForm({ data, change, told, quiet = false }) {
  const [way, setWay] = useState(wayOf(data)), now = wayOf(data);
  useEffect(() => setWay(now), [now]);
  const answer = useAnswer(JSON.stringify(data), () => api.preview(data), 60), [last, keep] = useState(/** @type {DataPreview | null} */ (null));
  useEffect(() => {
    if (!answer?.found) return;
    keep(answer.found);
    told?.(answer.found);
  }, [answer]);
  const current = answer?.key === JSON.stringify(data), failed = current ? answer.failed : null;
  return html`<div class="data-form" data-way=${way} data-asked=${current ? undefined : ""}>
    <div class="kinds" role="group" aria-label="Where the data come from">${WAYS.map(([id, title]) => html`<button type="button" data-way=${id} aria-pressed=${way === id} onClick=${() => setWay(id)}>${title}</button>`)}</div>
    ${way === "source" ? html`<${Source} data=${data} change=${change} />` : way === "arrays" ? html`<${Draw} data=${data} change=${change} shown=${last} />` : html`<${Csv} data=${data} change=${change} shown=${last} />`}
    ${way !== now ? html`<p class="note">Until then the model keeps its data: ${now === "source" ? data.name : now === "arrays" ? "points of your own" : "your table"}.</p>` : html`<${InUse} ...${{ data, change, told: last, failed, quiet }} />`}</div>`;
}

/** @param {Props & {told: DataPreview | null, failed: string | null, quiet: boolean}} props */
function InUse({ data, change, told, failed, quiet }) {
  return html`${failed && !quiet && html`<p class="trouble" role="alert">${failed}</p>`}
    ${told ? html`<${Shown} data=${data} change=${change} shown=${told} stale=${Boolean(failed)} drawn=${pointsOf(data.arrays) !== null} dark=${store.dark.value} />` : !failed && html`<p class="note" role="status">Looking at the data …</p>`}
    <${Dealt} data=${data} change=${change} shown=${told} />`;
}
