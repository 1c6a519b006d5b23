import { newVertex } from "./levels.js";

/** @import {Arc, Lane, Level, Link, Vertex} from "./types.js" */

/**
 * Fills the columns. An edge that passes columns rides on a rail: one vertex in each column passed.
 * All long edges of one vertex share its rail, side by side where they carry different values.
 *
 * @param {Level} level
 */
export function layRails(level) {
  for (const link of level.links) {
    if (link.back) layBackRail(link);
    else extendRail(link);
  }
  fillColumns(level);
  connect(level);
}

/** @param {Link} link @returns {Vertex[]} the rail pieces it rides on, in its own direction */
export function railsOf(link) {
  return link.back ? link.backRails : link.from.rails.slice(0, link.to.rank - link.from.rank - 1);
}

/** @param {Link} link @returns {Vertex} the last thing before its end */
export function lastStop(link) {
  const passed = link.to.rank - link.from.rank - 1;
  return passed > 0 ? link.from.rails[passed - 1] : link.from;
}

/** Which lane of the rail is the link's? @param {Link} link @param {Vertex} rail */
export function laneIndex(link, rail) {
  if (link.back) return 0;
  return rail.lanes.findIndex((lane) => lane.port === link.fromPort && lane.parallel === link.parallel);
}

/** @param {Link} link */
function extendRail(link) {
  const columns = link.to.rank - link.from.rank - 1;
  if (columns < 1) return;
  const { rails, rank } = link.from;
  while (rails.length < columns) rails.push(newRail(rank + rails.length + 1));
  claimLane(link, columns);
}

/** @param {Link} link @param {number} columns */
function claimLane(link, columns) {
  const lanes = link.from.lanes;
  const lane = lanes.find(({ port, parallel }) => port === link.fromPort && parallel === link.parallel);
  if (lane) lane.columns = Math.max(lane.columns, columns);
  else lanes.push({ port: link.fromPort, parallel: link.parallel, columns });
}

/** From below its start to below its end, so that it can turn round at both. @param {Link} link */
function layBackRail(link) {
  for (let rank = link.from.rank; rank >= link.to.rank; rank--) {
    const rail = newRail(rank);
    rail.lanes.push({ port: null, parallel: 0, columns: 1 });
    link.backRails.push(rail);
  }
}

/** @param {number} rank */
function newRail(rank) {
  const rail = newVertex("rail", "", [], { width: 0, height: 0 }, -1);
  rail.rank = rank;
  return rail;
}

/** @param {Level} level */
function fillColumns(level) {
  const add = (/** @type {Vertex} */ v) => (level.columns[v.rank] ??= []).push(v);
  level.columns = [];
  for (const v of level.vertices) add(v);
  for (const v of level.vertices) v.rails.forEach(add);
  for (const link of level.links) link.backRails.forEach(add);
  for (let rank = 0; rank < level.columns.length; rank++) level.columns[rank] ??= [];
}

/** @param {Level} level */
function connect(level) {
  for (const v of level.vertices) connectInARow([v, ...v.rails]);
  for (const { backRails } of level.links) connectInARow([...backRails].reverse());
  const ends = differentEnds(level);
  const counts = arrivalCounts(ends);
  for (const link of ends) {
    const toBias = nextBias(counts, link.to);
    addArc({ from: lastStop(link), to: link.to, fromBias: toBias / 100, toBias });
  }
}

/** Ports of one box count once: the order must not depend on whether it is open. @param {Level} level */
function differentEnds(level) {
  const byEnds = new Map();
  for (const link of level.links) {
    const key = `${link.from.index},${link.to.index},${link.slot}`;
    if (!link.back && !byEnds.has(key)) byEnds.set(key, link);
  }
  return [...byEnds.values()];
}

/** @param {Vertex[]} row */
function connectInARow(row) {
  for (let k = 1; k < row.length; k++) addArc({ from: row[k - 1], to: row[k], fromBias: 0, toBias: 0 });
}

/** @param {Arc} arc */
function addArc(arc) {
  arc.from.after.push(arc);
  arc.to.before.push(arc);
}

/** @typedef {{all: number, met: number}} Count */

/** @param {Link[]} links @returns {Map<Vertex, Count>} */
function arrivalCounts(links) {
  const counts = new Map(links.map(({ to }) => [to, { all: 0, met: 0 }]));
  for (const { to } of links) /** @type {Count} */ (counts.get(to)).all++;
  return counts;
}

/**
 * Edges ask to arrive from top to bottom in the order of the links, which is that of slots on a card
 * and of the nodes that read them in a group (whether it is open or not).
 *
 * @param {Map<Vertex, Count>} counts @param {Vertex} box
 */
function nextBias(counts, box) {
  const count = /** @type {Count} */ (counts.get(box));
  return box.kind === "out" ? 0 : ((count.met++ + 0.5) / count.all - 0.5) * 0.9;
}

/**
 * Lanes lie in the order in which they leave the group, which is known once its inside is in order.
 *
 * @param {Vertex} vertex
 */
export function sortLanes(vertex) {
  const place = (/** @type {Lane} */ lane) => lane.port?.place ?? 0;
  vertex.lanes.sort((a, b) => place(a) - place(b) || a.parallel - b.parallel);
  vertex.rails.forEach((rail, k) => {
    rail.lanes = vertex.lanes.filter((lane) => lane.columns > k);
  });
}
