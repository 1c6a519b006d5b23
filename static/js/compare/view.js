// Two runs in lock-step: in what they differ, where they part, both sentences, and every node's numbers with their ratio.

import { html, render } from "../../vendor/vendor.js";
import { style } from "../lazy.js";
import { count } from "../model/format.js";
import { spans } from "../model/text.js";
import * as store from "../store.js";
import { loadCharts } from "../training/chart.js";
import { Button } from "../ui/button.js";
import { Rows } from "./rows.js";
import { Go, Side } from "./side.js";
import { comparison, explanation, other, refused } from "./state.js";
import { Training } from "./training.js";

/** @typedef {import("../generated/api").Comparison} Comparison */

/** @param {HTMLElement} after */
export async function mountCompare(after) {
  const place = document.createElement("main"); // the stage is hidden while it is looked at
  place.id = "compare";
  place.setAttribute("aria-label", "Compare");
  await Promise.all([loadCharts(), style("training.css"), style("compare.css")]);
  after.after(place);
  render(html`<${Compare} />`, place);
}

function Compare() {
  if (store.view.value !== "compare" || !store.trace.value || !store.beside.value) return null;
  const found = comparison.value;
  return html`<div class="both-runs"><${Head} found=${found} />
    <div class="run-body" data-iteration=${found?.iteration} data-cursors=${found?.cursors.join()} aria-busy=${found === null && !refused.value}>
      ${refused.value && html`<p class="refused" role="alert">${refused.value}</p>`}
      ${found && html`<${Verdict} found=${found} /><${Sentences} found=${found} /><${Rows} found=${found} />`}<${Training} /></div></div>`;
}

/** @param {{found: Comparison | null}} props */
function Head({ found }) {
  const { says, turned } = store.beside.value ?? { says: "", turned: false }, title = store.session.value?.title;
  return html`<header class="run-head">
    <p class="difference"><${Side} name="A" /> ${turned && says ? html`<span class="says">${says}</span>` : html`<span>${title}</span>`} <${Side} name="B" />
      ${turned && says ? html`<span>${title}</span>` : html`<span class="says">${says || "its twin"}</span>`} ${found && html`<${Differences} found=${found} />`}</p>
    <${Button} id="swap-twin" named class="pill">Swap<span class="wide"> A and B</span><//>
    <${Button} id="twin" named class="pill">Another<span class="wide"> twin</span><//>
    <${Button} id="close-twin" named class="pill">Close<span class="wide"> the twin</span><//></header>`;
}

/** What the service finds in their specs and edits. @param {{found: Comparison}} props */
function Differences({ found }) {
  if (found.differences.length === 0) return html`<span class="differ none" data-differences="0">same model, seed, batches and edits</span>`;
  return html`<ul class="differ" data-differences=${found.differences.length}>${found.differences.map(({ what, places, a, b }) => html`<li>${what}${places > 1 ? ` in ${count(places)} places` : ""}: <code>${a ?? "—"}</code> <span aria-label="in B">→</span> <code>${b ?? "—"}</code></li>`)}</ul>`;
}

/** @param {{found: Comparison}} props */
function Verdict({ found }) {
  const { parts, identical, by, iteration } = found, trace = store.trace.value;
  const event = parts ? trace?.events[parts - 1] : null;
  return html`<p class="outcome ${identical ? "identical" : ""}" data-identical=${identical} data-parts=${parts ?? "none"} role="status">
    ${identical ? html`<b>Identical</b> in training step ${count(iteration)}: every number of all ${count(found.lengths[0])} events has the same bits.`
      : parts === null ? html`<b>Every number that both have is identical</b> in training step ${count(iteration)}; one of them has steps that the other has not.`
      : parts === 0 ? html`<b>They differ before the first event</b> of training step ${count(iteration)}: they do not begin with the same numbers.`
      : html`<b>Identical up to event ${count(parts - 1)}</b> of training step ${count(iteration)}; <${Go} cursor=${parts} /> (${event?.phase}) is the first that differs.`}
    ${by === "name" && html` <span class="rule">The two have different steps, ${count(found.lengths[0])} and ${count(found.lengths[1])}: B stands behind the last step that does the same to a node of the same name.</span>`}</p>`;
}

/** @param {{found: Comparison}} props */
function Sentences({ found }) {
  const trace = store.trace.value, there = other.value;
  void store.arrivals.value;
  const ours = trace && store.cursor.value === found.cursors[0] ? store.explanation.value : null;
  const at = found.cursors[1];
  return html`<div class="sentences" role="group" aria-label="The step of both">
    <${Said} name="A" cursor=${found.cursors[0]} length=${found.lengths[0]} trace=${trace} told=${ours} />
    <${Said} name="B" cursor=${at} length=${found.lengths[1]} trace=${there?.trace ?? null} told=${there?.cursor === at && explanation.value?.event === at - 1 ? explanation.value : null} /></div>`;
}

/** @param {number} iteration */
const beginning = (iteration) => (iteration ? `Training step ${count(iteration)} begins with the parameters the last update left.` : "The leaves hold their numbers; nothing has been computed yet.");

/** @param {{name: "A" | "B", cursor: number, length: number, trace: import("../types").Trace | null, told: import("../types").Explanation | null}} props */
function Said({ name, cursor, length, trace, told }) {
  const event = cursor ? trace?.events[cursor - 1] : null;
  return html`<section class="said ${event?.phase ?? ""}" data-side=${name} data-cursor=${cursor} aria-label="Run ${name}">
    <h2><${Side} name=${name} /> ${cursor ? html`event ${count(cursor)} of ${count(length)}${event && ` · ${event.phase}`}` : `before the first of ${count(length)} events`}</h2>
    <p class="say">${!cursor ? beginning(trace?.iteration ?? 0) : told && trace
      ? spans(told.sentence, trace.numbers).map(({ text, strong }) => (strong ? html`<b>${text}</b>` : text)) : "…"}</p></section>`;
}
