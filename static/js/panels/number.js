// A few numbers as text, many as a small picture, exact in `data-exact`.

import { html } from "../../vendor/vendor.js";
import { exact, format, list, remark, shapeText } from "../model/format.js";
import { arrayAt, scalarAt, shownAt, sizeOf } from "../model/trace.js";
import * as store from "../store.js";
import { Thumbnail } from "./thumbnail.js";

/** This many numbers still read as a line. */
const FEW = 3;

/** @param {{trace: import("../types").Trace, place: import("../types").Ref}} props */
export function Number({ trace, place }) {
  void store.arrivals.value;
  if (place.shape.length === 0) {
    const number = scalarAt(trace, place);
    return html`<span class="number" data-offset=${place.offset} data-exact=${number === undefined ? undefined : exact(number)}>${format(number)}</span>`;
  }
  const few = sizeOf(place.shape) <= FEW && arrayAt(trace, place);
  if (few) return html`<span class="number" data-offset=${place.offset} data-exact=${JSON.stringify(Array.from(few, exact))}>${list(few)}</span>`;
  const shown = shownAt(trace, place), said = shown && remark(shown.numbers);
  return html`<span class="number" data-offset=${place.offset} data-shape=${JSON.stringify(place.shape)}><small>${shapeText(place.shape)}</small> ${said && html`<b>${said}</b> `}<${Thumbnail} trace=${trace} place=${place} /></span>`;
}
