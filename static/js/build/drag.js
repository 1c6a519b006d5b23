// A row taken at its grip and dragged to another place: it goes with the pointer, the others make room, and nothing is
// changed until it is let go.

import { batch, signal } from "../../vendor/vendor.js";

/** Where the row came from, where it would be put, how far it has been dragged, and the room it takes, in pixels. @typedef {{from: number, to: number, by: number, room: number}} Drag */

/** So near to the border the rows are scrolled, so far in each frame. */
const BORDER = 36, PACE = 7;

export const drag = signal(/** @type {Drag | null} */ (null));

/** How far a row stands from its place while another, or it, is dragged. @param {number} place @param {Drag | null} now */
export function shifted(place, now) {
  if (!now) return 0;
  const { from, to, by, room } = now;
  if (place === from) return by;
  return place > from && place <= to ? -room : place < from && place >= to ? room : 0;
}

/** The place of a row whose middle is at `middle`: behind every row whose own middle it has passed. @param {{top: number, height: number}[]} boxes @param {number} from @param {number} middle */
export const placeAt = (boxes, from, middle) => boxes.filter(({ top, height }, k) => k !== from && top + height / 2 < middle).length;

/** @param {PointerEvent} event at the grip @param {Element[]} rows all that change places @param {number} from @param {(to: number) => void} drop */
export function begin(event, rows, from, drop) {
  if (event.button || drag.peek()) return;
  event.preventDefault();
  const grip = /** @type {Element} */ (event.currentTarget), pane = /** @type {Element} */ (grip.closest(".forms")), ending = new AbortController(), { signal } = ending;
  const boxes = rows.map((row) => row.getBoundingClientRect()), room = boxes[from].height + (boxes[1].top - boxes[0].bottom), middle = boxes[from].top + boxes[from].height / 2;
  const scrolled = pane.scrollTop, begun = event.clientY;
  let y = begun;
  const follow = () => {
    const by = y - begun + pane.scrollTop - scrolled;
    drag.value = { from, to: placeAt(boxes, from, middle + by), by, room };
  };
  const scroll = () => {
    if (signal.aborted) return;
    const { top, bottom } = pane.getBoundingClientRect();
    pane.scrollTop += y < top + BORDER ? -PACE : y > bottom - BORDER ? PACE : 0;
    follow();
    requestAnimationFrame(scroll);
  };
  /** @param {boolean} drops */
  const end = (drops) => {
    const to = drag.peek()?.to ?? from;
    ending.abort();
    batch(() => {
      drag.value = null;
      if (drops && to !== from) drop(to);
    });
  };
  grip.setPointerCapture(event.pointerId);
  grip.addEventListener("pointermove", (moved) => { y = /** @type {PointerEvent} */ (moved).clientY; follow(); }, { signal });
  grip.addEventListener("pointerup", () => end(true), { signal });
  grip.addEventListener("pointercancel", () => end(false), { signal });
  addEventListener("keydown", (pressed) => {
    if (pressed.key !== "Escape") return;
    pressed.preventDefault();
    pressed.stopPropagation();
    end(false);
  }, { signal, capture: true });
  follow();
  requestAnimationFrame(scroll);
}
