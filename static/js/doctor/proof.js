// Every gradient found in three ways: back through the graph, by moving a number a little, and along with it. Where they agree stands a tick.

import { html, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api/doctor.js";
import { count, exactText, format, fromWire } from "../model/format.js";
import { frameAt } from "../model/playhead.js";
import * as store from "../store.js";
import { Cell, showNode } from "./asking.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {api.Check["parameters"][number]} Row */

/** @param {{trace: Trace}} props */
export function Proof({ trace }) {
  const [asking, setAsking] = useState(/** @type {Trace | null} */ (null)), [refused, setRefused] = useState("");
  const found = store.proof.value?.trace === trace ? store.proof.value.found : null, busy = asking === trace;
  const ask = async () => {
    if (busy) return;
    setAsking(trace);
    setRefused("");
    try {
      const told = await api.check(store.session.peek()?.id ?? "", trace.iteration);
      store.proof.value = { trace, found: told, marks: marksOf(trace, told) };
    } catch (error) {
      setRefused(actions.refusal(error));
    }
    setAsking(null);
  };
  return html`<section class="proof"><p>Each gradient is found in three ways: backward through the graph; as the difference of the loss when the number is moved a little; and in forward mode, along with the number. Where they agree, a tick stands beside it, here and on its card.</p>
    <p><button type="button" class="pill on" data-command="check-gradients" aria-busy=${busy} onClick=${ask}>${busy ? "Checking: ten seconds at most …" : found ? "Check every gradient again" : "Check every gradient"}</button></p>
    ${refused && html`<p class="trouble" role="alert">${refused}</p>`}
    ${found && html`<${Outcome} found=${found} />`}</section>`;
}

/** Whether the three ways agree. @param {Row} row @param {api.Check} found */
const agree = (row, found) => row.checked > row.kinks.length && [row.relative_error, row.forward_error].every((error) => fromWire(error) <= fromWire(found.tolerance));
/** Nothing but kinks: no difference speaks of a gradient there. @param {Row} row */
const silent = (row) => row.checked > 0 && row.checked === row.kinks.length;

/** @param {{found: api.Check}} props */
function Outcome({ found }) {
  const cut = (store.trace.value?.schedule.backward?.cut.length ?? 0) > 0;
  const rows = [...found.parameters, ...found.between], wrong = rows.filter((row) => !agree(row, found) && !silent(row));
  return html`<p role="status" class=${wrong.length ? "failed" : "passed"} data-checked=${rows.length} data-wrong=${wrong.length}>${wrong.length
      ? `✗ ${count(wrong.length)} of ${count(rows.length)} gradients do not agree with the slope of the loss: ${wrong.slice(0, 6).map(({ label }) => label).join(", ")}${wrong.length > 6 ? " …" : ""}.`
      : `✓ ${found.complete ? "All" : "The"} ${count(rows.length)} gradients${found.complete ? "" : " there was time for"}: reverse = difference = forward.`}</p>
    ${wrong.length > 0 && cut && html`<p>Edges are cut on purpose here, so these gradients leave something out, and the slope of the loss does not.</p>`}
    <p class="note">The difference is taken with a step ε of ${exactText(fromWire(found.epsilon))}. Relative errors up to ${exactText(fromWire(found.tolerance))} are rounding; 0 is no further apart than the rounding of the loss explains.${found.complete ? "" : " The model is large: there was time for some entries only, chosen at random; first of the parameters and inputs."}</p>
    <${Rows} title="Parameters and inputs" rows=${found.parameters} found=${found} />
    ${found.between.length > 0 && html`<${Rows} title="What operations made" rows=${found.between} found=${found} />`}`;
}

/** @param {{title: string, rows: Row[], found: api.Check}} props */
function Rows({ title, rows, found }) {
  return html`<h3>${title}</h3><div class="scroll" tabindex="0" role="region" aria-label="${title}, checked"><table>
    <thead><tr><th scope="col">gradient of</th><th scope="col">reverse</th><th scope="col">difference</th><th scope="col">forward</th><th scope="col">error, difference</th><th scope="col">error, forward</th><th scope="col">entries</th><th scope="col"><span class="unseen">agree</span></th></tr></thead>
    <tbody>${rows.map((row) => html`<tr data-gradient-of=${row.node}>
      <th scope="row"><button type="button" class="link" data-command="show-node" onClick=${() => showNode(row.node, "gradient", row.shown?.index.length ? row.shown.index : null)}>${row.label}</button>${row.shown && row.shown.index.length > 0 && html` <small>[${row.shown.index.join(", ")}]</small>`}
        ${row.named.map((kink) => html`<small class="kink">${kink.sentence}</small>`)}</th>
      <${Cell} name="reverse" wire=${row.shown?.reverse} /><${Cell} name="difference" wire=${row.shown?.difference} /><${Cell} name="forward" wire=${row.shown?.forward} />
      <${Cell} name="error" wire=${row.relative_error} /><${Cell} name="forward-error" wire=${row.forward_error} />
      <td>${count(row.checked)}${row.checked < row.entries ? ` of ${count(row.entries)}` : ""}</td><td><${Sign} row=${row} found=${found} /></td></tr>`)}</tbody></table></div>`;
}

/** @param {{row: Row, found: api.Check}} props */
function Sign({ row, found }) {
  if (silent(row)) return html`<span title="Only kinks: no difference speaks of a gradient here">–<span class="unseen">only kinks</span></span>`;
  return agree(row, found) ? html`<span class="passed" data-tick="yes">✓<span class="unseen">agree</span></span>` : html`<span class="failed" data-tick="no">✗<span class="unseen">do not agree</span></span>`;
}

/** What stands on the cards: at the gradient that was checked, not at one that is still being summed. @param {Trace} trace @param {api.Check} found */
function marksOf(trace, found) {
  const end = trace.events.find(({ kind }) => kind === "clip" || kind === "assign")?.index ?? trace.length;
  const { gradients } = frameAt(trace, end), several = trace.graph.outputs.length > 1;
  const rows = several ? [] : [...found.parameters, ...found.between].filter((row) => gradients[row.node] && !silent(row));
  return new Map(rows.map((row) => {
    const good = agree(row, found);
    const says = `${good ? "checked: reverse, difference and forward mode agree" : "reverse, difference and forward mode do not agree"}; relative error ${format(fromWire(row.relative_error))}, ε ${exactText(fromWire(found.epsilon))}`;
    const some = row.checked < row.entries ? `; ${count(row.checked)} of ${count(row.entries)} entries, chosen at random` : "";
    return /** @type {const} */ ([row.node, { offset: /** @type {import("../types").Ref} */ (gradients[row.node]).offset, good, says: says + some }]);
  }));
}
