// What can be seen of a layout, found again from the finished picture alone.

import { pointAt } from "../../static/js/model/layout.js";

const SAMPLES = 160;
const INSIDE = 0.5;

/** @param {any} route */
export const samplesOf = (route) => Array.from({ length: SAMPLES + 1 }, (_, k) => pointAt(route.segments, k / SAMPLES));

/** Cards and closed groups. */
export const solid = (picture) => [...picture.boxes.values()].filter((box) => box.kind !== "open");

export const framesOf = (picture) => [...picture.boxes.values()].filter((box) => box.kind === "open");

/** Frames hold each other and their cards: only boxes beside each other count. */
export function overlaps(picture) {
  const boxes = [...picture.boxes.values()];
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => !isWithin(a, b) && !isWithin(b, a) && overlap(a, b)).map((b) => [a.key, b.key]));
}

/** Is box a in the frame b, by its path? */
function isWithin(a, b) {
  return b.kind === "open" && b.path.every((part, k) => a.path[k] === part);
}

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Boxes that stick out of their frame or into its title. */
export function outsiders(picture) {
  const frames = framesOf(picture);
  return [...picture.boxes.values()].filter((box) => frames.some((frame) => frame !== box && isWithin(box, frame) && !holds(frame, box)));
}

const holds = (frame, box) =>
  box.x >= frame.x && box.x + box.width <= frame.x + frame.width &&
  box.y >= frame.y + frame.titleHeight && box.y + box.height <= frame.y + frame.height;

/** Routes that run through a card or a closed group, their own ends included. */
export function trespassers(picture) {
  const boxes = solid(picture);
  return picture.routes.filter((route) => samplesOf(route).some((point) => boxes.some((box) => contains(box, point))));
}

const contains = (box, [x, y]) =>
  x > box.x + INSIDE && x < box.x + box.width - INSIDE && y > box.y + INSIDE && y < box.y + box.height - INSIDE;

/** Routes that run through a frame in which neither of their ends lies. */
export function frameBreakers(picture) {
  return picture.routes.filter((route) => {
    const ends = [picture.boxes.get(route.source), picture.boxes.get(route.target)];
    const foreign = framesOf(picture).filter((frame) => !ends.some((end) => isWithin(end, frame)));
    return samplesOf(route).some((point) => foreign.some((frame) => contains(frame, point)));
  });
}

/** Pairs of routes that cross; routes with a common end may touch there and don't count. */
export function crossingPairs(picture) {
  const lines = picture.routes.map((route) => ({ route, points: samplesOf(route) }));
  return lines.flatMap((a, i) => lines.slice(i + 1).filter((b) => !shareEnd(a.route, b.route) && cross(a.points, b.points)));
}

const shareEnd = (a, b) => a.source === b.source || a.target === b.target;

const cross = (a, b) => a.slice(1).some((p, i) => b.slice(1).some((q, j) => meet(a[i], p, b[j], q)));

function meet(a, b, c, d) {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

const side = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

/** For each group of boxes that share a frame and a column, their keys from top to bottom. */
export function columnsOf(picture) {
  const columns = new Map();
  for (const box of [...picture.boxes.values()].sort((a, b) => a.y - b.y)) {
    const home = box.kind === "node" ? box.path : box.path.slice(0, -1);
    const key = `${home.join("/")}:${box.rank}`;
    columns.set(key, [...(columns.get(key) ?? []), box.key]);
  }
  return columns;
}
