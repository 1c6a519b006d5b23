import { TURN } from "./curves.js";
import { touchesOf } from "./strands.js";

/** @import {Level, Options, Vertex} from "./types.js" */

/** An edge that has to climb far gets more room to do so, or it would look like a wall. */
const STEEP = 240;
const MOST_EXTRA = 96;

/**
 * Gives the columns their places, the level its size, and its box the same.
 *
 * @param {Level} level
 * @param {Options} options
 */
export function frameLevel(level, options) {
  const isRoot = level.box === null;
  const padding = (isRoot ? options.margin : options.padding) + (level.links.some((link) => link.back) ? TURN : 0);
  placeColumns(level, options, padding);
  widenForTitle(level);
  shiftDown(level, padding);
  if (level.box) Object.assign(level.box, { width: level.width, height: level.height });
}

/** @param {Level} level @param {Options} options @param {number} padding */
function placeColumns(level, options, padding) {
  const climbs = climbsOf(level, options);
  const last = level.columns.length - 1;
  let x = level.inPorts.size ? 0 : padding;
  level.columns.forEach((column, rank) => {
    const width = column.reduce((most, v) => Math.max(most, v.width), 0);
    const atBorder = (rank === 0 && level.inPorts.size > 0) || (rank === last - 1 && level.outPorts.size > 0);
    level.columnX[rank] = x;
    level.columnWidth[rank] = width;
    for (const v of column) v.x = x + (width - v.width) * alignment(v);
    x += width;
    if (rank < last) x += gapFor(climbs[rank], atBorder, padding, options);
  });
  level.width = level.outPorts.size ? x : x + padding;
}

/** Leaves keep near their consumer, ends near what they need. @param {Vertex} v */
function alignment(v) {
  if (!v.before.length) return 1;
  return v.after.length ? 0.5 : 0;
}

/** Edges that run straight to the border need no room to bend there. @param {number} climb @param {boolean} atBorder @param {number} padding @param {Options} options */
function gapFor(climb, atBorder, padding, { columnGap }) {
  const extra = Math.round(Math.min(MOST_EXTRA, Math.max(0, climb - STEEP) * 0.15));
  if (!atBorder) return columnGap + extra;
  return climb < 1 ? padding : Math.max(padding, columnGap * 0.75) + extra;
}

/** How far the edges after each column climb or fall at most. @param {Level} level @param {Options} options @returns {number[]} */
function climbsOf(level, options) {
  const climbs = level.columns.map(() => 0);
  for (const { from, to, fromY, toY } of touchesOf(level, options)) {
    climbs[from.rank] = Math.max(climbs[from.rank], Math.abs(from.y + fromY - to.y - toY));
  }
  return climbs;
}

/** A frame is at least as wide as its title. @param {Level} level */
function widenForTitle(level) {
  const missing = Math.max(0, level.titleWidth - level.width);
  const last = level.columns.length - 1;
  level.width += missing;
  level.columnX.forEach((_, rank) => {
    const share = level.columns[rank].some((v) => v.kind === "in") ? 0 : rank === last && level.outPorts.size ? 1 : 0.5;
    level.columnX[rank] += missing * share;
    for (const v of level.columns[rank]) v.x += missing * share;
  });
}

/** @param {Level} level @param {number} padding */
function shiftDown(level, padding) {
  const all = level.columns.flat();
  let [top, bottom] = all.length ? [Infinity, -Infinity] : [0, 0];
  for (const v of all) {
    top = Math.min(top, v.y - v.height / 2);
    bottom = Math.max(bottom, v.y + v.height / 2);
  }
  const down = level.titleHeight + padding - top;
  for (const v of all) v.y += down;
  level.height = bottom + down + padding;
}

/** Where each level lies in the whole picture. @param {Level[]} levels outer ones first */
export function placeLevels(levels) {
  for (const { x, y, vertices } of levels) {
    for (const { inside, x: left, y: middle, height } of vertices) {
      if (inside) Object.assign(inside, { x: x + left, y: y + middle - height / 2 });
    }
  }
}
