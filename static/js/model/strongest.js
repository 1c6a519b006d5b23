// Which numbers say most: found by comparing sizes, never by computing.

import { perSample } from "./network.js";
import { sizeOf } from "./numbers.js";

/** @typedef {import("../types").Shown} Shown */
/** @typedef {import("./network.js").Bundle} Bundle */
/** @typedef {import("./network.js").Column} Column */

/** Of every key the number largest in size, and where it stands. @param {Shown} shown @param {(flat: number) => number} keyOf −1: not looked at @returns {Map<number, {flat: number, number: number}>} */
export function largestOfEach({ numbers, places }, keyOf) {
  /** @type {Map<number, {flat: number, number: number}>} */
  const found = new Map();
  for (let k = 0; k < numbers.length; k++) {
    const flat = places ? places[k] : k, key = keyOf(flat), number = numbers[k];
    if (key < 0) continue;
    const before = found.get(key);
    if (!before || sizeRank(number) > sizeRank(before.number)) found.set(key, { flat, number });
  }
  return found;
}

/** What is no number ranks before every number. @param {number} x */
const sizeRank = (x) => (Number.isNaN(x) ? Infinity : Math.abs(x));

/** The keys of the n largest in size. @param {Map<number, {number: number}>} found @param {number} n */
export function strongest(found, n) {
  return [...found].sort(([, a], [, b]) => sizeRank(b.number) - sizeRank(a.number)).slice(0, n).map(([key]) => key);
}

/** The unit a number belongs to, for one row of a batch. @param {Column} column @param {number[]} shape @param {number} row @returns {(flat: number) => number} */
export function unitOf(column, shape, row) {
  const count = perSample(shape), first = shape.length > 1 ? row * count : 0, each = column.kind === "maps" ? sizeOf(shape.slice(2)) : 1;
  return (flat) => (flat < first || flat >= first + count ? -1 : Math.floor((flat - first) / each));
}

/** Where a unit's first number stands. @param {Column} column @param {number[]} shape @param {number} row @param {number} unit */
export function firstOf(column, shape, row, unit) {
  const each = column.kind === "maps" ? sizeOf(shape.slice(2)) : 1;
  return (shape.length > 1 ? row * perSample(shape) : 0) + unit * each;
}

/** Which two units a weight connects; from a picture, all weights of a unit are one connection. @param {Bundle} bundle @param {number[]} shape @param {Column} from @param {Column} to @returns {(flat: number) => [number, number]} */
export function endsOf({ kind }, shape, from, to) {
  const whole = from.kind === "picture" && kind !== "conv";
  if (kind === "dense") return (flat) => [whole ? 0 : Math.floor(flat / shape[1]), flat % shape[1]];
  if (kind === "linear") return (flat) => [flat % shape[1], Math.floor(flat / shape[1]) % to.size];
  if (kind === "conv") {
    const each = sizeOf(shape.slice(2));
    return (flat) => [Math.floor(flat / each) % shape[1], Math.floor(flat / (each * shape[1]))];
  }
  return () => [0, 0];
}

/** How many connections there are between two columns, and how many weights each has. @param {Bundle} bundle @param {number[]} shape @param {Column} from @param {Column} to @returns {[number, number]} */
export function connections({ kind }, shape, from, to) {
  const ends = from.kind === "picture" && kind !== "conv" ? to.size : kind === "conv" ? shape[0] * shape[1] : from.size * to.size;
  return [ends, sizeOf(shape) / Math.max(1, ends)];
}
