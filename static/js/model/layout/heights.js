import { railsOf } from "./rails.js";
import { relationsOf, separate } from "./separate.js";
import { mainLinks, strandsOf, touchesOf } from "./strands.js";

/** @import {Level, Options, Separation, Strand, Vertex} from "./types.js" */
/** @typedef {{other: number, offset: number}} Pull a strand is drawn to the height of another, plus an offset */
/** @typedef {{before: Pull[][], after: Pull[][]}} Pulls */

const ROUNDS = 24;
const CARRYING_ROUNDS = 6;
/** Two things that follow each other would swap places for ever without it. */
const DAMPING = 0.7;
const ROUNDS_FOR_MANY = 6;
const MANY_STRANDS = 3000;

/**
 * Gives every vertex of the level its height: near its neighbours, far enough from those above and below.
 *
 * @param {Level} level
 * @param {Options} options
 */
export function settleHeights(level, options) {
  sizeRails(level, options);
  const strands = strandsOf(level, options);
  const relations = relationsOf(strands.length, separationsOf(level, options));
  const pulls = pullsOf(level, strands, options);
  const weights = strands.map((strand) => strand.weight);
  const rounds = strands.length > MANY_STRANDS ? ROUNDS_FOR_MANY : ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const wishes = wish(strands, pulls, round);
    const heights = separate(wishes, weights, relations);
    for (const strand of strands) strand.y = heights[strand.index];
  }
  for (const strand of strands) for (const v of strand.members) v.y = Math.round(strand.y) + v.shift;
}

/** Where the longest path runs beside cards it keeps their row free, so that leaves stay in rows too. @param {Level} level @param {Options} options */
function sizeRails(level, { laneGap }) {
  for (const v of level.vertices) for (const rail of v.rails) rail.height = (rail.lanes.length - 1) * laneGap;
  const longest = level.vertices.reduce((most, v) => Math.max(most, v.depth + v.reach), 0);
  for (const link of mainLinks(level)) {
    if (link.to.kind !== "node" || link.from.depth + 1 + link.to.reach < longest) continue;
    for (const rail of railsOf(link)) Object.assign(rail, { inRow: true, height: Math.max(rail.height, link.to.height) });
  }
}

/** @param {Level} level @param {Options} options @returns {Separation[]} */
function separationsOf(level, options) {
  return level.columns.flatMap((column) => column.slice(1).map((lower, k) => {
    const upper = column[k];
    const gap = (upper.height + lower.height) / 2 + space(upper, lower, options) + upper.shift - lower.shift;
    return { from: indexOf(upper), to: indexOf(lower), gap };
  }));
}

/** @param {Vertex} v */
const indexOf = (v) => /** @type {Strand} */ (v.strand).index;

/** @param {Vertex} v */
const isThin = (v) => (v.kind === "rail" && !v.inRow) || v.kind === "in" || v.kind === "out";

/** @param {Vertex} upper @param {Vertex} lower @param {Options} options */
function space(upper, lower, { rowGap, laneGap }) {
  const thin = Number(isThin(upper)) + Number(isThin(lower));
  return [rowGap, Math.max(rowGap / 2, laneGap), laneGap][thin];
}

/** @param {Level} level @param {Strand[]} strands @param {Options} options @returns {Pulls} */
function pullsOf(level, strands, options) {
  const pulls = { before: strands.map(() => /** @type {Pull[]} */ ([])), after: strands.map(() => /** @type {Pull[]} */ ([])) };
  for (const { from, to, fromY, toY } of touchesOf(level, options)) {
    const [upper, lower] = [indexOf(from), indexOf(to)];
    const offset = from.shift + fromY - to.shift - toY;
    if (upper === lower) continue;
    pulls.before[lower].push({ other: upper, offset });
    pulls.after[upper].push({ other: lower, offset: -offset });
  }
  for (const strand of strands) strand.weight = 0.01 + pulls.before[strand.index].length + pulls.after[strand.index].length;
  return pulls;
}

/**
 * Where each strand would like to be. The first rounds carry heights along, strand by strand, so that
 * they reach the far end at once; the later ones balance: all forces taken from the same moment,
 * otherwise things that touch would drift.
 *
 * @param {Strand[]} strands @param {Pulls} pulls @param {number} round
 */
function wish(strands, { before, after }, round) {
  const now = Float64Array.from(strands, (strand) => strand.y);
  const wishes = Float64Array.from(now);
  const carries = round < CARRYING_ROUNDS;
  const seen = carries ? wishes : now;
  for (let i = 0; i < strands.length; i++) {
    const k = round % 2 ? strands.length - 1 - i : i;
    const pulls = round === 0 ? before[k] : round === 1 ? after[k] : before[k].concat(after[k]);
    if (pulls.length) wishes[k] += (meanOf(pulls, seen) - wishes[k]) * (carries ? 1 : DAMPING);
  }
  return wishes;
}

/** @param {Pull[]} pulls @param {Float64Array} heights */
function meanOf(pulls, heights) {
  let sum = 0;
  for (const { other, offset } of pulls) sum += heights[other] + offset;
  return sum / pulls.length;
}
