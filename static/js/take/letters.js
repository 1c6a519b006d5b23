// The texts of a drawing, where they stand and as they look, written on a canvas.

/** A run of letters: where it begins, and how the drawing's own coordinates become the canvas's. @typedef {{text: string, x: number, y: number, matrix: DOMMatrix, look: CSSStyleDeclaration, opacity: number, font: string}} Letters */

/** @param {SVGSVGElement} drawing @returns {Letters[]} */
export function lettersOf(drawing) {
  const { x, y } = drawing.getBoundingClientRect(), corner = new DOMMatrix().translate(-x, -y);
  return [...drawing.querySelectorAll("text")].flatMap((element) => {
    const text = element.textContent?.trim() ?? "", look = getComputedStyle(element), matrix = element.getScreenCTM();
    if (!text || !matrix || look.visibility !== "visible" || !element.checkVisibility()) return [];
    const begins = element.getStartPositionOfChar(0), { fontStyle, fontWeight, fontSize, fontFamily } = look;
    return { text, x: begins.x, y: begins.y, matrix: corner.multiply(new DOMMatrix([matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f])), look, opacity: opacityOf(element, drawing), font: `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}` };
  });
}

/** @param {Element} element @param {Element} drawing @returns {number} */
const opacityOf = (element, drawing) => Number(getComputedStyle(element).opacity) * (element === drawing || !element.parentElement ? 1 : opacityOf(element.parentElement, drawing));

/** @param {CanvasRenderingContext2D} pen @param {Letters} letters @param {number} scale */
export function write(pen, { text, x, y, matrix, look, opacity, font }, scale) {
  pen.save();
  pen.setTransform(new DOMMatrix().scale(scale).multiply(matrix));
  pen.font = font;
  pen.letterSpacing = look.letterSpacing === "normal" ? "0px" : look.letterSpacing;
  if (look.paintOrder.startsWith("stroke") && look.stroke !== "none") {
    pen.lineWidth = parseFloat(look.strokeWidth);
    pen.lineJoin = "round";
    pen.strokeStyle = look.stroke;
    pen.globalAlpha = opacity * Number(look.strokeOpacity);
    pen.strokeText(text, x, y);
  }
  pen.fillStyle = look.fill;
  pen.globalAlpha = opacity * Number(look.fillOpacity);
  pen.fillText(text, x, y);
  pen.restore();
}
