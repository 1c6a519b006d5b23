// Numbers to text. The only place on the page where a number becomes words.

const MINUS = "−";

/** @param {import("../types").WireNumber | null | undefined} wire @returns {number} the wire's "NaN" and "Infinity" as numbers */
export function fromWire(wire) {
  return typeof wire === "number" ? wire : Number(wire ?? NaN);
}

/** The exact number, for `data-exact` and for copying. @param {number} x */
export function exact(x) {
  return Object.is(x, -0) ? "-0" : String(x);
}

/** The exact number as people read it, with a real minus sign; nothing for one on its way. @param {number | undefined} x */
export const exactText = (x) => (x === undefined ? "" : exact(x).replaceAll("-", MINUS));

/** Four significant digits (whole numbers whole), a real minus sign; scientific where the plain form would not read; … for one on its way. @param {number | undefined} x */
export function format(x) {
  if (x === undefined) return "…";
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : `${MINUS}∞`;
  if (x === 0) return "0";
  const text = isPlain(x) ? plain(x) : scientific(x);
  return text.replaceAll("-", MINUS);
}

/** @param {number | undefined} x @returns {string} LaTeX */
export function latex(x) {
  if (x === undefined) return "\\ldots";
  if (Number.isNaN(x)) return "\\mathrm{NaN}";
  if (!Number.isFinite(x)) return x > 0 ? "\\infty" : "-\\infty";
  if (x === 0) return "0";
  if (isPlain(x)) return plain(x);
  const [mantissa, exponent] = parts(x);
  return `${mantissa}\\!\\times\\!10^{${exponent}}`;
}

/** @param {number[]} shape */
export function shapeText(shape) {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** A few numbers in a line; where all are whole they are counted things. @param {ArrayLike<number>} numbers */
export function list(numbers) {
  const given = Array.from(numbers);
  return given.map(given.every(Number.isInteger) ? String : format).join(", ");
}

/** What an optimizer keeps for a parameter, as it is written: m_hat is m̂. @param {string} target */
export function slotName(target) {
  return target.replace(/_hat$/, "\u0302").replaceAll("_", " ");
}

/** What stands on a picture of numbers that colours alone do not say: all zero, or not numbers. @param {ArrayLike<number>} numbers */
export function remark(numbers) {
  const given = Array.from(numbers);
  if (given.every((x) => x === 0)) return "0";
  const strange = given.filter((x) => !Number.isFinite(x));
  return [...new Set(strange.map(format))].join(", ");
}

/** Whole counts: 13,002. @param {number} n */
export function count(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

// Rounding to four digits can carry 0.00099999 over the border, so the rounded number decides.
/** @param {number} x */
function isPlain(x) {
  const size = Math.abs(Number(x.toPrecision(4)));
  return size >= 1e-3 && size < 1e5;
}

/** @param {number} x */
function plain(x) {
  const rounded = Number(x.toPrecision(4));
  const exponent = Math.floor(Math.log10(Math.abs(rounded)));
  return x.toFixed(Math.max(0, 3 - exponent));
}

/** @param {number} x @returns {[string, number]} */
function parts(x) {
  const [mantissa, exponent] = x.toExponential(3).split("e");
  return [mantissa, Number(exponent)];
}

/** @param {number} x */
function scientific(x) {
  const [mantissa, exponent] = parts(x);
  return `${mantissa}e${exponent}`;
}
