// A small heat map in a line of text.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import { PALETTES, heatPixels } from "../model/scale.js";
import { gridOf, gridSize } from "../model/grid.js";
import { shownAt } from "../model/trace.js";
import * as store from "../store.js";

/** @param {{trace: import("../types").Trace, place: import("../types").Ref}} props */
export function Thumbnail({ trace, place }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const shown = shownAt(trace, place), grid = shown && gridOf(shown, place.shape);
  const [rows, columns] = grid ? [grid.rows, grid.columns] : gridSize(place.shape);
  const dark = store.dark.value;
  void store.arrivals.value;
  useEffect(() => {
    if (!grid) return;
    const pixels = heatPixels(grid, dark ? PALETTES.dark : PALETTES.light);
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  }, [trace, place.offset, dark, shown !== null]);
  const style = { width: `${Math.min(92, Math.max(16, columns * 6))}px`, height: `${Math.min(28, Math.max(12, rows * 6))}px` };
  return html`<canvas class="thumbnail" ref=${canvas} width=${columns} height=${rows} style=${style} aria-hidden="true"></canvas>`;
}
