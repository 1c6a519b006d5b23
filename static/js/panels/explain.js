// What happens at this step: a sentence, the formula, the formula with these numbers, the operands, the NumPy line.

import { html } from "../../vendor/vendor.js";
import { format, fromWire, list, remark, shapeText } from "../model/format.js";
import { sameOperation, toneOf } from "../model/playhead.js";
import { fillNumbers, markGradients, spans } from "../model/text.js";
import { arrayAt, scalarAt, shownAt, sizeOf } from "../model/trace.js";
import * as store from "../store.js";
import { Code } from "./code.js";
import { largestOf } from "./entries.js";
import { Jacobian } from "./jacobian.js";
import { Formula } from "./math.js";
import { Made, Return } from "./origin.js";
import { Thumbnail } from "./thumbnail.js";
import { Verify } from "./verify.js";

/** This many numbers still read as a line. */
const FEW = 3;

/** @typedef {import("../types").Explanation} Explanation */
/** @typedef {import("../types").Trace} Trace */

export function Explain() {
  const trace = store.trace.value;
  if (!trace || store.asked.value !== null) return null;
  void store.arrivals.value;
  const explanation = store.explanation.value;
  const event = trace.events[store.told.value - 1];
  const tone = event ? toneOf(event) : "plain";
  return html`<section class="explain ${tone}" aria-label="This step">
    <h2>${heading(trace)}</h2>
    ${!store.atStop.value && (event ? html`<${Sentence} explanation=${explanation} trace=${trace} />` : html`<${Beginning} trace=${trace} />`)}
    ${explanation && html`<${Lines} trace=${trace} explanation=${explanation} />`}
    ${trace.graph.outputs.length > 1 && html`<${Jacobian} trace=${trace} />`}
    ${explanation && explanation.operands.length > 0 && html`<h2>${explanation.title}</h2><${Operands} trace=${trace} operands=${explanation.operands} />`}
    <div class="aids"><${Return} /><${Verify} trace=${trace} /></div>
    <${Code} />
  </section>`;
}

/** @param {Trace} trace */
function heading(trace) {
  const cursor = store.told.value;
  return cursor === 0 ? `${trace.length} steps ahead` : `Step ${cursor} of ${trace.length} · ${trace.events[cursor - 1].phase}`;
}

/** @param {{explanation: Explanation | null, trace: Trace}} props */
function Sentence({ explanation, trace }) {
  void store.arrivals.value;
  if (!explanation) return html`<p class="say waiting">…</p>`;
  return html`<p class="say">${spans(explanation.sentence, trace.numbers).map(({ text, strong }) => (strong ? html`<b class=${text.length < 18 ? "short" : ""}>${wholeShapes(text)}</b>` : wholeShapes(text)))}</p>`;
}

/** "64 × 16" stays on one line. @param {string} text */
const wholeShapes = (text) => text.split(/(\d+(?: × \d+)+)/).map((part, k) => (k % 2 ? html`<span class="short">${part}</span>` : part));

/** @param {{trace: Trace}} props */
function Beginning({ trace }) {
  const summary = store.session.value?.summary;
  const said = trace.iteration > 0
    ? `Training step ${trace.iteration} begins with the parameters the last update left.`
    : "The leaves hold their numbers; nothing has been computed yet.";
  return html`<p class="say">${said}</p>${summary && html`<p class="summary">${summary}</p>`}`;
}

/** The lines of this event; below them, quieter, what the same operation did just before. @param {{trace: Trace, explanation: Explanation}} props */
function Lines({ trace, explanation }) {
  const earlier = sameOperation(trace, store.told.value).slice(0, -1)
    .flatMap((event) => store.explanationOf(event.index)?.lines.slice(0, 1) ?? []);
  const { lines } = explanation;
  if (lines.length === 0) return null;
  // On a projector the formulas have little room: they are scrolled, by keyboard too.
  return html`<div class="lines" role="group" aria-label="Formulas" tabindex=${store.present.value ? 0 : undefined}>
    ${explanation.entry && html`<p class="which-entry">${whichEntry(trace, explanation.event, explanation.entry)}</p>`}
    ${lines.map((line) => html`<${MathLine} line=${line} trace=${trace} named=${lines.length > 1} />`)}
    ${earlier.map((line) => html`<${MathLine} line=${line} trace=${trace} quiet />`)}
  </div>`;
}

/** @param {Trace} trace @param {number} event @param {number[]} entry */
function whichEntry(trace, event, entry) {
  const chosen = largestOf(trace, event);
  const why = !chosen || chosen.at.join() !== entry.join() ? "" : Number.isNaN(chosen.number) ? ", not a number" : ", the largest";
  return html`numbers of entry <b>[${entry.join(", ")}]</b>${why}`;
}

/** @param {Trace} trace */
const outputOf = ({ graph }) => graph.nodes[graph.outputs[0]]?.label ?? "L";

/** @param {{line: import("../types").Line, trace: Trace, quiet?: boolean, named?: boolean}} props */
export function MathLine({ line, trace, quiet = false, named = false }) {
  void store.arrivals.value;
  return html`<div class="line ${quiet ? "quiet" : ""}">
    ${named && html`<span class="says">${line.says}</span>`}
    <${Formula} tex=${markGradients(line.formula, outputOf(trace))} />
    ${line.numbers && html`<${Formula} tex=${fillNumbers(line.numbers, trace.numbers)} />`}
  </div>`;
}

/** @param {{trace: Trace, operands: import("../types").Operand[]}} props */
function Operands({ trace, operands }) {
  return html`<table class="operands"><thead><tr><th scope="col"><span class="unseen">name</span></th><th scope="col">shape</th><th scope="col">value</th></tr></thead>
    <tbody>${operands.map((operand) => html`<tr class="tone-${operand.tone}">
      <th scope="row"><span class="who">${inParts(operand.label)}</span> <span class="what">${operand.says}</span></th>
      <td>${operand.ref ? shapeText(operand.ref.shape) : "()"}</td>
      <td data-offset=${operand.ref?.offset}><${Made} place=${operand.ref} name=${operand.label}><${Operand} trace=${trace} operand=${operand} /><//></td></tr>`)}</tbody></table>`;
}

/** A long name breaks behind a dot, never inside a word. @param {string} label */
const inParts = (label) => label.split(/(?<=[._/])/).flatMap((part, k) => (k ? [html`<wbr />`, part] : [part]));

/** @param {{trace: Trace, operand: import("../types").Operand}} props */
function Operand({ trace, operand: { ref, number } }) {
  void store.arrivals.value;
  if (!ref) return number === null ? "—" : format(fromWire(number));
  if (ref.shape.length === 0) return format(scalarAt(trace, ref));
  if (sizeOf(ref.shape) <= FEW) return html`<span class="few">${list(arrayAt(trace, ref) ?? []) || "…"}</span>`;
  const shown = shownAt(trace, ref), said = shown && remark(shown.numbers);
  return said === "0" ? "all 0" : html`${said && html`<b class="strange">${said}</b> `}<${Thumbnail} trace=${trace} place=${ref} />`;
}
