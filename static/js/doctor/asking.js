// What is asked of the service when a part of the doctor opens, and again when another step is on screen.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { exact, exactText, format, fromWire } from "../model/format.js";
import * as store from "../store.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../types").WireNumber} WireNumber */

/** The answer for the step on screen, or the one before until it is here; null where there was none; or why there is none. @template T @param {Trace} trace @param {(id: string, iteration: number) => Promise<T>} ask @returns {{found: T | null, fresh: boolean, refused: string}} */
export function useAnswer(trace, ask) {
  const [told, setTold] = useState(/** @type {null | {trace: Trace, found: T | null, refused: string}} */ (null));
  useEffect(() => {
    let stale = false;
    const hear = (/** @type {T | null} */ found, /** @type {string} */ refused) => { if (!stale) setTold({ trace, found, refused }); };
    ask(store.session.peek()?.id ?? "", trace.iteration).then((found) => hear(found, ""), (error) => hear(null, actions.refusal(error)));
    return () => { stale = true; };
  }, [trace]);
  return { found: told?.found ?? null, fresh: told?.trace === trace, refused: told?.trace === trace ? told.refused : "" };
}

/** @param {{says: string, refused: string}} props */
export const Waiting = ({ says, refused }) => (refused ? html`<p class="trouble" role="alert">${refused}</p>` : html`<p class="note" role="status">${says}</p>`);

/** The number as it is read, and exactly; nothing where there is none. @param {{name: string, wire: WireNumber | null | undefined, marked?: boolean, children?: any}} props */
export function Cell({ name, wire, marked = false, children }) {
  if (wire === null || wire === undefined) return html`<td class="none">–</td>`;
  const number = fromWire(wire);
  return html`<td data-number=${name} data-exact=${exact(number)} title=${exactText(number)} class=${marked ? "decided" : ""}>${children}${format(number)}${marked && html`<span class="unseen">: this decided</span>`}</td>`;
}

/** The dialog makes room for the card. @param {number} node @param {"value" | "gradient"} which @param {number[] | null} [entry] */
export function showNode(node, which, entry = null) {
  store.dialog.value = null;
  actions.look("graph");
  actions.select({ node, which, entry });
  if (store.pointed.peek() === null) for (const seen of [node, null]) store.pointed.value = seen; // the camera goes there once
}

/** Where an event has just happened. @param {number} iteration @param {number} event */
export async function goToEvent(iteration, event) {
  store.dialog.value = null;
  actions.takeOver();
  actions.play(false);
  await actions.goTo(iteration, event + 1);
}
