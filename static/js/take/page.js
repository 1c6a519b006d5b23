// A view that is made of HTML, as a drawing: what is seen of it now, as rectangles, lines, pictures and texts in their places.

import { fontFaces } from "./fonts.js";
import { lettersOf, write } from "./letters.js";
import { copied } from "./picture.js";

const SVG = "http://www.w3.org/2000/svg";

/** A run of letters in one line; `clip`: what is seen of it. @typedef {{text: string, x: number, y: number, look: CSSStyleDeclaration, opacity: number, clip: DOMRect}} Words */
/** `letters`: the texts of drawings in the view, where those do not bring them. @typedef {{root: SVGSVGElement, words: Words[], letters: import("./letters.js").Letters[] | null, corner: DOMRect, pen: CanvasRenderingContext2D, stuck: Element[]}} Drawing `stuck`: what stays while the rest is scrolled under it: drawn last */

/** @param {string} name @param {Record<string, string | number>} [attributes] */
function make(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** What is seen of the view now, its texts apart. @param {HTMLElement} view @param {boolean} texts whether drawings in it bring theirs @returns {Drawing} */
function drawn(view, texts) {
  const box = view.getBoundingClientRect(), { width, height } = box, root = /** @type {SVGSVGElement} */ (make("svg", { width, height, viewBox: `0 0 ${width} ${height}` }));
  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  const drawing = { root, words: [], letters: texts ? null : [], corner: box, pen, stuck: [] };
  root.append(make("rect", { width, height, fill: getComputedStyle(document.body).backgroundColor }));
  element(drawing, view, root, box, 1);
  return drawing;
}

/** @param {DOMRect} a @param {DOMRect} b */
function shared(a, b) {
  const x = Math.max(a.left, b.left), y = Math.max(a.top, b.top);
  return new DOMRect(x, y, Math.max(0, Math.min(a.right, b.right) - x), Math.max(0, Math.min(a.bottom, b.bottom) - y));
}

/** @param {Drawing} drawing @param {Element} of @param {Element} into @param {DOMRect} clip @param {number} around opacity of what it stands in */
function element(drawing, of, into, clip, around) {
  const look = getComputedStyle(of), box = of.getBoundingClientRect(), opacity = around * Number(look.opacity);
  if (look.display === "none" || look.visibility !== "visible" || opacity === 0 || of.classList.contains("unseen")) return;
  const x = box.left - drawing.corner.x, y = box.top - drawing.corner.y, seen = shared(box, clip), cuts = look.overflowX !== "visible" || look.overflowY !== "visible";
  if (look.display !== "contents" && seen.width * seen.height > 0) ground(into, box, x, y, look, opacity);
  if (of instanceof SVGSVGElement) return void (seen.width && picture(drawing, of, into, box, opacity));
  if (of instanceof HTMLCanvasElement) return void (seen.width && of.width && into.append(make("image", { x, y, width: box.width, height: box.height, href: of.toDataURL(), opacity, "image-rendering": look.imageRendering, preserveAspectRatio: "none" })));
  if (of instanceof HTMLInputElement || of instanceof HTMLSelectElement) return field(drawing, of, look, box, seen, opacity);
  const inside = cuts ? seen : clip, group = cuts ? into.appendChild(cut(drawing, seen)) : into;
  if (cuts && inside.width * inside.height === 0) return;
  before(drawing, of, box, inside, opacity);
  const held = cuts ? drawing.stuck.splice(0) : [];
  for (const child of of.childNodes) {
    if (child instanceof Text) lines(drawing, child, look, inside, opacity);
    else if (child instanceof Element && getComputedStyle(child).position === "sticky") drawing.stuck.push(child);
    else if (child instanceof Element) element(drawing, child, group, inside, opacity);
  }
  if (!cuts) return;
  const stuck = drawing.stuck.splice(0, Infinity, ...held);
  stuck.forEach((child) => cover(drawing, child.getBoundingClientRect()));
  stuck.forEach((child) => element(drawing, child, group, inside, opacity));
}

/** What is scrolled under a box is seen below it alone. @param {Drawing} drawing @param {DOMRect} box */
function cover({ words }, { left, right, top, bottom }) {
  for (const word of words) {
    const { x, y, clip } = word, under = x >= left && x < right && y > top && y - parseFloat(word.look.fontSize) < bottom;
    if (under) word.clip = new DOMRect(clip.x, bottom, clip.width, Math.max(0, clip.bottom - bottom));
  }
}

/** @param {Drawing} drawing @param {DOMRect} seen */
function cut({ root, corner: { x, y } }, seen) {
  const id = `cut${root.querySelectorAll("clipPath").length}`, clip = root.appendChild(make("clipPath", { id }));
  clip.append(make("rect", { x: seen.left - x, y: seen.top - y, width: seen.width, height: seen.height }));
  return make("g", { "clip-path": `url(#${id})` });
}

/** What it stands on, and its borders. @param {Element} into @param {DOMRect} box @param {number} x @param {number} y @param {CSSStyleDeclaration} look @param {number} opacity */
function ground(into, { width, height }, x, y, look, opacity) {
  const sides = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]).map((side) => ({ width: look[`border${side}Style`] === "none" ? 0 : parseFloat(look[`border${side}Width`]), colour: look[`border${side}Color`], dashed: look[`border${side}Style`] === "dashed" }));
  const radius = Math.min(parseFloat(look.borderTopLeftRadius) || 0, width / 2, height / 2), one = sides.every((side) => side.width === sides[0].width && side.colour === sides[0].colour), stroke = one ? sides[0].width : 0;
  if (look.backgroundColor !== "rgba(0, 0, 0, 0)" || stroke) into.append(make("rect", { x: x + stroke / 2, y: y + stroke / 2, width: Math.max(0, width - stroke), height: Math.max(0, height - stroke), rx: radius, fill: look.backgroundColor, opacity, ...(stroke ? { stroke: sides[0].colour, "stroke-width": stroke, ...(sides[0].dashed ? { "stroke-dasharray": 4 } : {}) } : {}) }));
  const [, shade = "", bar = 0, under = 0] = /^(rgba?\([^)]*\)) (?:(\d+)px 0px 0px 0px inset|0px (\d+)px 0px 0px)$/.exec(look.boxShadow) ?? [];
  if (shade) into.append(make("rect", { x, y: under ? y + height : y, width: bar || width, height: under || height, fill: shade, opacity }));
  if (one) return;
  const ends = [[x, y, x + width, y], [x + width, y, x + width, y + height], [x, y + height, x + width, y + height], [x, y, x, y + height]];
  sides.forEach((side, k) => { if (side.width) into.append(make("line", { x1: ends[k][0], y1: ends[k][1], x2: ends[k][2], y2: ends[k][3], stroke: side.colour, "stroke-width": side.width, opacity })); });
}

