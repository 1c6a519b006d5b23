// Formulas. KaTeX is loaded after the first picture stands; until then the place is kept free.

import { html, signal, useEffect, useRef } from "../../vendor/vendor.js";
import * as store from "../store.js";

/** @type {{value: any}} */
const katex = signal(null);

/** Never fails: where it cannot be had now, the next formula asks again. */
export async function loadMath() {
  style ??= loadStyle();
  const [found] = await Promise.all([import("../../vendor/katex.js").catch(() => null), style]);
  katex.value ??= found?.default ?? null;
}

/** @type {Promise<unknown> | null} */
let style = null;

/** Before the page's own sheets, which say more. */
function loadStyle() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("../../vendor/katex.css", import.meta.url).href;
  document.head.prepend(link);
  return new Promise((done) => { link.onload = link.onerror = done; });
}

const SMALLEST = 0.72;

// Colours of a formula come from the style sheet, so only this one command is trusted.
const OPTIONS = {
  throwOnError: false, displayMode: true, strict: false,
  trust: (/** @type {{command: string}} */ { command }) => command === "\\htmlClass",
};

/** Formulas wait until the step stands on screen; whoever scrubs sees them where the pointer rests. */
const REST = 40;
/** One task draws formulas for so long; the next one follows a frame later. */
const SLICE = 4, FRAME = 16;
/** Formulas to be drawn. @type {Map<HTMLElement, string>} */
const waiting = new Map();
let timer = 0;

/** @param {HTMLElement} place @param {string} tex */
function drawLater(place, tex) {
  waiting.set(place, tex);
  clearTimeout(timer);
  timer = setTimeout(drawSome, REST);
}

/** All are drawn before one is measured: measuring lays the page out. */
function drawSome() {
  const library = katex.value, end = performance.now() + SLICE;
  /** @type {HTMLElement[]} */
  const drawn = [];
  for (const [place, tex] of waiting) {
    waiting.delete(place);
    withoutStyleText(() => library.render(tex, place, OPTIONS));
    drawn.push(place);
    if (performance.now() > end) break;
  }
  fitAll(drawn);
  if (document.fonts.status !== "loaded") void document.fonts.ready.then(() => fitAll(drawn));
  if (waiting.size) timer = setTimeout(drawSome, FRAME);
}

/** A panel that got wider or narrower fits otherwise, one that only got higher does not. @type {WeakMap<Element, number>} */
const widths = new WeakMap();
const observer = new ResizeObserver((entries) => {
  const changed = entries.filter(({ target, contentRect }) => widths.get(target) !== contentRect.width);
  for (const { target, contentRect } of changed) widths.set(target, contentRect.width);
  fitAll(changed.map(({ target }) => /** @type {HTMLElement} */ (target)));
});

/** @param {{tex: string}} props */
export function Formula({ tex }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const library = katex.value;
  useEffect(() => {
    const { current } = place;
    if (!library) void loadMath();
    if (!library || !current) return;
    drawLater(current, tex);
    observer.observe(current);
    return () => { waiting.delete(current); observer.unobserve(current); };
  }, [tex, library, store.present.value]); // larger letters fit otherwise
  return html`<div class="formula" ref=${place}></div>`;
}

/** KaTeX gives tall brackets their width as style text, which the page's policy forbids; as a style object it is allowed. @param {() => void} draw */
function withoutStyleText(draw) {
  const { setAttribute } = Element.prototype;
  SVGElement.prototype.setAttribute = function (/** @type {string} */ name, /** @type {string} */ value) {
    if (name === "style") this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
  try {
    draw();
  } finally {
    Reflect.deleteProperty(SVGElement.prototype, "setAttribute");
  }
}

/** One line if it stays legible, smaller where it must; only then it breaks. @param {HTMLElement[]} places */
function fitAll(places) {
  for (const place of places) {
    place.classList.remove("broken");
    place.removeAttribute("tabindex");
    place.style.fontSize = "";
  }
  const shares = places.map((place) => place.clientWidth / Math.max(1, place.scrollWidth));
  places.forEach((place, i) => {
    if (shares[i] >= SMALLEST) place.style.fontSize = shares[i] < 1 ? `${Math.floor(shares[i] * 98)}%` : "";
    else place.classList.add("broken");
  });
  places.forEach((place, i) => { // a fraction breaks nowhere; brackets do not shrink evenly
    if (shares[i] >= 1 || place.scrollWidth <= place.clientWidth) return;
    if (shares[i] < SMALLEST) place.style.fontSize = `${Math.floor(Math.max(SMALLEST, place.clientWidth / place.scrollWidth) * 98)}%`;
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0; // what is wider still is scrolled by keyboard too
  });
}
