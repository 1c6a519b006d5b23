/** @import {Vertex} from "./types.js" */

/** How many pairs of edges cross between adjacent columns. @param {Vertex[][]} columns */
export function crossings(columns) {
  let count = 0;
  for (const column of columns) count += crossingsBefore(column);
  return count;
}

/** @param {Vertex[]} column */
function crossingsBefore(column) {
  const arcs = column.flatMap((v) => v.before);
  const ends = arcs
    .map((arc) => [arc.from.place + arc.fromBias, arc.to.place + arc.toBias])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return inversions(ends.map((end) => end[1]));
}

/** Pairs in the wrong order, counted while merging ever longer runs. @param {number[]} values */
export function inversions(values) {
  let count = 0;
  let from = Float64Array.from(values);
  let to = new Float64Array(values.length);
  for (let run = 1; run < values.length; run *= 2) {
    for (let start = 0; start < values.length; start += 2 * run) count += merge(from, to, start, run);
    [from, to] = [to, from];
  }
  return count;
}

/** @param {Float64Array} from @param {Float64Array} to @param {number} start @param {number} run */
function merge(from, to, start, run) {
  const middle = Math.min(start + run, from.length);
  const end = Math.min(start + 2 * run, from.length);
  let [a, b, count] = [start, middle, 0];
  for (let k = start; k < end; k++) {
    if (a < middle && (b >= end || from[a] <= from[b])) to[k] = from[a++];
    else {
      to[k] = from[b++];
      count += middle - a;
    }
  }
  return count;
}

/**
 * Crossings saved when `upper` and `lower`, neighbours in a column, change places.
 *
 * @param {Vertex} upper
 * @param {Vertex} lower
 */
export function savedBySwap(upper, lower) {
  return (
    saved(upper.before.map(startOf), lower.before.map(startOf)) + saved(upper.after.map(endOf), lower.after.map(endOf))
  );
}

/** @param {import("./types.js").Arc} arc */
const startOf = (arc) => arc.from.place + arc.fromBias;

/** @param {import("./types.js").Arc} arc */
const endOf = (arc) => arc.to.place + arc.toBias;

/** @param {number[]} upper @param {number[]} lower */
function saved(upper, lower) {
  upper.sort((a, b) => a - b);
  lower.sort((a, b) => a - b);
  return pairsBelow(lower, upper) - pairsBelow(upper, lower);
}

/** Pairs (a, b) with a < b, both lists sorted. @param {number[]} as @param {number[]} bs */
function pairsBelow(as, bs) {
  let count = 0;
  let below = 0;
  for (const b of bs) {
    while (below < as.length && as[below] < b) below++;
    count += below;
  }
  return count;
}
