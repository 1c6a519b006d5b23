// An animated picture of a training step: the stage walks through it, is drawn at every stop, and stands then where it stood.

import { batch } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as store from "../store.js";
import { drawingOf, painted } from "./picture.js";

/** So many pictures at most, so wide at most. */
export const MOST = 120;
const WIDEST = 960;
/** How long each is shown, in ms; the last one longer. */
const SHOWN = 900, LAST = 3000;
/** Numbers of a large step come a moment after the picture. */
const LATE = 250;

/** @param {number[]} places cursors @param {(drawn: number) => void} drawn @param {AbortSignal} signal @returns {Promise<Blob | null>} null where it was given up */
export async function film(places, drawn, signal) {
  const { iteration, cursor, reducedMotion } = store, before = [iteration.peek(), cursor.peek()], quick = reducedMotion.peek(), encoder = startEncoder();
  batch(() => { store.playing.value = false; store.filming.value = true; reducedMotion.value = true; });
  try {
    for (const [k, place] of places.entries()) {
      await actions.stand(before[0], place);
      await still();
      if (signal.aborted) return null;
      await encoder.add(await frame(), k + 1 < places.length ? SHOWN : LAST);
      drawn(k + 1);
    }
    return new Blob([await encoder.end()], { type: "image/gif" });
  } finally {
    encoder.close();
    await actions.stand(before[0], before[1]);
    batch(() => { reducedMotion.value = quick; store.filming.value = false; });
  }
}

async function frame() {
  const drawing = drawingOf(store.view.peek());
  if (!drawing) throw new Error("no drawing is looked at");
  const canvas = await painted(drawing, Math.min(1, WIDEST / drawing.clientWidth));
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height);
}

/** The drawing shows the step, with all its numbers. */
async function still() {
  const seen = store.arrivals.peek();
  await new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); setTimeout(done, LATE); });
  if (!seen) return;
  await new Promise((done) => setTimeout(done, LATE));
  if (store.arrivals.peek() !== seen) await still();
}

/** Encodes in a worker: what is asked of it comes one after the other. */
function startEncoder() {
  const worker = new Worker(new URL("./gif-worker.js", import.meta.url), { type: "module" });
  /** @param {import("./gif-worker.js").Asked} asked @param {Transferable[]} [moved] @returns {Promise<any>} */
  const ask = (asked, moved = []) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message || "the encoder could not be started"));
    worker.postMessage(asked, moved);
  });
  return {
    /** @param {ImageData} image @param {number} delay */
    add: ({ data: { buffer }, width, height }, delay) => ask({ rgba: /** @type {ArrayBuffer} */ (buffer), width, height, delay }, [buffer]),
    /** @returns {Promise<Uint8Array<ArrayBuffer>>} */
    end: () => ask("end"),
    close: () => worker.terminate(),
  };
}