/** A drawing in the view. @param {Drawing} drawing @param {SVGSVGElement} of @param {Element} into @param {DOMRect} box @param {number} opacity */
function picture({ letters, corner }, of, into, { left, top, width, height }, opacity) {
  const copy = /** @type {Element} */ (copied(of, null, letters === null)), x = left - corner.x, y = top - corner.y;
  letters?.push(...lettersOf(of).map((text) => ({ ...text, matrix: new DOMMatrix().translate(x, y).multiply(text.matrix) })));
  for (const [name, value] of Object.entries({ x, y, width, height, opacity })) copy.setAttribute(name, String(value));
  copy.removeAttribute("class");
  into.append(copy);
}

/** A heading that the style sheet puts beside it. @param {Drawing} drawing @param {Element} of @param {DOMRect} box @param {DOMRect} clip @param {number} opacity */
function before(drawing, of, box, clip, opacity) {
  const look = getComputedStyle(of, "::before"), said = /^attr\(([\w-]+)\)$/.exec(look.content)?.[1], text = said ? of.getAttribute(said) : /^"(.+)"$/.exec(look.content)?.[1];
  if (!text || look.position !== "absolute") return;
  const { ascent, descent } = metrics(drawing, look);
  drawing.words.push({ text, x: box.left + parseFloat(look.left), y: box.top + parseFloat(look.top) + (parseFloat(look.height) + ascent - descent) / 2, look, opacity, clip });
}

