// Pan and zoom. The picture stays fitted until somebody moves it.

import { select, zoom, zoomIdentity } from "../../vendor/vendor.js";

const MARGIN = { top: 64, right: 6, bottom: 56, left: 6 };
/** A graph that would be smaller than `whole` is shown from its beginning instead, and followed, at a size between `least` and `most`. */
const DESK = { largest: 1.35, whole: 0.5, least: 0.62, most: 1.15 };
/** At this size the smallest text of a card is 24 px high, on a screen of 1080. */
const LEGIBLE = 1.78, SCREEN = 1080;
const QUICK = 260;
const SMALLEST = 0.05, LARGEST = 6;
/** So much of the graph a link leaves on the stage, in pixels. */
const SEEN = 60;

/** @typedef {import("../types").Box} Box */
/** @typedef {import("../types").Point} Point */
/** @typedef {import("../types").Sight} Sight */
/** @typedef {{k: number, x: number, y: number}} Transform */

/**
 * @param {SVGSVGElement} svg @param {(transform: Transform) => void} moved
 */
export function makeCamera(svg, moved) {
  let byHand = false;
  let sizes = DESK, screen = 0;
  /** @type {{width: number, height: number}} */
  let world = { width: 1, height: 1 };
  let flight = 0;
  /** Where the flight ends. @type {Transform | null} */
  let goal = null;
  /** @type {any} */
  const behaviour = zoom().scaleExtent([SMALLEST, LARGEST]).filter(wanted).on("zoom", (event) => {
    if (event.sourceEvent) byHand = true;
    moved(event.transform);
  });
  const surface = select(svg).call(behaviour).on("dblclick.zoom", null);

  /** @param {Transform} to @param {boolean} quick without travel */
  const fly = (to, quick) => {
    cancelAnimationFrame(flight);
    const from = now();
    goal = to;
    const began = performance.now();
    /** @param {number} time */
    const tick = (time) => {
      const t = quick ? 1 : Math.min(1, Math.max(0, (time - began) / QUICK));
      const e = 1 - (1 - t) ** 3;
      const at = { k: from.k + (to.k - from.k) * e, x: from.x + (to.x - from.x) * e, y: from.y + (to.y - from.y) * e };
      surface.call(behaviour.transform, zoomIdentity.translate(at.x, at.y).scale(at.k));
      if (t < 1) flight = requestAnimationFrame(tick);
      else goal = null;
    };
    tick(began);
  };

  /** @returns {Transform} */
  const now = () => /** @type {any} */ (svg).__zoom ?? zoomIdentity;

  /** As the host was told last: to ask the page for it would have it laid out in the middle of a task. */
  let lastRoom = { clientWidth: 0, clientHeight: 0 };
  const measure = () => {
    const { clientWidth, clientHeight } = /** @type {Element} */ (svg.parentElement);
    return lastRoom = { clientWidth, clientHeight };
  };

  const room = () => (lastRoom.clientWidth ? lastRoom : measure());

  const fitted = () => {
    const { clientWidth, clientHeight } = room();
    const wide = clientWidth - MARGIN.left - MARGIN.right, tall = clientHeight - MARGIN.top - MARGIN.bottom;
    const k = Math.max(SMALLEST, Math.min(sizes.largest, wide / world.width, tall / world.height));
    return { k, x: MARGIN.left + (wide - world.width * k) / 2, y: MARGIN.top + (tall - world.height * k) / 2 };
  };

  /** @param {boolean} [quick] */
  const fit = (quick = false) => {
    byHand = false;
    fly(fitted(), quick);
  };

  /** @param {boolean} quick */
  const begin = (quick) => {
    if (fitted().k >= sizes.whole) return fit(quick);
    const tall = room().clientHeight - MARGIN.top - MARGIN.bottom;
    const k = Math.max(sizes.least, Math.min(sizes.most, tall / world.height));
    fly({ k, x: MARGIN.left, y: Math.max(MARGIN.top, MARGIN.top + (tall - world.height * k) / 2) }, quick);
  };

  /** The graph never leaves the stage. @param {Sight} sight */
  const see = ({ k, x, y }) => {
    const { clientWidth: w, clientHeight: h } = room(), size = Math.min(LARGEST, Math.max(SMALLEST, k));
    const within = (/** @type {number} */ at, /** @type {number} */ whole, /** @type {number} */ screen) => {
      const beyond = Math.max(0, screen / 2 - SEEN) / size;
      return Math.min(whole + beyond, Math.max(-beyond, at));
    };
    byHand = true;
    fly({ k: size, x: w / 2 - within(x, world.width, w) * size, y: h / 2 - within(y, world.height, h) * size }, true);
  };

  return {
    fit, now,
    /** Another graph: what was zoomed into is gone. @param {{width: number, height: number}} size @param {Sight | null} sight what of it is seen; null is its beginning */
    open(size, sight) {
      byHand = false;
      world = size;
      if (sight) see(sight);
      else begin(true);
    },
    see,
    /** How large, and what stands in the middle; null where all is seen. @returns {Sight | null} */
    sight() {
      const { clientWidth: w, clientHeight: h } = room(), { k, x, y } = now(), whole = fitted();
      if (Math.abs(k / whole.k - 1) < 1e-3 && Math.hypot(x - whole.x, y - whole.y) < 1) return null;
      return { k, x: (w / 2 - x) / k, y: (h / 2 - y) / k };
    },
    /** The same graph in another arrangement. Where a place of it is kept, that stays where it is on the screen, and as large. @param {{width: number, height: number}} size @param {boolean} quick @param {{from: Point, to: Point} | null} kept before, and now */
    rearranged(size, quick, kept) {
      world = size;
      const { k, x, y } = goal ?? now();
      if (kept) fly({ k, x: x + (kept.from[0] - kept.to[0]) * k, y: y + (kept.from[1] - kept.to[1]) * k }, quick);
      else if (!byHand && fitted().k >= sizes.whole) fit(quick);
    },
    /** From the last row of a lecture hall cards must be legible, so fewer are seen. @param {boolean} on */
    present(on) {
      screen = innerHeight;
      const k = LEGIBLE * Math.min(1, innerHeight / SCREEN);
      measure();
      sizes = on ? { largest: 1.5 * k, whole: k, least: k, most: k } : DESK;
      begin(true);
    },
    /** Whether letters are sized for another screen than this: it was filled since, or left. */
    outgrown: () => innerHeight !== screen,
    resized() {
      measure();
      if (!byHand && fitted().k >= sizes.whole) fit(true);
    },
    /** @param {number} factor */
    by(factor) {
      byHand = true;
      const { clientWidth: w, clientHeight: h } = room();
      const { k, x, y } = now();
      const next = Math.min(LARGEST, Math.max(SMALLEST, k * factor));
      fly({ k: next, x: w / 2 - (w / 2 - x) * (next / k), y: h / 2 - (h / 2 - y) * (next / k) }, false);
    },
    /** What must be seen, and not behind the legend: where it is not, it comes to the middle. The first of the boxes that there is room for, else the last. @param {Box[]} boxes at least one @param {boolean} quick */
    reveal(boxes, quick) {
      const { clientWidth: w, clientHeight } = room(), h = clientHeight - MARGIN.bottom;
      const { k, x, y } = now();
      const box = /** @type {Box} */ (boxes.find(({ width, height }) => width * k <= w && height * k <= h) ?? boxes.at(-1));
      const dx = shift(box.x * k + x, (box.x + box.width) * k + x, w);
      const dy = shift(box.y * k + y, (box.y + box.height) * k + y, h);
      if (dx || dy) fly({ k, x: x + dx, y: y + dy }, quick);
    },
  };
}

/** @param {number} low @param {number} high @param {number} room */
function shift(low, high, room) {
  if (low >= 0 && high <= room) return 0;
  return high - low > room ? -low : (room - low - high) / 2;
}

/** Wheel and drag, but not the right button. @param {any} event */
function wanted(event) {
  return !event.button && (!event.ctrlKey || event.type === "wheel");
}
