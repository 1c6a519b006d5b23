import { lastStop } from "./rails.js";
import { mainLinks } from "./strands.js";

/** @import {Level, Link, Options, Vertex} from "./types.js" */

/** Kept free of edges at the corners of a card. */
const CORNER = 12;

/**
 * Decides at which height of its two boxes each link starts and ends.
 *
 * @param {Level} level
 * @param {Options} options
 */
export function placeEnds(level, options) {
  const main = new Map(mainLinks(level).map((link) => [link.to, link.from]));
  for (const link of level.links) if (link.fromPort) link.fromY = portHeight(link.fromPort, link.from);
  for (const [box, links] of arrivals(level)) {
    if (box.kind === "out") continue;
    spreadArrivals(box, links, main.get(box), options);
    keepParallel(links);
  }
}

/** @param {Vertex} port @param {Vertex} box */
const portHeight = (port, box) => port.y - box.height / 2;

/** The links that end at a box itself, not at a port of it. @param {Level} level @returns {Map<Vertex, Link[]>} */
function arrivals(level) {
  const byBox = new Map();
  for (const link of level.links) {
    if (link.toPort) link.toY = portHeight(link.toPort, link.to);
    else if (byBox.has(link.to)) byBox.get(link.to).push(link);
    else byBox.set(link.to, [link]);
  }
  return byBox;
}

/**
 * Slots from top to bottom; the main path arrives at the middle, so that it stays straight.
 *
 * @param {Vertex} box
 * @param {Link[]} links
 * @param {Vertex | undefined} mainSource
 * @param {Options} options
 */
function spreadArrivals(box, links, mainSource, { slotGap }) {
  links.sort((a, b) => a.slot - b.slot || lastStop(a).place - lastStop(b).place || a.index - b.index);
  const last = links.length - 1;
  const middle = mainSource ? meanPlace(links, mainSource) : last / 2;
  const room = Math.max(box.height / 2 - CORNER, box.height / 4);
  const gap = Math.min(slotGap, room / Math.max(middle, last - middle, 0.5));
  links.forEach((link, k) => {
    link.toY = (k - middle) * gap;
  });
}

/** @param {Link[]} links @param {Vertex} source */
function meanPlace(links, source) {
  const places = links.flatMap((link, k) => (link.from === source ? [k] : []));
  return places.reduce((sum, place) => sum + place, 0) / places.length;
}

/** Several links between the same two cards start as far apart as they end. @param {Link[]} links */
function keepParallel(links) {
  if (!links.some((link) => link.parallel > 0)) return;
  const bySource = new Map();
  for (const link of links) {
    if (link.from.kind === "in" || link.fromPort) continue;
    bySource.set(link.from, [...(bySource.get(link.from) ?? []), link]);
  }
  for (const same of bySource.values()) {
    const mean = same.reduce((/** @type {number} */ sum, /** @type {Link} */ link) => sum + link.toY, 0) / same.length;
    for (const link of same) link.fromY = link.toY - mean;
  }
}
