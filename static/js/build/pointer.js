// Places in a JSON text: which value stands where, named by its JSON pointer.

/** @typedef {{pointer: string, from: number, to: number}} Place */

/** @param {string} key */
const escaped = (key) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** Every value of a JSON text, outer ones first. Of a text that is no JSON, those that stand before the fault. @param {string} text @returns {Place[]} */
export function placesIn(text) {
  /** @type {Place[]} */
  const found = [];
  try {
    read(text, blank(text, 0), "", found);
  } catch {
    // what was read so far is of use
  }
  return found;
}

/** @param {string} text @param {number} at */
function blank(text, at) {
  while (/\s/.test(text[at] ?? "")) at++;
  return at;
}

/** The place behind a value. @param {string} text @param {number} at @param {string} pointer @param {Place[]} found @returns {number} */
function read(text, at, pointer, found) {
  const place = { pointer, from: at, to: text.length };
  found.push(place);
  if (text[at] === "{") place.to = members(text, at, "}", found, pointer, true);
  else if (text[at] === "[") place.to = members(text, at, "]", found, pointer, false);
  else place.to = at + lengthOf(text, at);
  return place.to;
}

/** @param {string} text @param {number} at @param {string} end @param {Place[]} found @param {string} pointer @param {boolean} named */
function members(text, at, end, found, pointer, named) {
  at = blank(text, at + 1);
  for (let k = 0; text[at] !== end; k++) {
    let key = String(k);
    if (named) {
      const length = lengthOf(text, at);
      key = escaped(JSON.parse(text.slice(at, at + length)));
      at = blank(text, expect(text, blank(text, at + length), ":"));
    }
    at = blank(text, read(text, at, `${pointer}/${key}`, found));
    if (text[at] === ",") at = blank(text, at + 1);
    else if (text[at] !== end) throw new SyntaxError("an end is missing");
  }
  return at + 1;
}

/** @param {string} text @param {number} at @param {string} sign */
function expect(text, at, sign) {
  if (text[at] !== sign) throw new SyntaxError(`${sign} is missing`);
  return at + 1;
}

/** Of a string, a number or a word. @param {string} text @param {number} at */
function lengthOf(text, at) {
  const token = /^("(?:[^"\\]|\\.)*"|[^\s,\]}:]+)/.exec(text.slice(at));
  if (!token) throw new SyntaxError("a value is missing");
  return token[0].length;
}

/** The innermost value around a place; between two, what is around both. @param {string} text @param {number} at */
export function pointerAt(text, at) {
  const around = placesIn(text).filter(({ from, to }) => from <= at && at <= to);
  return around.at(-1)?.pointer ?? "";
}

/** Where the value of a pointer stands, or the nearest around it. @param {string} text @param {string} pointer @returns {Place | null} */
export function placeOf(text, pointer) {
  const around = placesIn(text).filter((place) => pointer === place.pointer || pointer.startsWith(`${place.pointer}/`));
  return around.at(-1) ?? null;
}

/** Line and column of a place, from 1. @param {string} text @param {number} at @returns {[number, number]} */
export function lineOf(text, at) {
  const before = text.slice(0, at).split("\n");
  return [before.length, before[before.length - 1].length + 1];
}
