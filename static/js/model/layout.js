import { placeEnds } from "./layout/ends.js";
import { frameLevel, placeLevels } from "./layout/frames.js";
import { settleHeights } from "./layout/heights.js";
import { levelsOf } from "./layout/levels.js";
import { labelled } from "./layout/labels.js";
import { journeysOf } from "./layout/links.js";
import { orderLevel } from "./layout/order.js";
import { layRails, sortLanes } from "./layout/rails.js";
import { rankLevel } from "./layout/ranks.js";
import { routeOf } from "./layout/routes.js";

/** @import {Box, Graph, Layout, Level, Options, Route, Vertex} from "./layout/types.js" */

export { pointAt } from "./layout/curves.js";
export { groupKey } from "./layout/levels.js";

/** @type {Options} */
const DEFAULTS = { columnGap: 56, rowGap: 32, laneGap: 12, slotGap: 20, padding: 24, margin: 16 };

/**
 * Nested layered layout, left to right: each open group is laid out alone and then is one box in the level around it.
 *
 * Columns and orders are found from the outside in, so that opening a group rearranges nothing around it;
 * heights and sizes from the inside out, because a frame must hold what lies in it.
 *
 * @param {Graph} graph
 * @param {Partial<Options>} [options]
 * @returns {Layout}
 */
export function layout(graph, options) {
  const settings = { ...DEFAULTS, ...options };
  const { levels, seen } = levelsOf(graph);
  const journeys = journeysOf(graph, seen);
  for (const level of levels) {
    rankLevel(level);
    layRails(level);
  }
  levels.forEach(orderLevel);
  for (const level of [...levels].reverse()) settle(level, settings);
  placeLevels(levels);
  const picture = pictureOf(levels, journeys.map((journey) => routeOf(journey, settings)));
  return settings.label ? labelled(picture, settings.label) : picture;
}

/** @param {Level} level @param {Options} options */
function settle(level, options) {
  level.vertices.forEach(sortLanes);
  placeEnds(level, options);
  settleHeights(level, options);
  frameLevel(level, options);
}

/** @param {Level[]} levels @param {Route[]} routes @returns {Layout} */
function pictureOf(levels, routes) {
  const boxes = new Map();
  for (const level of levels) for (const v of level.vertices) if (isBox(v)) boxes.set(v.key, boxOf(v, level));
  const edges = routes.flatMap((route, k) => {
    const { source, target, points, segments, path } = route;
    return route.edges.map((edge) => ({ ...edge, route: k, source, target, points, segments, path }));
  });
  return { boxes, edges, routes, width: levels[0].width, height: levels[0].height };
}

/** @param {Vertex} v */
const isBox = (v) => v.kind === "node" || v.kind === "open" || v.kind === "closed";

/** @param {Vertex} v @param {Level} level @returns {Box} */
function boxOf(v, level) {
  const { key, path, width, height, rank } = v;
  const kind = /** @type {Box["kind"]} */ (v.kind);
  const titleHeight = v.inside?.titleHeight ?? 0;
  return { key, kind, path, x: level.x + v.x, y: level.y + v.y - height / 2, width, height, titleHeight, rank };
}
