// The service's sentences and formulas hold marks: \num{k} is the number at offset k, *…* is emphasised.

import { format, latex } from "./format.js";

const NUM = /\\num\{(\d+)\}/g;

/** @typedef {{text: string, strong: boolean}} Span */
/** Numbers by place; undefined while one is on its way. @typedef {{at: (k: number) => number | undefined}} Places */

/** A sentence as spans of plain and emphasised text. @param {string} sentence @param {Places} numbers @returns {Span[]} */
export function spans(sentence, numbers) {
  const filled = sentence.replace(NUM, (_, k) => format(numbers.at(Number(k))));
  return filled.split(/(\*[^*]+\*)/).filter(Boolean).map(span);
}

/** @param {string} piece @returns {Span} */
function span(piece) {
  const strong = /^\*[^*]+\*$/.test(piece);
  return { text: strong ? piece.slice(1, -1) : piece, strong };
}

/** @param {string} sentence @param {Places} numbers */
export function plainText(sentence, numbers) {
  return spans(sentence, numbers).map((span) => span.text).join("");
}

/**
 * A formula with the numbers in it. In parentheses stand a negative number after an operator, and the base of a power
 * that is more than digits.
 *
 * @param {string} tex @param {Places} numbers
 */
export function fillNumbers(tex, numbers) {
  return tex.replace(NUM, (place, k, at) => {
    const number = latex(numbers.at(Number(k))), signed = number.startsWith("-");
    const base = tex[at + place.length] === "^" && (signed || number.includes("\\times"));
    return base || (signed && followsOperator(tex.slice(0, at))) ? `(${number})` : number;
  });
}

/** @param {string} before */
function followsOperator(before) {
  return /(?:[-+*/^]|\\cdot|\\times|\\div)\s*$/.test(before);
}

/** ∂L/∂… in a formula carries the gradient's colour. @param {string} tex @param {string} output what is differentiated, here L */
export function markGradients(tex, output) {
  const name = output.replace(/[^A-Za-z0-9_]/g, "\\$&");
  const fraction = new RegExp(`\\\\frac\\{\\\\partial ${name}\\}\\{\\\\partial (?:[^{}]|\\{(?:[^{}]|\\{[^{}]*\\})*\\})*\\}`, "g");
  return tex.replace(fraction, (found) => `\\htmlClass{gradient}{${found}}`);
}

/** A sentence of the service with real minus signs before its numbers. @param {string} sentence */
export function withMinus(sentence) {
  return sentence.replace(/(?<![\p{L}\d])-(?=\d)|(?<=\de)-(?=\d)/gu, "\u2212");
}
