// Predict, then reveal: the question for the next number, what was answered to it, and, once it is shown, the way on.

import { effect, html, signal, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api/classroom.js";
import { format, fromWire, shapeText } from "../model/format.js";
import { askedFor, asksTotal, hiddenBy, ingredients, withHoles, withoutNumber } from "../model/question.js";
import { fillNumbers, markGradients } from "../model/text.js";
import { scalarAt } from "../model/trace.js";
import { largestOf } from "../panels/entries.js";
import { Formula } from "../panels/math.js";
import { Thumbnail } from "../panels/thumbnail.js";
import * as store from "../store.js";
import { Button } from "../ui/button.js";
import { AnswerForm, kind } from "./answer.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../model/question.js").TraceEvent} TraceEvent */
/** @typedef {{place: string, said: string, right: boolean, sentence: string}} Reply */

/** What was answered last. @type {{value: Reply | null}} */
const reply = signal(null);
/** First answers: how many, and how many of them right. */
const tally = signal({ places: /** @type {Set<string>} */ (new Set()), right: 0 });

/** The live region says the question. @param {HTMLElement} region */
export function speakQuestions(region) {
  effect(() => {
    const trace = store.trace.value, asked = store.asked.value;
    void store.arrivals.value;
    if (trace && asked !== null) region.textContent = `Predict ${wordsOf(trace, trace.events[asked])}.`;
  });
}

export function Predict() {
  const trace = store.trace.value, asked = store.asked.value;
  if (!trace || !store.predicting.value) return null;
  const event = asked === null ? null : trace.events[asked];
  return html`<section class="predict ${event?.phase ?? ""}" aria-label="Predict, then reveal" data-asked=${asked ?? undefined}>
    <header><h2>${event ? `Predict · step ${event.index + 1} of ${trace.length} · ${event.phase}` : "Predict, then reveal"}</h2><${Tally} />
      <button type="button" class="quiet-button" data-command="stop-predicting" aria-label="Stop predicting" onClick=${() => actions.predict(false)}>✕</button></header>
    ${event ? html`<${Question} key=${store.place.value} trace=${trace} event=${event} />` : html`<${Revealed} />`}
    <${Button} id="forward" named class="pill on">${event ? "Show the number" : isAskedNext(trace) ? "Next question" : "Go on"} <kbd>→</kbd><//>
    ${event && html`<${Ingredients} trace=${trace} event=${event} />`}
  </section>`;
}

/** @param {Trace} trace */
const isAskedNext = ({ events }) => "value" in (events[store.cursor.value] ?? {});

function Tally() {
  const { places, right } = tally.value;
  return html`<p class="tally" aria-live="polite">${places.size > 0 && html`<b>${right}</b> of ${places.size} right`}</p>`;
}

/** What was answered to the number that stands there now. */
function Revealed() {
  const said = reply.value;
  if (!said || said.place !== `${store.iteration.value} ${store.cursor.value - 1}`) return null;
  return html`<${Verdict} reply=${said} />`;
}

/** @param {{reply: Reply}} props */
function Verdict({ reply: { said, right, sentence } }) {
  return html`<p class="verdict ${right ? "right" : "wrong"}"><span class="you">${said}</span> ${sentence}</p>`;
}

/** @param {{trace: Trace, event: TraceEvent}} props */
function Question({ trace, event }) {
  void store.arrivals.value;
  const [trouble, setTrouble] = useState("");
  const explanation = store.explanationOf(event.index), entry = entryOf(trace, event), hidden = hiddenBy(trace, event);
  const told = reply.value?.place === store.place.value ? reply.value : null;
  /** @param {import("./answer.js").Given} given */
  const answer = async ({ said, ...given }) => {
    setTrouble("");
    try {
      const found = await api.predict(store.session.peek()?.id ?? "", trace.iteration, { event: event.index, entry, total: asksTotal(event), ...given });
      keep({ place: `${trace.iteration} ${event.index}`, said, right: found.right, sentence: found.sentence });
    } catch (error) {
      setTrouble(actions.refusal(error));
    }
  };
  return html`<p class="say">Predict <b>${wordsOf(trace, event)}</b>.</p>
    ${explanation && html`<div class="lines">${explanation.lines.map((line) => html`<${Hint} line=${line} hidden=${hidden} output=${trace.graph.nodes[trace.graph.outputs[0]]?.label ?? "L"} fits=${sameEntry(explanation.entry, entry)} />`)}</div>`}
    <${AnswerForm} answer=${answer} />
    <div class="told" aria-live="polite">${told && html`<${Verdict} reply=${told} />`}${trouble && html`<p class="trouble" role="alert">${trouble}</p>`}</div>`;
}

