// A small heat map in a line of text.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import { PALETTES, heatPixels } from "../model/scale.js";
import { arrayAt, rowsAndColumns } from "../model/trace.js";
import * as store from "../store.js";

/** @param {{trace: import("../types").Trace, place: import("../types").Ref}} props */
export function Thumbnail({ trace, place }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [rows, columns] = rowsAndColumns(place.shape);
  const dark = store.dark.value;
  useEffect(() => {
    const pixels = heatPixels(arrayAt(trace, place), dark ? PALETTES.dark : PALETTES.light);
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  }, [trace, place.offset, dark]);
  const style = { width: `${Math.min(92, Math.max(16, columns * 6))}px`, height: `${Math.min(28, Math.max(12, rows * 6))}px` };
  return html`<canvas class="thumbnail" ref=${canvas} width=${columns} height=${rows} style=${style} aria-hidden="true"></canvas>`;
}
