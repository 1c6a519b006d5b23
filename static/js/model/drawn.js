// Points somebody draws: a list of places with a class each, or of places alone, which make a curve.

/** @typedef {{x: number, y: number, class: number}} Point places from −1 to 1, upwards and to the right */
/** @typedef {{x: number[][], y: (number | number[])[]}} Arrays */

export const MOST = 500;
const STEPS = 100, FILLED = 0.9;

/** To hundredths, so that a drawn point has a place that can be written. @param {number} place */
export const tidy = (place) => Math.round(Math.min(1, Math.max(-1, place)) * STEPS) / STEPS || 0;

/** What the service takes. @param {Point[]} points @param {boolean} curve @returns {Arrays} */
export function arraysOf(points, curve) {
  if (curve) return { x: points.map(({ x }) => [x]), y: points.map(({ y }) => [y]) };
  return { x: points.map(({ x, y }) => [x, y]), y: points.map((point) => point.class) };
}

/** Arrays as points, where they can be drawn on. @param {any} arrays @returns {{points: Point[], curve: boolean} | null} */
export function pointsOf(arrays) {
  const { x, y } = arrays ?? {};
  if (!Array.isArray(x) || !Array.isArray(y) || !x.length || x.length !== y.length || x.length > MOST) return null;
  const curve = x.every((row) => row?.length === 1), plane = x.every((row) => row?.length === 2);
  if (curve && y.every((value) => value?.length === 1 && inside(value[0])) && x.every(([a]) => inside(a))) return { curve, points: x.map(([a], k) => ({ x: a, y: y[k][0], class: 0 })) };
  if (plane && y.every(Number.isInteger) && x.every(([a, b]) => inside(a) && inside(b))) return { curve: false, points: x.map(([a, b], k) => ({ x: a, y: b, class: y[k] })) };
  return null;
}

/** Samples as points that fill the square, where they are points or a curve, and not too many. @param {{family: string, inputs: any[][], targets: any[]}} samples @returns {{points: Point[], curve: boolean} | null} */
export function fitted({ family, inputs, targets }) {
  const curve = family === "curve";
  if ((!curve && family !== "points") || inputs.length > MOST) return null;
  const places = inputs.map((row, k) => [Number(row[0]), Number(curve ? [targets[k]].flat(2)[0] : row[1])]);
  const [across, up] = [0, 1].map((axis) => {
    const all = places.map((place) => place[axis]), low = Math.min(...all), high = Math.max(...all);
    return (/** @type {number} */ place) => tidy(FILLED * (2 * (place - low) / (high - low || 1) - 1));
  });
  return { curve, points: places.map(([x, y], k) => ({ x: across(x), y: up(y), class: curve ? 0 : Number(targets[k]) })) };
}

/** @param {unknown} place */
const inside = (place) => typeof place === "number" && Math.abs(place) <= 1;

/** Why points are no data yet; nothing where they are. @param {Point[]} points @param {boolean} curve */
export function missing(points, curve) {
  if (points.length < 2) return "Put two points or more into the square.";
  if (curve || new Set(points.map((point) => point.class)).size > 1) return "";
  return "All points are of one class: put at least one of another.";
}

/** The place in the list of the point nearest to a place, or −1 where none is as near as `within`. @param {Point[]} points @param {{x: number, y: number}} place @param {number} within */
export function nearest(points, place, within) {
  let best = -1, least = within;
  points.forEach(({ x, y }, k) => {
    const away = Math.hypot(x - place.x, y - place.y);
    if (away <= least) [best, least] = [k, away];
  });
  return best;
}
