// One entry moved a little in a copy: what the gradient predicts, beside what really happens to the loss.

import { html, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api.js";
import { exact, format, fromWire } from "../model/format.js";
import * as store from "../store.js";

const FIRST = "0.01";

/** @typedef {import("../generated/api").Nudge} Nudged */

/** @param {{trace: import("../types").Trace, node: import("../types").GraphNode, entry: number[]}} props */
export function NudgeIt({ trace, node, entry }) {
  const [by, setBy] = useState(FIRST);
  const [found, setFound] = useState(/** @type {Nudged | null} */ (null));
  const wanted = Number(by.replace("−", "-")), usable = by.trim() !== "" && Number.isFinite(wanted);
  /** @param {Event} event */
  const ask = async (event) => {
    event.preventDefault();
    if (!usable) return;
    try {
      setFound(await api.nudge(store.session.peek()?.id ?? "", { set: String(node.id), index: entry, by: wanted }, trace.iteration));
    } catch (error) {
      actions.fail(error);
    }
  };
  return html`<details class="nudge"><summary>Nudge it</summary>
    <form onSubmit=${ask}><label>by <input name="by" inputmode="decimal" value=${by} aria-invalid=${!usable} onInput=${(/** @type {Event} */ event) => setBy(/** @type {HTMLInputElement} */ (event.currentTarget).value)} /></label>
      <button type="submit" class="small-button" data-command="nudge" disabled=${!usable}>nudge it</button></form>
    ${found && html`<${Result} nudged=${found} />`}</details>`;
}

/** @param {{nudged: Nudged}} props */
function Result({ nudged }) {
  const { value, nudged: moved, loss, nudged_loss, predicted, change, second_order, remainder } = nudged;
  return html`<div aria-live="polite"><p>From ${number(value)} to ${number(moved)}, the loss goes from ${number(loss)} to ${number(nudged_loss)}.</p>
    <table><tbody>
      <${Row} says="predicted: gradient · ${number(nudged.by)}" name="predicted" wire=${predicted} />
      <${Row} says="true change" name="change" wire=${change} />
      <${Row} says="second order: half the curvature · ${number(nudged.by)}²" name="second_order" wire=${second_order} />
      <${Row} says="what is left" name="remainder" wire=${remainder} />
    </tbody></table>${predicted === null && html`<p class="note">No gradient is asked for here, so there is no prediction.</p>`}</div>`;
}

/** @param {{says: string, name: string, wire: import("../types").WireNumber | null}} props */
function Row({ says, name, wire }) {
  if (wire === null) return null;
  return html`<tr><th scope="row">${says}</th><td data-nudge=${name} data-exact=${exact(fromWire(wire))}>${number(wire)}</td></tr>`;
}

/** @param {import("../types").WireNumber} wire */
const number = (wire) => format(fromWire(wire));
