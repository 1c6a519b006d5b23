// Which groups are closed: hundreds of cards at once show nothing.

/** @typedef {import("../types").Graph} Graph */

/** A graph of more cards than this opens with its groups closed. */
const MOST_AT_FIRST = 150;
/** Never more cards than this are drawn, as far as closing groups can help. */
const MOST_CARDS = 300;

/** A path of names as one key. @param {string[]} path */
export const pathKey = (path) => path.join("/");

/** Groups inside groups stay closed too, so that a layer opens to its time steps. @param {Graph} graph @returns {Set<string>} */
export function closedAtFirst({ nodes, groups }) {
  return new Set(nodes.length > MOST_AT_FIRST ? groups.map(({ path }) => pathKey(path)) : []);
}

/** Open or close a group; where that would draw too many cards, the groups that have been open longest close, but for those around it. @param {Graph} graph @param {Set<string>} closed @param {string} path */
export function toggled(graph, closed, path) {
  const next = new Set(closed);
  if (!next.delete(path)) return next.add(path);
  const open = graph.groups.map((group) => pathKey(group.path)).filter((key) => !next.has(key));
  const others = open.filter((key) => !`${path}/`.startsWith(`${key}/`)).sort((a, b) => b.length - a.length);
  for (const key of others) {
    if (cardsDrawn(graph, next) <= MOST_CARDS) break;
    next.add(key);
  }
  return next;
}

/** The groups that are not as they were at first: what a link has to say of them. @param {Graph} graph @param {Set<string>} closed @returns {string[]} */
export function changedGroups(graph, closed) {
  const first = closedAtFirst(graph);
  return graph.groups.map(({ path }) => pathKey(path)).filter((key) => first.has(key) !== closed.has(key));
}

/** What is closed where these were changed; names of no group say nothing. @param {Graph} graph @param {string[]} changed */
export function closedAs(graph, changed) {
  const named = new Set(changed), keys = graph.groups.map(({ path }) => pathKey(path)).filter((key) => named.has(key));
  return keys.reduce((closed, key) => toggled(graph, closed, key), closedAtFirst(graph));
}

/** How many cards stand on the stage: nodes, and closed groups. @param {Graph} graph @param {Set<string>} closed */
export function cardsDrawn({ nodes }, closed) {
  const drawn = new Set();
  for (const { id, group } of nodes) drawn.add(hiddenBy(group, closed) ?? id);
  return drawn.size;
}

/** The outermost closed group around a path. @param {string[]} group @param {Set<string>} closed */
export function hiddenBy(group, closed) {
  let key = "";
  for (const part of group) {
    key = key ? `${key}/${part}` : part;
    if (closed.has(key)) return key;
  }
  return null;
}
