// The stage as a picture of its own: every mark with the colours, letters and place that it has on the page now.

import { fontFaces } from "./fonts.js";
import { lettersOf, write } from "./letters.js";

/** What a mark has from what it stands in, unless it says otherwise. */
const INHERITED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "paint-order",
  "font-family", "font-size", "font-weight", "font-variant-ligatures", "letter-spacing", "text-anchor", "image-rendering", "visibility", "marker-start", "marker-end"];
/** What it has by itself, and what that is where nothing is said. */
const OWN = Object.entries({ opacity: "1", transform: "none", "transform-box": "view-box", "dominant-baseline": "auto", filter: "none" });

/** @typedef {{svg: string, width: number, height: number}} Picture */

/** The drawing that is looked at; null where the view draws none. @param {import("../types").View} view @returns {SVGSVGElement | null} */
export const drawingOf = (view) => (view === "graph" || view === "network" ? document.querySelector(view === "graph" ? "#stage > svg.stage:not(.network)" : "#network svg.network") : null);

/** Without its texts, or with them and the letters to write them with. @param {SVGSVGElement} drawing @param {string | null} faces @returns {Picture} */
function pictureOf(drawing, faces) {
  const { width, height } = drawing.getBoundingClientRect(), style = document.createElementNS(drawing.namespaceURI, "style");
  const copy = /** @type {SVGSVGElement} */ (copied(drawing, null, faces !== null)), ground = document.createElementNS(drawing.namespaceURI, "rect");
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) copy.setAttribute(name, String(value));
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: getComputedStyle(document.body).backgroundColor })) ground.setAttribute(name, value);
  style.textContent = faces;
  copy.removeAttribute("class");
  copy.prepend(style, ground);
  return { svg: new XMLSerializer().serializeToString(copy), width, height };
}

/** The drawing as a file. @param {SVGSVGElement} drawing @returns {Promise<string>} */
export const written = async (drawing) => pictureOf(drawing, await fontFaces()).svg;

/** The element and all that is seen in it, without the page's style sheets. @param {Element} element @param {CSSStyleDeclaration | null} around @param {boolean} texts @returns {Element | null} */
export function copied(element, around, texts) {
  const look = getComputedStyle(element);
  if (!texts && element.localName === "text") return null;
  if (look.display === "none" && !element.closest("defs")) return null;
  const copy = /** @type {SVGElement} */ (element.cloneNode(false));
  for (const name of ["style", "tabindex", "role", "aria-pressed", "transform"]) copy.removeAttribute(name);
  for (const name of INHERITED) if (around?.getPropertyValue(name) !== look.getPropertyValue(name)) copy.style.setProperty(name, look.getPropertyValue(name));
  for (const [name, usual] of around ? OWN : []) if (look.getPropertyValue(name) !== usual) copy.style.setProperty(name, look.getPropertyValue(name));
  if (look.transform !== "none" && around) copy.style.setProperty("transform-origin", look.transformOrigin);
  for (const child of element.childNodes) {
    const inside = child instanceof Element ? copied(child, look, texts) : child.cloneNode();
    if (inside) copy.append(inside);
  }
  return copy;
}

/**
 * The drawing in pixels, so many to each of the page's. What moves over it on a canvas stands there too. A picture in a
 * picture would bring its own letters late, so texts are written here, with the page's.
 *
 * @param {SVGSVGElement} drawing @param {number} scale @param {HTMLCanvasElement | null} [over] @returns {Promise<HTMLCanvasElement>}
 */
export async function painted(drawing, scale, over = null) {
  const { svg, width, height } = pictureOf(drawing, null), letters = lettersOf(drawing);
  const image = new Image(), canvas = document.createElement("canvas"), pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (over?.width) pen.drawImage(over, 0, 0, canvas.width, canvas.height);
  for (const text of letters) write(pen, text, scale);
  return canvas;
}
