// Formulas. KaTeX is loaded after the first picture stands; until then the place is kept free.

import { html, signal, useEffect, useRef } from "../../vendor/vendor.js";

/** @type {{value: any}} */
const katex = signal(null);

export async function loadMath() {
  katex.value ??= (await import("../../vendor/katex.js")).default;
}

const SMALLEST = 0.72;

// Colours of a formula come from the style sheet, so only this one command is trusted.
const OPTIONS = {
  throwOnError: false, displayMode: true, strict: false,
  trust: (/** @type {{command: string}} */ { command }) => command === "\\htmlClass",
};

/** @param {{tex: string}} props */
export function Formula({ tex }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const library = katex.value;
  useEffect(() => {
    if (!library || !place.current) return;
    withoutStyleText(() => library.render(tex, place.current, OPTIONS));
    fitInto(place.current);
    void document.fonts.ready.then(() => place.current && fitInto(place.current));
  }, [tex, library]);
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

/** One line if it stays legible, smaller where it must; only then it breaks. @param {HTMLElement} place */
function fitInto(place) {
  place.classList.remove("broken");
  place.style.fontSize = "";
  const share = place.clientWidth / Math.max(1, place.scrollWidth);
  if (share >= SMALLEST) place.style.fontSize = share < 1 ? `${Math.floor(share * 98)}%` : "";
  else place.classList.add("broken");
}
