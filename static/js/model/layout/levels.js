/** @import {Graph, GraphGroup, Level, Vertex} from "./types.js" */

/** Names a group in `boxes`. @param {string[]} path */
export const groupKey = (path) => JSON.stringify(path);

const CLOSED_SIZE = { width: 160, height: 64 };
const TITLE_HEIGHT = 24;

/**
 * Puts every visible thing into the level it is drawn in.
 *
 * @param {Graph} graph
 * @returns {{levels: Level[], seen: Map<number, {vertex: Vertex, level: Level}>}} `levels` outer ones first;
 *   `seen` tells for each node what stands for it: its card, or the closed group that hides it
 */
export function levelsOf(graph) {
  const groups = new Map((graph.groups ?? []).map((group) => [groupKey(group.path), group]));
  const root = newLevel(null, null, undefined);
  const found = new Map([[groupKey([]), root]]);
  const closed = new Map();
  const seen = new Map();
  for (const node of [...graph.nodes].sort((a, b) => a.id - b.id)) {
    if (seen.has(node.id)) throw new RangeError(`layout: node ${node.id} is given twice`);
    seen.set(node.id, place(node, groups, found, closed));
  }
  return { levels: [...found.values()].sort((a, b) => a.depth - b.depth), seen };
}

/**
 * @param {Graph["nodes"][number]} node
 * @param {Map<string, GraphGroup>} groups
 * @param {Map<string, Level>} found
 * @param {Map<string, Vertex>} closed
 */
function place(node, groups, found, closed) {
  const path = node.group ?? [];
  let level = /** @type {Level} */ (found.get(groupKey([])));
  for (let depth = 1; depth <= path.length; depth++) {
    const here = path.slice(0, depth);
    const key = groupKey(here);
    if (groups.get(key)?.open === false) return { vertex: closedBox(level, here, groups.get(key), closed), level };
    const inner = found.get(key) ?? openBox(level, here, groups.get(key));
    found.set(key, inner);
    level = inner;
  }
  return { vertex: addVertex(level, "node", node.id, path, node), level };
}

/** @param {Level} level @param {string[]} path @param {GraphGroup | undefined} group @param {Map<string, Vertex>} closed */
function closedBox(level, path, group, closed) {
  const key = groupKey(path);
  const known = closed.get(key);
  if (known) return known;
  const size = { width: group?.width ?? CLOSED_SIZE.width, height: group?.height ?? CLOSED_SIZE.height };
  const box = addVertex(level, "closed", key, path, size);
  closed.set(key, box);
  return box;
}

/** @param {Level} level @param {string[]} path @param {GraphGroup | undefined} group */
function openBox(level, path, group) {
  const box = addVertex(level, "open", groupKey(path), path, { width: 0, height: 0 });
  box.inside = newLevel(level, box, group);
  return box.inside;
}

/**
 * @param {Level} level
 * @param {Vertex["kind"]} kind
 * @param {number | string} key
 * @param {string[]} path
 * @param {{width: number, height: number}} size
 * @returns {Vertex}
 */
export function addVertex(level, kind, key, path, size) {
  const vertex = newVertex(kind, key, path, size, level.vertices.length);
  level.vertices.push(vertex);
  return vertex;
}

/**
 * @param {Vertex["kind"]} kind
 * @param {number | string} key
 * @param {string[]} path
 * @param {{width: number, height: number}} size
 * @param {number} index
 * @returns {Vertex}
 */
export function newVertex(kind, key, path, { width, height }, index) {
  return {
    kind, key, path, index, width, height,
    inside: null, feed: null,
    rank: 0, place: 0, depth: 0, reach: 0,
    before: [], after: [], rails: [], lanes: [], inRow: false,
    strand: null, shift: 0, x: 0, y: 0,
  };
}

/** @param {Level | null} parent @param {Vertex | null} box @param {GraphGroup | undefined} group @returns {Level} */
function newLevel(parent, box, group) {
  return {
    parent, box,
    depth: parent ? parent.depth + 1 : 0,
    titleWidth: group?.titleWidth ?? 0,
    titleHeight: group?.titleHeight ?? (parent ? TITLE_HEIGHT : 0),
    vertices: [], inPorts: new Map(), outPorts: new Map(),
    links: [], linksByEnds: new Map(),
    columns: [], columnX: [], columnWidth: [],
    width: 0, height: 0, x: 0, y: 0,
  };
}