/** What is typed or chosen. @param {Drawing} drawing @param {HTMLInputElement | HTMLSelectElement} of @param {CSSStyleDeclaration} look @param {DOMRect} box @param {DOMRect} clip @param {number} opacity */
function field(drawing, of, look, box, clip, opacity) {
  const text = of instanceof HTMLSelectElement ? of.selectedOptions[0]?.text : ["checkbox", "radio"].includes(of.type) ? (of.checked ? "✓" : "") : of.value || of.placeholder;
  const { ascent, descent } = metrics(drawing, look);
  if (text) drawing.words.push({ text, x: box.left + parseFloat(look.paddingLeft) + parseFloat(look.borderLeftWidth), y: (box.top + box.bottom + ascent - descent) / 2, look, opacity, clip });
}

/** Text as it stands in lines. @param {Drawing} drawing @param {Text} node @param {CSSStyleDeclaration} look @param {DOMRect} clip @param {number} opacity */
function lines(drawing, node, look, clip, opacity) {
  if (!node.data.trim()) return;
  const range = document.createRange(), { ascent, descent } = metrics(drawing, look);
  /** @type {{text: string, box: DOMRect}[]} */
  const found = [];
  for (let k = 0; k < node.length; k++) {
    range.setStart(node, k);
    range.setEnd(node, k + 1);
    const box = range.getBoundingClientRect(), last = found.at(-1);
    if (!box.width) continue;
    if (last && Math.abs(last.box.top - box.top) < box.height / 2) last.text += node.data[k];
    else found.push({ text: node.data[k], box });
  }
  for (const { text, box } of found) {
    if (shared(box, clip).height > 0 && text.trim()) drawing.words.push({ text: text.replace(/\s/g, " "), x: box.left, y: (box.top + box.bottom + ascent - descent) / 2, look, opacity, clip });
  }
}

/** @param {Drawing} drawing @param {CSSStyleDeclaration} look */
function metrics({ pen }, look) {
  pen.font = fontOf(look);
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = pen.measureText("x");
  return { ascent, descent };
}

/** @param {CSSStyleDeclaration} look */
const fontOf = ({ fontStyle, fontWeight, fontSize, fontFamily }) => `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;

/** The view as a file, with its letters. @param {HTMLElement} view @returns {Promise<string>} */
export async function writtenPage(view) {
  const drawing = drawn(view, true), { root, words, corner } = drawing, style = make("style"), clips = new Map();
  style.textContent = await fontFaces();
  root.prepend(style);
  for (const { text, x, y, look, opacity, clip } of words) {
    const key = `${clip.x} ${clip.y} ${clip.width} ${clip.height}`, group = clips.get(key) ?? root.appendChild(cut(drawing, clip));
    clips.set(key, group);
    const written = make("text", { x: x - corner.x, y: y - corner.y, fill: look.color, opacity, "font-family": look.fontFamily, "font-size": look.fontSize, "font-weight": look.fontWeight, "font-style": look.fontStyle, "letter-spacing": look.letterSpacing, "xml:space": "preserve" });
    /** @type {SVGElement} */ (written).style.fontVariantLigatures = look.fontVariantLigatures;
    written.textContent = text;
    group.append(written);
  }
  return new XMLSerializer().serializeToString(root);
}

/** The view in pixels, so many to each of the page's; letters are the page's own. @param {HTMLElement} view @param {number} scale @returns {Promise<HTMLCanvasElement>} */
export async function paintedPage(view, scale) {
  const { root, words, letters, corner } = drawn(view, false), image = new Image(), canvas = document.createElement("canvas");
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(root))}`;
  await image.decode();
  canvas.width = Math.round(corner.width * scale);
  canvas.height = Math.round(corner.height * scale);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  for (const { text, x, y, look, opacity, clip } of words) {
    pen.save();
    pen.setTransform(scale, 0, 0, scale, -corner.x * scale, -corner.y * scale);
    pen.beginPath();
    pen.rect(clip.x, clip.y, clip.width, clip.height);
    pen.clip();
    pen.font = fontOf(look);
    pen.letterSpacing = look.letterSpacing === "normal" ? "0px" : look.letterSpacing;
    pen.fillStyle = look.color;
    pen.globalAlpha = opacity;
    pen.fillText(text, x, y);
    pen.restore();
  }
  for (const text of letters ?? []) write(pen, text, scale);
  return canvas;
}
