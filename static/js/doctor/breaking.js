// Usual mistakes, made on purpose: the numbers are what the mistake gives, and the honest rules name the first wrong one.

import { html, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api/doctor.js";
import { createSession, verify } from "../api.js";
import { change } from "../changes.js";
import { count, exact, format, fromWire } from "../model/format.js";
import { titleOf, whatOf } from "../model/faults.js";
import * as store from "../store.js";
import { goToEvent, useAnswer, Waiting } from "./asking.js";
import { part } from "./part.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../generated/api").Verification} Verification */
/** @typedef {{iteration: number, said: Verification}} Wrong */

/** What a mistake leaves behind may be wrong in the next training step only. @param {string} id @param {number} iteration @returns {Promise<Wrong>} */
async function firstWrong(id, iteration) {
  const said = await verify(id, iteration);
  if (!said.passed || !store.trains.peek()) return { iteration, said };
  return { iteration: iteration + 1, said: await verify(id, iteration + 1) };
}

/** @param {string} id @param {number} iteration */
const askFaults = async (id, iteration) => {
  const told = await api.faults(id, iteration);
  return { ...told, wrong: told.now ? await firstWrong(id, iteration) : null };
};

/** @param {{trace: Trace}} props */
export function Breaking({ trace }) {
  const { found, fresh, refused } = useAnswer(trace, askFaults), [trouble, setTrouble] = useState("");
  if (!found) return html`<${Waiting} says="Looking what can be broken here …" refused=${refused} />`;
  const { now, wrong, zeros } = found, offered = found.faults.filter(({ absent }) => absent === null), others = found.faults.filter(({ absent }) => absent !== null);
  /** @param {string} name */
  const turn = async (name) => {
    if (!fresh || store.revising.peek()) return;
    const mended = name === now;
    setTrouble((await change([{ break: mended ? null : name }], mended ? "By the rules again from here on." : `Broken on purpose: ${titleOf(name)}.`)) ?? "");
  };
  return html`<section class="breaking"><p>A usual mistake, made on purpose from this step on. The numbers are then really what the mistake gives, and training goes on with them.</p>
    ${now && wrong && fresh && html`<${Found} name=${now} wrong=${wrong} trace=${trace} />`}
    <ul class="faults" aria-busy=${!fresh || store.revising.value}>${offered.map(({ name, doc }) => html`<li><label class="switch"><input type="checkbox" role="switch" data-fault=${name} checked=${name === now} disabled=${!store.mayChange.value} onChange=${() => turn(name)} />
        <span><b>${titleOf(name)}</b><span>${doc}</span></span></label></li>`)}
      ${zeros && html`<${Zeros} spec=${zeros} refuse=${setTrouble} />`}</ul>
    ${trouble && html`<p class="trouble" role="alert">${trouble}</p>`}
    ${!store.mayChange.value && html`<p class="note">Whoever drives this session can break it.</p>`}
    ${others.length > 0 && html`<details><summary>What cannot be broken in this model</summary><ul class="absent">${others.map(({ name, absent }) => html`<li><b>${titleOf(name)}</b>: ${absent}.</li>`)}</ul></details>`}</section>`;
}

/** @param {{name: string, wrong: Wrong, trace: Trace}} props */
function Found({ name, wrong: { iteration, said }, trace }) {
  const { event } = said;
  if (said.passed || event === null || event === undefined) return html`<p class="first-wrong" role="status"><b>${titleOf(name)}:</b> every number of this step still follows from the rules.</p>`;
  const next = iteration !== trace.iteration, entry = said.index?.length ? html` at <span class="num">[${said.index.join(", ")}]</span>` : "";
  return html`<div class="first-wrong" role="status" data-wrong=${event} data-wrong-iteration=${iteration}>
    <p><b>${titleOf(name)}:</b> ${next ? html`this step still follows from the rules; the next one does not, and ` : ""}the first wrong number comes at step ${count(event + 1)}${next ? html` of training step ${count(iteration)}` : ""}: ${whatOf(trace, trace.events[event], said.field ?? "")}.</p>
    <p>There stands <${Number} name="stands" wire=${said.stands} />${entry}. By the rules it is <${Number} name="follows" wire=${said.follows} />.</p>
    <p><button type="button" class="pill on" data-command="go-to-wrong" onClick=${() => goToEvent(iteration, event)}>Go to step ${count(event + 1)}${next ? html` of training step ${count(iteration)}` : ""}</button></p></div>`;
}

/** @param {{name: string, wire: import("../types").WireNumber | null | undefined}} props */
function Number({ name, wire }) {
  const number = fromWire(wire);
  return html`<b class="num" data-number=${name} data-exact=${exact(number)}>${format(number)}</b>`;
}

/** How weights begin cannot be changed under way, so it is a session of its own. @param {{spec: object, refuse: (why: string) => void}} props */
function Zeros({ spec, refuse }) {
  const open = () => {
    const { title, summary } = /** @type {import("../types").Session} */ (store.session.peek());
    part.value = "verdict";
    return actions.open(async () => ({ ...(await createSession({ spec })), title: `${title}, begun with zeros`, summary }), { iteration: 0, cursor: 0 }).then(() => { store.dialog.value = "doctor"; });
  };
  const twin = async () => {
    const twins = await import("../twins.js").catch(() => actions.lost());
    if (twins) refuse((await twins.twinBySpec(spec, "All weights begin as 0.")) ?? "");
  };
  return html`<li class="zeros"><p><b>All weights begin as 0</b><span>Every unit of a layer then computes the same and gets the same gradient: the layer is one unit, and stays one. The doctor names the symmetry.</span></p>
    <button type="button" class="pill" data-command="open-zeros" onClick=${open}>Open it<span class="unseen">: all weights begin as 0</span></button>
    <button type="button" class="pill" data-command="twin-zeros" onClick=${twin}>Try it in a twin<span class="unseen">: all weights begin as 0</span></button></li>`;
}
