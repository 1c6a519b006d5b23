import { addVertex } from "./levels.js";

/** @import {Graph, GraphEdge, Level, Link, Vertex} from "./types.js" */
/** @typedef {{vertex: Vertex, level: Level}} Place */
/** @typedef {{source: Vertex, target: Vertex, links: Link[], levels: Level[], edges: GraphEdge[]}} Journey the way of an edge through the levels */

const NO_SIZE = { width: 0, height: 0 };

/**
 * Cuts each edge at the frames it crosses: one link in each level, joined by ports on the frames.
 *
 * @param {Graph} graph
 * @param {Map<number, Place>} seen
 * @returns {Journey[]} edges with the same links share a journey; those inside a closed group have none
 */
export function journeysOf(graph, seen) {
  const journeys = new Map();
  for (const edge of slotOrder(graph.edges)) {
    const source = placeOf(seen, edge.from, edge);
    const target = placeOf(seen, edge.to, edge);
    if (source.vertex === target.vertex) continue;
    const journey = travel(edge, source, target);
    const key = journey.links.map((link, k) => `${journey.levels[k].box?.key ?? ""}#${link.index}`).join(" ");
    if (!journeys.has(key)) journeys.set(key, journey);
    journeys.get(key).edges.push(edge);
  }
  return [...journeys.values()];
}

/** The order of the caller's edge list must not matter. @param {GraphEdge[]} edges */
function slotOrder(edges) {
  return [...edges].sort((a, b) => a.to - b.to || a.slot - b.slot || a.from - b.from);
}

/** @param {Map<number, Place>} seen @param {number} id @param {GraphEdge} edge */
function placeOf(seen, id, edge) {
  const place = seen.get(id);
  if (!place) throw new RangeError(`layout: edge ${edge.from} → ${edge.to} names node ${id}, which is not in the graph`);
  return place;
}

/**
 * @param {GraphEdge} edge
 * @param {Place} source
 * @param {Place} target
 * @returns {Journey}
 */
function travel(edge, source, target) {
  const journey = /** @type {Journey} */ ({ source: source.vertex, target: target.vertex, links: [], levels: [], edges: [] });
  const { climbs, descents } = frames(source.level, target.level);
  let end = { vertex: source.vertex, port: /** @type {Vertex | null} */ (null) };
  /** @param {Level} level @param {Vertex} to @param {Vertex | null} toPort @param {number} slot */
  const go = (level, to, toPort, slot) => {
    const link = linkBetween(level, end.vertex, end.port, to, toPort, slot);
    if (toPort) toPort.feed = link;
    journey.links.push(link);
    journey.levels.push(level);
  };
  for (const level of climbs) {
    const port = portOf(level, "out", edge.from);
    go(level, port, null, -1);
    end = { vertex: boxOf(level), port };
  }
  for (const level of descents) {
    const port = portOf(level, "in", edge.from);
    go(parentOf(level), boxOf(level), port, -1);
    end = { vertex: port, port: null };
  }
  go(target.level, target.vertex, null, target.vertex.kind === "node" ? edge.slot : -1);
  return journey;
}

/** The frames left and the frames entered on the way from one level to another. @param {Level} from @param {Level} to */
function frames(from, to) {
  const climbs = [];
  const descents = [];
  while (from !== to) {
    if (from.depth >= to.depth) {
      climbs.push(from);
      from = parentOf(from);
    } else {
      descents.push(to);
      to = parentOf(to);
    }
  }
  return { climbs, descents: descents.reverse() };
}

/** @param {Level} level */
const parentOf = (level) => /** @type {Level} */ (level.parent);

/** @param {Level} level */
const boxOf = (level) => /** @type {Vertex} */ (level.box);

/**
 * Edges from one node share a port. Ports belong to nodes, not to boxes, so that they
 * stay when a group elsewhere is opened or closed.
 *
 * @param {Level} level @param {"in" | "out"} side @param {number} source
 */
function portOf(level, side, source) {
  const ports = side === "in" ? level.inPorts : level.outPorts;
  const known = ports.get(source);
  if (known) return known;
  const port = addVertex(level, side, source, [], NO_SIZE);
  ports.set(source, port);
  return port;
}

/**
 * @param {Level} level
 * @param {Vertex} from
 * @param {Vertex | null} fromPort
 * @param {Vertex} to
 * @param {Vertex | null} toPort
 * @param {number} slot
 * @returns {Link}
 */
function linkBetween(level, from, fromPort, to, toPort, slot) {
  const ends = `${from.index},${fromPort?.index ?? ""},${to.index},${toPort?.index ?? ""}`;
  const beside = level.linksByEnds.get(ends) ?? [];
  const known = beside.find((link) => link.slot === slot);
  if (known) return known;
  const link = {
    index: level.links.length, from, fromPort, to, toPort, slot, parallel: beside.length,
    back: false, backRails: [], fromY: 0, toY: 0,
  };
  level.links.push(link);
  level.linksByEnds.set(ends, [...beside, link]);
  return link;
}
