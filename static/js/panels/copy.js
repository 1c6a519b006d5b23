// A tensor as NumPy text: whole where one answer carries it, else the slice on screen.

import { html, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api.js";
import { exact } from "../model/format.js";
import { sizeOf } from "../model/numbers.js";
import { numpyText, sliceText, windowText } from "../model/window.js";
import * as store from "../store.js";

/** As many numbers as one answer of the service carries. */
const MOST = 4096;

/** @param {{node: import("../types").GraphNode, which: "value" | "gradient", iteration: number, cursor: number, place: import("../model/window.js").Place, dtype: string}} props */
export function Copy({ node, which, iteration, cursor, place, dtype }) {
  const whole = sizeOf(node.shape) <= MOST, slice = whole ? "" : sliceText(node.shape, place);
  const [done, setDone] = useState(/** @type {null | {of: string, text: string, copied: boolean}} */ (null));
  const of = `${cursor} ${slice}`;
  const copy = async () => {
    try {
      const window = whole ? undefined : windowText(node.shape, place);
      const { data } = await api.tensor(store.session.peek()?.id ?? "", node.id, which, { iteration, cursor, window });
      const text = numpyText(/** @type {import("../model/window.js").Nested} */ (data), dtype);
      setDone({ of, text, copied: await navigator.clipboard.writeText(text).then(() => true, () => false) });
    } catch (error) {
      actions.fail(error);
    }
  };
  return html`<div class="copy"><button type="button" class="small-button" data-command="copy-numpy" onClick=${copy}>Copy ${whole ? "" : "this slice "}as NumPy</button>
    ${done?.of === of && html`<span role="status">${done.copied ? "Copied." : "Take it from here:"}</span>
      <textarea readonly aria-label="NumPy text" rows="2">${done.text}</textarea>`}</div>`;
}

/** A number that stands alone. @param {{number: number, dtype: string}} props */
export function CopyOne({ number, dtype }) {
  const [said, setSaid] = useState("");
  const text = numpyText(Number.isFinite(number) ? number : exact(number), dtype);
  const copy = async () => setSaid(await navigator.clipboard.writeText(text).then(() => "Copied.", () => text));
  return html`<span class="copy-one"><button type="button" class="small-button" data-command="copy-numpy" onClick=${copy}>Copy as NumPy</button> <span role="status">${said}</span></span>`;
}
