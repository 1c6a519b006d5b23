// The mark of a class, beside its name: what its samples are drawn as.

import { html, useEffect, useRef } from "../vendor/vendor.js";
import { classColour, drawMark } from "./model/marks.js";
import * as store from "./store.js";

/** @param {{k: number}} props */
export function Mark({ k }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null)), dark = store.dark.value;
  useEffect(() => {
    const ink = canvas.current?.getContext("2d");
    if (!ink) return;
    ink.clearRect(0, 0, 28, 28);
    drawMark(ink, k, 14, 14, 9, classColour(k, dark), false);
  }, [k, dark]);
  return html`<canvas ref=${canvas} class="mark" width="28" height="28" aria-hidden="true"></canvas>`;
}
