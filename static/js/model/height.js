// A surface as a picture: where the points of its plane lie, and its contours as paths. Positions, no arithmetic on the model's numbers.

/** A side of the picture, in its own units. */
export const SIDE = 400;

/** Where a coordinate lies along a side, 0…1. @param {number[]} points evenly spaced, in order @param {number} x */
export const along = (points, x) => (x - points[0]) / (points[points.length - 1] - points[0]);

/** Where a point of the plane lies in the picture; y grows upwards. @param {number[][]} points of x and y @param {{x: number, y: number}} at @returns {[number, number]} */
export const placeOf = ([x, y], at) => [SIDE * along(x, at.x), SIDE * (1 - along(y, at.y))];

/** Rings in cells of a grid, whose value stands in the middle of a cell, as one SVG path. @param {number[][][][]} polygons @param {number} cells along a side */
export function pathOf(polygons, cells) {
  const unit = SIDE / (cells - 1);
  /** @param {number[]} point */
  const place = ([x, y]) => `${round((x - 0.5) * unit)},${round(SIDE - (y - 0.5) * unit)}`;
  return polygons.flat().map((ring) => `M${ring.map(place).join("L")}Z`).join("");
}

/** The squares of the grid whose numbers are not finite. @param {number[][]} losses rows of y @returns {{x: number, y: number, size: number}[]} */
export function gaps(losses) {
  const unit = SIDE / (losses.length - 1);
  return losses.flatMap((row, j) => row.flatMap((loss, i) => (Number.isFinite(loss) ? [] : [{ x: (i - 0.5) * unit, y: SIDE - (j + 0.5) * unit, size: unit }])));
}

/** The end of an arrow from a point, of a fixed length, against the slopes; null where there are none. @param {[number, number]} from @param {number[]} slopes @param {number} length @returns {[number, number] | null} */
export function downhill([x, y], slopes, length) {
  const size = Math.hypot(...slopes);
  return size > 0 && Number.isFinite(size) ? [x - length * slopes[0] / size, y + length * slopes[1] / size] : null;
}

/** @param {number} x */
const round = (x) => Math.round(x * 100) / 100;

/** Entries that learn, by name: all of a small model; of a large one the first of each parameter. @param {import("../types").Graph} graph @param {number} most @returns {string[]} */
export function entriesOf({ nodes }, most) {
  const learn = nodes.filter(({ role, wanted }) => role === "parameter" && wanted);
  const all = learn.reduce((n, { shape }) => n + size(shape), 0);
  return learn.flatMap(({ label, shape }) => Array.from({ length: all > most ? 1 : size(shape) }, (_, flat) => nameOf(label, indexOf(shape, flat))));
}

/** How many numbers learn. @param {import("../types").Graph} graph */
export const learning = ({ nodes }) => nodes.filter(({ role, wanted }) => role === "parameter" && wanted).reduce((n, { shape }) => n + size(shape), 0);

/** As the service calls it: dense1.weight[0,1], or w. @param {string} label @param {number[]} index */
export const nameOf = (label, index) => (index.length ? `${label}[${index.join(",")}]` : label);

/** @param {number[]} shape */
const size = (shape) => shape.reduce((n, m) => n * m, 1);

/** @param {number[]} shape @param {number} flat @returns {number[]} */
function indexOf(shape, flat) {
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}
