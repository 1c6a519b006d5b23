// The clock of play: it only moves the cursor.

import { effect } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as store from "../store.js";

const BEAT = 1500;
const TOUR_BEAT = 2600;

export function runClock() {
  effect(() => {
    if (!store.playing.value || !store.trace.value) return;
    const position = store.cursor.value;
    const beat = (store.touring.value ? TOUR_BEAT : BEAT) / store.speed.value;
    const timer = setTimeout(() => (atTheEnd(position) ? actions.play(false) : actions.forward()), beat);
    return () => clearTimeout(timer);
  });
  effect(() => {
    if (store.length.value && store.cursor.value > store.length.value * 0.6) actions.prefetch();
  });
}

/** @param {number} position */
function atTheEnd(position) {
  return position >= store.length.value && !store.trains.value;
}
