import { crossings, savedBySwap } from "./crossings.js";

/** @import {Level, Vertex} from "./types.js" */

const SWEEPS = 10;
/** Above this, crossings are no longer counted: nobody could follow the edges, and the page must not wait. */
const MANY_VERTICES = 6000;

/**
 * Orders each column so that few edges cross.
 *
 * Boxes of groups are treated alike whether they are open or closed, and the order inside a group
 * doesn't depend on what is open elsewhere: opening a group never rearranges the rest.
 *
 * @param {Level} level
 */
export function orderLevel(level) {
  const count = level.columns.reduce((sum, column) => sum + column.length, 0);
  const ports = level.inPorts.size ? inPortOrder(level) : null;
  if (count > MANY_VERTICES) {
    useOrder(level, ordersToTry(level, ports)[0]);
    for (let k = 0; k < 4; k++) sweep(level, k % 2 === 0, ports !== null);
    return;
  }
  const results = ordersToTry(level, ports).map((order) => improve(level, order, ports !== null));
  useOrder(level, results[1].crossings < results[0].crossings ? results[1].order : results[0].order);
}

/**
 * Ports on the left border stand as their edges arrive there, which the outer level has decided;
 * those of edges from one box in the order in which their values are read inside.
 *
 * @param {Level} level
 */
function inPortOrder(level) {
  return [...level.inPorts.values()].sort((a, b) => arrival(a) - arrival(b) || a.index - b.index);
}

/** @param {Vertex} port */
function arrival(port) {
  const { feed } = port;
  if (!feed || feed.back) return Infinity;
  const passed = feed.to.rank - feed.from.rank - 1;
  return (passed > 0 ? feed.from.rails[passed - 1] : feed.from).place;
}

/**
 * Two good starts: walking back from the ends keeps slots in order, walking on from the starts keeps fans together.
 *
 * @param {Level} level
 * @param {Vertex[] | null} ports
 */
function ordersToTry(level, ports) {
  return [
    walk(level, (v) => v.before.map((arc) => arc.from), (v) => !v.after.length, ports),
    walk(level, (v) => v.after.map((arc) => arc.to), (v) => !v.before.length, ports),
  ];
}

/**
 * @param {Level} level
 * @param {(v: Vertex) => Vertex[]} next
 * @param {(v: Vertex) => boolean} isStart
 * @param {Vertex[] | null} ports
 * @returns {Vertex[][]}
 */
function walk(level, next, isStart, ports) {
  const columns = level.columns.map(() => /** @type {Vertex[]} */ ([]));
  const all = level.columns.flat();
  const met = new Set();
  for (const start of [...all.filter(isStart), ...all]) {
    const waiting = [start];
    for (let v = waiting.pop(); v; v = waiting.pop()) {
      if (met.has(v)) continue;
      met.add(v);
      columns[v.rank].push(v);
      waiting.push(...next(v).reverse());
    }
  }
  if (ports) columns[0] = ports;
  return columns;
}

/** @param {Level} level @param {Vertex[][]} order */
function useOrder(level, order) {
  level.columns = order.map((column) => [...column]);
  level.columns.forEach(number);
}

/** @param {Vertex[]} column */
function number(column) {
  column.forEach((v, place) => {
    v.place = place;
  });
}

/** @param {Level} level @param {Vertex[][]} start @param {boolean} firstIsFixed */
function improve(level, start, firstIsFixed) {
  useOrder(level, start);
  let best = { order: start, crossings: crossings(level.columns) };
  for (let k = 0; k < SWEEPS && best.crossings > 0; k++) {
    sweep(level, k % 2 === 0, firstIsFixed);
    swapNeighbours(level, firstIsFixed);
    const now = crossings(level.columns);
    if (now < best.crossings) best = { order: level.columns.map((column) => [...column]), crossings: now };
  }
  return best;
}

/** Moves every vertex to the mean height of its neighbours, column by column. @param {Level} level @param {boolean} rightwards @param {boolean} firstIsFixed */
function sweep(level, rightwards, firstIsFixed) {
  const count = level.columns.length;
  for (let k = 1; k < count; k++) {
    const rank = rightwards ? k : count - 1 - k;
    if (rank === 0 && firstIsFixed) continue;
    const column = level.columns[rank];
    const wish = new Map(column.map((v) => [v, rightwards ? meanBefore(v) : meanAfter(v)]));
    column.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
    number(column);
  }
}

/** @param {Vertex} v */
function meanBefore(v) {
  const sum = v.before.reduce((total, arc) => total + arc.from.place + arc.fromBias, 0);
  return v.before.length ? sum / v.before.length : v.place;
}

/** @param {Vertex} v */
function meanAfter(v) {
  const sum = v.after.reduce((total, arc) => total + arc.to.place + arc.toBias, 0);
  return v.after.length ? sum / v.after.length : v.place;
}

/** @param {Level} level @param {boolean} firstIsFixed */
function swapNeighbours(level, firstIsFixed) {
  for (const column of firstIsFixed ? level.columns.slice(1) : level.columns) {
    for (let k = 1; k < column.length; k++) {
      if (savedBySwap(column[k - 1], column[k]) <= 0) continue;
      [column[k - 1], column[k]] = [column[k], column[k - 1]];
      column[k - 1].place = k - 1;
      column[k].place = k;
    }
  }
}
