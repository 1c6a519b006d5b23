// Makes an animated picture of frames, one after the other, while the page goes on.

import { GIFEncoder, applyPalette, quantize } from "../../vendor/gifenc.js";

/** @typedef {{rgba: ArrayBuffer, width: number, height: number, delay: number} | "end"} Asked a frame, shown for `delay` ms */

const COLOURS = 256;
const encoder = GIFEncoder();

addEventListener("message", (/** @type {MessageEvent<Asked>} */ { data: asked }) => {
  if (asked === "end") {
    encoder.finish();
    return postMessage(encoder.bytes());
  }
  const pixels = new Uint8ClampedArray(asked.rgba), palette = quantize(pixels, COLOURS);
  encoder.writeFrame(applyPalette(pixels, palette), asked.width, asked.height, { palette, delay: asked.delay });
  postMessage(null);
});
