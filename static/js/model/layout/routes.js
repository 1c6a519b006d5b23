import { curveThrough, pathOf, withoutNeedless } from "./curves.js";
import { railsOf } from "./rails.js";
import { heightOn } from "./strands.js";

/** @import {Level, Link, Options, Point, Route, Vertex} from "./types.js" */
/** @import {Journey} from "./links.js" */

/** @param {Journey} journey @param {Options} options @returns {Route} */
export function routeOf(journey, options) {
  const points = withoutNeedless(journey.links.flatMap((link, k) => pointsOf(link, journey.levels[k], options)));
  const segments = curveThrough(points);
  return { source: journey.source.key, target: journey.target.key, points, segments, path: pathOf(segments), edges: journey.edges };
}

/**
 * Level within each column, so that curves bend between the columns only, where no card stands.
 *
 * @param {Link} link @param {Level} level @param {Options} options
 * @returns {Point[]}
 */
function pointsOf(link, level, options) {
  const { from, to } = link;
  const start = level.y + from.y + link.fromY;
  const end = level.y + to.y + link.toY;
  return [
    [level.x + from.x + from.width, start],
    [rightOf(level, from), start],
    ...railsOf(link).flatMap((rail) => passing(rail, link, level, options)),
    [leftOf(level, to), end],
    [level.x + to.x, end],
  ];
}

/** @param {Vertex} rail @param {Link} link @param {Level} level @param {Options} options @returns {Point[]} */
function passing(rail, link, level, options) {
  const y = level.y + rail.y + heightOn(link, rail, options);
  /** @type {Point[]} */
  const ends = [[leftOf(level, rail), y], [rightOf(level, rail), y]];
  return link.back ? ends.reverse() : ends;
}

/** @param {Level} level @param {Vertex} v */
const leftOf = (level, v) => level.x + level.columnX[v.rank];

/** @param {Level} level @param {Vertex} v */
const rightOf = (level, v) => leftOf(level, v) + level.columnWidth[v.rank];
