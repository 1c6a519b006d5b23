// What is told of a step (sentence, formulas, listing, spoken text) follows its picture where steps pass too quickly to be
// read: while the timeline is drawn along and while the page plays. Otherwise both change together.

import { effect } from "../../vendor/vendor.js";
import * as store from "../store.js";

/** Drawn along, a step is told where the pointer rests. Playing, two frames after its picture. */
const REST = 90, BEHIND = 34;

export function tellInTime() {
  let timer = 0;
  effect(() => {
    const cursor = store.cursor.value;
    clearTimeout(timer);
    if (!store.scrubbing.value && !store.playing.value && !store.filming.value) return void (store.held.value = null);
    if (store.held.peek() === null) store.held.value = cursor;
    if (!store.filming.value) timer = setTimeout(() => { store.held.value = cursor; }, store.scrubbing.value ? REST : BEHIND);
  });
}
