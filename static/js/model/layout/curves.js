/** @import {Point, Segment} from "./types.js" */

/** The reach of the control points where an edge turns round. */
export const TURN = 26;
const PIECES = 24;

/**
 * Smooth cubics through the points, horizontal at each of them.
 *
 * @param {Point[]} points
 * @returns {Segment[]}
 */
export function curveThrough(points) {
  let direction = 1;
  return points.slice(1).map(([x1, y1], k) => {
    const [x0, y0] = points[k];
    if (x0 === x1) return turn(x0, y0, y1, (direction = -direction));
    const middle = (x0 + x1) / 2;
    return [x0, y0, middle, y0, middle, y1, x1, y1];
  });
}

/** Turns round at x, to run on in the new direction. @param {number} x @param {number} y0 @param {number} y1 @param {number} direction @returns {Segment} */
function turn(x, y0, y1, direction) {
  const bulge = x - direction * TURN;
  return [x, y0, bulge, y0, bulge, y1, x, y1];
}

/** Points at the same place and points within a level stretch say nothing. @param {Point[]} points @returns {Point[]} */
export function withoutNeedless(points) {
  /** @type {Point[]} */
  const kept = [];
  for (const [x, y] of points) {
    const [a, b] = [kept[kept.length - 2], kept[kept.length - 1]];
    if (b && b[0] === x && b[1] === y) continue;
    if (a && a[1] === y && b[1] === y && (b[0] - a[0]) * (x - b[0]) > 0) kept.pop();
    kept.push([x, y]);
  }
  return kept;
}

/** @param {number} value */
const short = (value) => String(Math.round(value * 100) / 100);

/** For an SVG `d` attribute. @param {Segment[]} segments */
export function pathOf(segments) {
  if (!segments.length) return "";
  const [x, y] = segments[0];
  return `M${short(x)} ${short(y)}` + segments.map(command).join("");
}

/** @param {Segment} segment */
function command([, y0, ...rest]) {
  if (y0 === rest[5]) return `H${short(rest[4])}`;
  return `C${rest.map(short).join(" ")}`;
}

/**
 * The place at the share t of the way, by length: equal steps of t are equally long on the screen.
 *
 * @param {Segment[]} segments
 * @param {number} t from 0 to 1
 * @returns {Point}
 */
export function pointAt(segments, t) {
  const marks = marksOf(segments);
  const goal = Math.min(1, Math.max(0, t)) * marks[marks.length - 1];
  let [low, high] = [0, marks.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (marks[middle] <= goal) low = middle;
    else high = middle;
  }
  const share = (goal - marks[low]) / (marks[high] - marks[low] || 1);
  const way = low + share;
  const k = Math.min(segments.length - 1, Math.floor(way / PIECES));
  return onCubic(segments[k], way / PIECES - k);
}

/** @type {WeakMap<Segment[], Float64Array>} */
const measured = new WeakMap();

/** The length up to each of `PIECES` marks on every segment, measured once. @param {Segment[]} segments */
function marksOf(segments) {
  const known = measured.get(segments);
  if (known) return known;
  const marks = new Float64Array(segments.length * PIECES + 1);
  segments.forEach((segment, s) => {
    for (let k = 1; k <= PIECES; k++) {
      const [x0, y0] = onCubic(segment, (k - 1) / PIECES);
      const [x1, y1] = onCubic(segment, k / PIECES);
      marks[s * PIECES + k] = marks[s * PIECES + k - 1] + Math.hypot(x1 - x0, y1 - y0);
    }
  });
  measured.set(segments, marks);
  return marks;
}

/** @param {Segment} segment @param {number} t @returns {Point} */
function onCubic([x0, y0, x1, y1, x2, y2, x3, y3], t) {
  const s = 1 - t;
  const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3];
}
