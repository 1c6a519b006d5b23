// Where an edge's number stands: over or under a level line, on a steep one, clear of cards and of the other numbers. Decided once per layout.

/** @import {Layout, Point} from "./types.js" */

import { pointAt as onCurve } from "./curves.js";

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const RING = 4;
/** Off the line, so that neither line nor arrow is hidden. */
const LIFT = 16;
const STEEP = 0.35;
const PLACES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8];

/** The same picture with a place for every edge's number. @param {Layout} picture @param {{width: number, height: number}} size of a number @returns {Layout} */
export function labelled(picture, size) {
  const taken = [...picture.boxes.values()].filter(({ kind }) => kind !== "open");
  const places = placeLabels(picture.edges, taken, size, onCurve);
  return { ...picture, edges: picture.edges.map((edge, k) => ({ ...edge, label: places[k] })) };
}

/**
 * @param {{segments: any}[]} edges @param {Box[]} taken cards @param {{width: number, height: number}} label
 * @param {(segments: any, t: number) => Point} pointAt
 * @returns {(Point | null)[]} null where no place is free
 */
export function placeLabels(edges, taken, label, pointAt) {
  const boxes = taken.map(withRing);
  return edges.map(({ segments }) => {
    const place = PLACES.flatMap((t) => standsAt(segments, t, pointAt)).find((point) => isFree(boxAround(point, label), boxes));
    if (!place) return null;
    boxes.push(boxAround(place, label));
    return place;
  });
}

/** @param {any} segments @param {number} t @param {(segments: any, t: number) => Point} pointAt @returns {Point[]} best first */
function standsAt(segments, t, pointAt) {
  const [x, y] = pointAt(segments, t);
  const [left, right] = [pointAt(segments, t - 0.1), pointAt(segments, t + 0.1)];
  const level = Math.abs(right[1] - left[1]) < STEEP * Math.abs(right[0] - left[0]);
  return level ? [[x, y - LIFT], [x, y + LIFT]] : [[x, y]];
}

/** A live card wears a ring. @param {Box} box @returns {Box} */
function withRing({ x, y, width, height }) {
  return { x: x - RING, y: y - RING, width: width + 2 * RING, height: height + 2 * RING };
}

/** @param {Point} point @param {{width: number, height: number}} size @returns {Box} */
function boxAround([x, y], { width, height }) {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** @param {Box} box @param {Box[]} taken */
function isFree(box, taken) {
  return taken.every((other) => box.x >= other.x + other.width || other.x >= box.x + box.width
    || box.y >= other.y + other.height || other.y >= box.y + box.height);
}
