// Whether every number of the training step on screen follows from the ones before it: computed again by the service, bit by bit.

import { html, useState } from "../../vendor/vendor.js";
import * as api from "../api.js";
import * as actions from "../actions.js";
import { format, fromWire } from "../model/format.js";
import * as store from "../store.js";

/** @typedef {import("../generated/api").Verification} Verification */

/** @param {{trace: import("../types").Trace}} props */
export function Verify({ trace }) {
  const [asked, setAsked] = useState(/** @type {null | {trace: object, found: Verification | null}} */ (null));
  const found = asked?.trace === trace ? asked.found : undefined;
  const ask = async () => {
    setAsked({ trace, found: null });
    try {
      setAsked({ trace, found: await api.verify(store.session.peek()?.id ?? "", trace.iteration) });
    } catch (error) {
      setAsked(null);
      actions.fail(error);
    }
  };
  return html`<p class="verify" aria-live="polite">${found
    ? html`<span class=${found.passed ? "passed" : "failed"}>${found.passed ? "✓ Every number here follows: checked." : `✗ Step ${(found.event ?? 0) + 1} does not follow: ${found.detail}; there stands ${format(fromWire(found.stands))}, by the rules it is ${format(fromWire(found.follows))}`}</span>`
    : html`<button type="button" class="link" data-command="verify" disabled=${found === null} onClick=${ask}>${found === null ? "Computing all of it again…" : "Check that every number follows"}</button>`}</p>`;
}
