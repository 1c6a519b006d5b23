/** @import {Level, Vertex} from "./types.js" */

/**
 * Gives every vertex of a level its column: one right of the last thing it needs.
 * Things that need nothing stand just before their first consumer; ports stand on the borders.
 *
 * @param {Level} level
 */
export function rankLevel(level) {
  const all = level.vertices;
  markBackLinks(level);
  const { before, after } = neighbours(level);
  const order = topological(all, before, after);
  const first = level.inPorts.size ? 1 : 0;
  for (const v of order) {
    v.depth = Math.max(v.kind === "in" ? 1 : 0, ...before[v.index].map((u) => u.depth + 1));
    v.rank = v.kind === "in" ? 0 : Math.max(first, ...before[v.index].map((u) => u.rank + 1));
  }
  putOutPortsLast(level);
  pullTowardsConsumers(order, before, after, first);
  for (const v of order.reverse()) v.reach = Math.max(0, ...after[v.index].map((w) => w.reach + 1));
}

/**
 * Boxes can feed each other (a shared layer used twice) although nodes can't:
 * the links that close such a circle run backwards and don't count for the columns.
 *
 * @param {Level} level
 */
function markBackLinks(level) {
  const { before, after } = neighbours(level);
  const starts = [...level.vertices].sort((a, b) => Number(before[a.index].length > 0) - Number(before[b.index].length > 0));
  const back = circleClosers(starts, after);
  for (const link of level.links) link.back = back.has(pairKey(link.from, link.to));
}

/** @param {Vertex} u @param {Vertex} v */
const pairKey = (u, v) => `${u.index},${v.index}`;

/**
 * Depth first, without recursion: a pair that leads to a vertex still on the way closes a circle.
 *
 * @param {Vertex[]} starts
 * @param {Vertex[][]} after
 */
function circleClosers(starts, after) {
  const closers = new Set();
  const entered = new Set();
  const left = new Set();
  for (const start of starts) {
    const way = entered.has(start) ? [] : [{ vertex: start, next: 0 }];
    entered.add(start);
    while (way.length) {
      const step = way[way.length - 1];
      const next = after[step.vertex.index][step.next++];
      if (!next) left.add(way.pop()?.vertex);
      else if (!entered.has(next)) {
        entered.add(next);
        way.push({ vertex: next, next: 0 });
      } else if (!left.has(next)) closers.add(pairKey(step.vertex, next));
    }
  }
  return closers;
}

/** @param {Level} level @returns {{before: Vertex[][], after: Vertex[][]}} each neighbour once, without back links */
function neighbours(level) {
  const before = level.vertices.map(() => /** @type {Vertex[]} */ ([]));
  const after = level.vertices.map(() => /** @type {Vertex[]} */ ([]));
  const known = new Set();
  for (const { from, to, back } of level.links) {
    const key = pairKey(from, to);
    if (back || known.has(key)) continue;
    known.add(key);
    before[to.index].push(from);
    after[from.index].push(to);
  }
  return { before, after };
}

/** @param {Vertex[]} all @param {Vertex[][]} before @param {Vertex[][]} after */
function topological(all, before, after) {
  const waiting = before.map((list) => list.length);
  const order = all.filter((v) => waiting[v.index] === 0);
  for (let k = 0; k < order.length; k++) {
    for (const next of after[order[k].index]) if (--waiting[next.index] === 0) order.push(next);
  }
  return order;
}

/** @param {Level} level */
function putOutPortsLast(level) {
  const ports = [...level.outPorts.values()];
  let last = 0;
  for (const v of level.vertices) if (v.kind !== "out") last = Math.max(last, v.rank);
  for (const port of ports) port.rank = last + 1;
}

/**
 * A leaf, or a little tree that only leaves feed, moves right until it stands before its first consumer.
 *
 * @param {Vertex[]} order topological
 * @param {Vertex[][]} before
 * @param {Vertex[][]} after
 * @param {number} first
 */
function pullTowardsConsumers(order, before, after, first) {
  const free = new Set();
  for (const v of order) {
    const isFree = before[v.index].every((u) => free.has(u) && after[u.index].length === 1);
    if (isFree && v.kind !== "in") free.add(v);
  }
  for (let k = order.length - 1; k >= 0; k--) {
    const v = order[k];
    if (v.kind === "out" || !free.has(v) || !after[v.index].length) continue;
    v.rank = Math.max(first, Math.min(...after[v.index].map((w) => w.rank)) - 1);
  }
}