/** The first answer counts; another one may be tried. @param {Reply} told */
function keep(told) {
  const { places, right } = tally.value;
  if (!places.has(told.place)) tally.value = { places: new Set([...places, told.place]), right: right + Number(told.right) };
  reply.value = told;
}

/** @param {TraceEvent} event */
const refOf = (event) => /** @type {import("../types").Ref} */ ("value" in event ? event.value : null);

/** The entry that is asked for: the largest, which says most. @param {Trace} trace @param {TraceEvent} event @returns {number[]} */
const entryOf = (trace, event) => largestOf(trace, event.index)?.at ?? refOf(event).shape.map(() => 0);

/** @param {number[] | null} told @param {number[]} entry */
const sameEntry = (told, entry) => (told ?? []).join() === entry.join();

/** @param {Trace} trace @param {TraceEvent} event */
function wordsOf(trace, event) {
  const { nodes } = trace.graph;
  /** @param {number} id */
  const titleOf = (id) => store.ops.value.get(nodes[id].op ?? "")?.title ?? nodes[id].label;
  /** Unnamed results go by their operation. @param {number} id */
  const name = (id) => (/^v\d+$/.test(nodes[id].label) ? `the ${titleOf(id)}` : nodes[id].label);
  const words = askedFor(event, name, "node" in event ? titleOf(event.node) : "");
  const entry = entryOf(trace, event);
  return entry.length ? `entry [${entry.join(", ")}] of ${words}` : words;
}

/** A line of the explanation with holes. @param {{line: import("../types").Line, hidden: (offset: number) => boolean, output: string, fits: boolean}} props */
function Hint({ line, hidden, output, fits }) {
  void store.arrivals.value;
  const numbers = store.trace.value?.numbers;
  const formula = line.numbers ? line.formula : withoutNumber(line.formula);
  return html`<div class="line"><${Formula} tex=${markGradients(formula, output)} />
    ${line.numbers && fits && numbers && html`<${Formula} tex=${fillNumbers(withHoles(line.numbers, hidden), numbers)} />`}</div>`;
}

/** What it is made from. @param {{trace: Trace, event: TraceEvent}} props */
function Ingredients({ trace, event }) {
  void store.arrivals.value;
  const operands = ingredients(store.explanationOf(event.index)?.operands ?? [], refOf(event), hiddenBy(trace, event));
  if (operands.length === 0) return null;
  return html`<table class="operands"><thead><tr><th scope="col"><span class="unseen">name</span></th><th scope="col">shape</th><th scope="col">value</th></tr></thead>
    <tbody>${operands.map(({ label, says, tone, ref, number }) => html`<tr class="tone-${tone}"><th scope="row"><span class="who">${label}</span> <span class="what">${says}</span></th>
      <td>${ref ? shapeText(ref.shape) : "()"}</td><td>${ref ? html`<${Known} trace=${trace} place=${ref} />` : number === null ? "—" : format(fromWire(number))}</td></tr>`)}</tbody></table>`;
}

/** @param {{trace: Trace, place: import("../types").Ref}} props */
function Known({ trace, place }) {
  return place.shape.length === 0 ? format(scalarAt(trace, place)) : html`<${Thumbnail} trace=${trace} place=${place} />`;
}
