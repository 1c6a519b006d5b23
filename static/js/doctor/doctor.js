// The doctor: how healthy a training step is, breaking it on purpose, proving its gradients, and what other ways would cost.

import { html } from "../../vendor/vendor.js";
import { count } from "../model/format.js";
import * as store from "../store.js";
import { Breaking } from "./breaking.js";
import { Costs } from "./costs.js";
import { part } from "./part.js";
import { Proof } from "./proof.js";
import { styled } from "./styled.js";
import { Verdict } from "./verdict.js";

const PARTS = { verdict: ["Verdict", Verdict], break: ["Break it", Breaking], prove: ["Prove it", Proof], cost: ["Cost", Costs] };

export { styled };

export function Doctor() {
  const trace = store.trace.value, [, Part] = PARTS[part.value];
  if (!trace) return null;
  return html`<div class="of-doctor"><div class="kinds" role="group" aria-label="What the doctor does">
      ${Object.entries(PARTS).map(([id, [title]]) => html`<button type="button" data-part=${id} aria-pressed=${id === part.value} onClick=${() => { part.value = /** @type {keyof typeof PARTS} */ (id); }}>${title}</button>`)}</div>
    <p class="note">${store.trains.value ? html`Training step <b>${count(trace.iteration)}</b>` : "One pass, without an optimizer"}</p>
    <${Part} key=${part.value} trace=${trace} /></div>`;
}
