// Where a number was made: from the number to its event, and back again.

import { html, signal } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { makerOf } from "../model/origin.js";
import * as store from "../store.js";

/** Where the person came from. @type {{value: {trace: import("../types").Trace, cursor: number} | null}} */
const before = signal(null);

/** @param {number} event */
function jump(event) {
  before.value = { trace: /** @type {import("../types").Trace} */ (store.trace.value), cursor: store.cursor.value };
  actions.takeOver();
  actions.play(false);
  actions.seek(event + 1);
}

function goBack() {
  const { value: place } = before;
  before.value = null;
  if (place) actions.seek(place.cursor);
}

/** A number that another event made is a button to it. @param {{place: import("../types").Ref | null, name: string, children?: any}} props */
export function Made({ place, name, children }) {
  const { trace, cursor } = store, made = trace.value && place ? makerOf(trace.value, place.offset) : null;
  if (made === null || made >= cursor.value - 1) return children;
  return html`<button type="button" class="made" data-command="origin" data-event=${made} title="${name} was made at step ${made + 1}: go there" onClick=${() => jump(made)}>${children}</button>`;
}

/** In words, for a number that stands alone. @param {{place: import("../types").Ref | null, says: string}} props */
export function MadeAt({ place, says }) {
  const { trace } = store, made = trace.value && place ? makerOf(trace.value, place.offset) : null;
  if (made === null || made === store.cursor.value - 1) return null;
  return html`<button type="button" class="link" data-command="origin" data-event=${made} onClick=${() => jump(made)}>${says} step ${made + 1}</button>`;
}

/** The way back, as long as the same training step is on screen. */
export function Return() {
  const { value: place } = before;
  if (!place || place.trace !== store.trace.value || place.cursor === store.cursor.value) return null;
  return html`<button type="button" class="link back" data-command="return" onClick=${goBack}>← back to step ${place.cursor}</button>`;
}
