import { laneIndex, lastStop, railsOf } from "./rails.js";

/** @import {Level, Link, Options, Strand, Vertex} from "./types.js" */
/** @typedef {{from: Vertex, to: Vertex, shift: number, rank: number}} Join two neighbours to be drawn at one height; `shift` is `to`'s middle against `from`'s */

/**
 * Ties the main path and every rail into straight strands.
 *
 * @param {Level} level
 * @param {Options} options
 * @returns {Strand[]} in reading order
 */
export function strandsOf(level, options) {
  const joins = [
    ...mainLinks(level).flatMap((link) => joinsAlong(link, options)),
    ...joinsOfRails(level, options),
    ...level.links.flatMap((link) => joinsToRail(link, options)),
  ];
  const next = new Map();
  const joined = new Set();
  for (const join of withoutCrossings(joins)) {
    next.set(join.from, join);
    joined.add(join.to);
  }
  /** @type {Strand[]} */
  const strands = [];
  for (const v of level.columns.flat()) if (!joined.has(v)) strands.push(strandFrom(v, next, strands.length));
  return strands;
}

/** @param {Vertex} first @param {Map<Vertex, Join>} next @param {number} index @returns {Strand} */
function strandFrom(first, next, index) {
  const strand = { members: [first], index, y: 0, weight: 0 };
  first.shift = 0;
  first.strand = strand;
  for (let join = next.get(first); join; join = next.get(join.to)) {
    join.to.shift = join.from.shift + join.shift;
    join.to.strand = strand;
    strand.members.push(join.to);
  }
  return strand;
}

/**
 * The links of the main path: each vertex to the neighbour with the longest way behind it,
 * provided that this neighbour has its own longest way ahead through that vertex.
 * Where two are equally long, neither is: the vertex then stands between them.
 *
 * @param {Level} level
 */
export function mainLinks(level) {
  const forward = level.links.filter((link) => !link.back);
  const before = chosen(forward, (link) => link.to, (link) => link.from, (v) => v.depth);
  const after = chosen(forward, (link) => link.from, (link) => link.to, (v) => v.reach);
  const pairs = new Map();
  for (const link of forward) {
    if (before.get(link.to) !== link.from || after.get(link.from) !== link.to) continue;
    pairs.set(link.from, [...(pairs.get(link.from) ?? []), link]);
  }
  return [...pairs.values()].map(middleOne);
}

/** @param {Link[]} links several ports may lie between the same two boxes */
function middleOne(links) {
  const place = (/** @type {Link} */ link) => link.toPort?.place ?? link.slot;
  return links.sort((a, b) => place(a) - place(b))[(links.length - 1) >> 1];
}

/**
 * @param {Link[]} links
 * @param {(link: Link) => Vertex} near
 * @param {(link: Link) => Vertex} far
 * @param {(v: Vertex) => number} length
 * @returns {Map<Vertex, Vertex | null>} for each near end the far end of greatest length; null in a draw
 */
function chosen(links, near, far, length) {
  const best = new Map();
  const most = new Map();
  for (const link of links) {
    const [v, u] = [near(link), far(link)];
    const lead = length(u) - (most.get(v) ?? -1);
    if (lead > 0) most.set(v, length(u));
    if (lead > 0) best.set(v, u);
    else if (lead === 0 && best.get(v) !== u) best.set(v, null);
  }
  return best;
}

/** @param {Link} link @param {Options} options @returns {Join[]} */
function joinsAlong(link, options) {
  const stops = [link.from, ...railsOf(link), link.to];
  return stops.slice(1).map((to, k) => {
    const shift = heightOn(link, stops[k], options) - heightOn(link, to, options, true);
    return { from: stops[k], to, shift, rank: 1 };
  });
}

/** A card that is not on the main path keeps its rail straight, and so does a port. @param {Link} link @param {Options} options */
function joinsToRail(link, options) {
  if (link.back || link.to.rank - link.from.rank < 2) return [];
  const joins = joinsAlong(link, options);
  const last = joins[joins.length - 1];
  return [joins[0], ...(last.to.kind === "out" ? [last] : [])].map((join) => ({ ...join, rank: 3 }));
}

/**
 * Where the link passes a vertex, against the vertex's middle.
 *
 * @param {Link} link @param {Vertex} v @param {Options} options @param {boolean} [arriving]
 */
export function heightOn(link, v, options, arriving = false) {
  if (v.kind === "rail") return (laneIndex(link, v) - (v.lanes.length - 1) / 2) * options.laneGap;
  return arriving ? link.toY : link.fromY;
}

/** @param {Level} level @param {Options} options @returns {Join[]} */
function joinsOfRails(level, options) {
  const joins = level.vertices.flatMap((v) => v.rails.slice(1).map((to, k) => railJoin(v.rails[k], to, options)));
  for (const { backRails } of level.links) {
    const row = [...backRails].reverse();
    joins.push(...row.slice(1).map((to, k) => railJoin(row[k], to, options)));
  }
  return joins;
}

/** Keeps the first lane that both have straight. @param {Vertex} from @param {Vertex} to @param {Options} options @returns {Join} */
function railJoin(from, to, { laneGap }) {
  const kept = Math.max(0, from.lanes.indexOf(to.lanes[0]));
  const shift = (kept - (from.lanes.length - 1) / 2 + (to.lanes.length - 1) / 2) * laneGap;
  return { from, to, shift, rank: 2 };
}

/**
 * Strands must not cross, or no order of heights would suit them: of two joins that cross, the main path's is kept.
 *
 * @param {Join[]} joins
 */
function withoutCrossings(joins) {
  /** @type {Map<number, Join[]>} */
  const kept = new Map();
  const inOrder = joins.sort((a, b) => a.rank - b.rank || a.from.rank - b.from.rank || a.from.place - b.from.place);
  for (const join of inOrder) {
    const beside = kept.get(join.from.rank) ?? [];
    const k = countAbove(beside, join.from.place);
    if (beside[k - 1]?.to.place >= join.to.place || beside[k]?.to.place <= join.to.place) continue;
    if (beside[k]?.from === join.from) continue;
    beside.splice(k, 0, join);
    kept.set(join.from.rank, beside);
  }
  return [...kept.values()].flat();
}

/** @param {Join[]} sorted @param {number} place @returns {number} how many start above the place */
function countAbove(sorted, place) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].from.place < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Every pair of neighbours that an edge joins, with where it touches each of the two.
 *
 * @param {Level} level @param {Options} options
 * @returns {{from: Vertex, to: Vertex, fromY: number, toY: number}[]}
 */
export function touchesOf(level, options) {
  const touches = level.vertices.flatMap((v) => v.rails.map((to, k) => {
    const join = k ? railJoin(v.rails[k - 1], to, options) : { from: v, shift: 0 };
    return { from: join.from, to, fromY: join.shift, toY: 0 };
  }));
  for (const link of level.links) {
    if (link.back) continue;
    const from = lastStop(link);
    touches.push({ from, to: link.to, fromY: heightOn(link, from, options), toY: link.toY });
  }
  return touches;
}
