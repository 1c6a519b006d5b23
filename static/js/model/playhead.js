// What is known after the first `cursor` events. Any cursor can be shown directly, so seeking is playing.

import { edgeKey } from "./trace.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../types").Frame} Frame */
/** @typedef {import("../types").TraceEvent} TraceEvent */
/** @typedef {import("../types").Grain} Grain */
/** @typedef {import("../types").Live} Live */

/** A frame is kept at every so many events, and the one shown last: a step costs its own events and a copy. */
const APART = 256;
/** Frames that are known, by cursor. Nobody writes to a frame once it is made. @type {WeakMap<Trace, {posts: Frame[], last: Frame}>} */
const known = new WeakMap();

/** @param {Trace} trace @param {number} cursor @returns {Frame} */
export function frameAt(trace, cursor) {
  const kept = known.get(trace) ?? { posts: [firstFrame(trace)], last: firstFrame(trace) };
  known.set(trace, kept);
  while (kept.posts.length * APART <= cursor) kept.posts.push(walked(trace, kept.posts[kept.posts.length - 1], kept.posts.length * APART));
  const post = kept.posts[Math.floor(cursor / APART)];
  kept.last = walked(trace, kept.last.cursor <= cursor && kept.last.cursor > post.cursor ? kept.last : post, cursor);
  return kept.last;
}

/** @param {Trace} trace @returns {Frame} */
function firstFrame(trace) {
  const { nodes } = trace.graph;
  return {
    cursor: 0, event: null, phase: trace.events[0]?.phase ?? "forward",
    values: nodes.map((node) => (node.op === null ? trace.schedule.values[node.id] : null)),
    gradients: nodes.map(() => null), tangents: new Set(), assigned: nodes.map(() => false),
    edges: new Map(), live: liveAt(trace, 0),
  };
}

/** What is known at `cursor`, from what was known before. @param {Trace} trace @param {Frame} before @param {number} cursor @returns {Frame} */
function walked(trace, before, cursor) {
  const event = cursor > 0 ? trace.events[cursor - 1] : null;
  const frame = {
    cursor, event, phase: event?.phase ?? before.phase, values: [...before.values], gradients: [...before.gradients],
    tangents: new Set(before.tangents), assigned: [...before.assigned], edges: new Map(before.edges), live: liveAt(trace, cursor),
  };
  for (let k = before.cursor; k < cursor; k++) happen(frame, trace, trace.events[k]);
  return frame;
}

/** @param {Frame} frame @param {Trace} trace @param {TraceEvent} event */
function happen(frame, trace, event) {
  switch (event.kind) {
    case "forward": return forward(frame, trace, event);
    case "contribution": return contribution(frame, event);
    case "seed": return seed(frame, event);
    case "tangent": return tangent(frame, event);
    case "slope": case "quotient": return delivered(frame, event.into, event.total);
    case "credit": return delivered(frame, event.into, event.total);
    case "probe": case "influence": return;
    case "assign": return assign(frame, event);
    case "zero_grad": for (const id of event.params) frame.gradients[id] = null; return;
    case "clip": for (const id of event.params) frame.gradients[id] = event.value; return;
    case "recompute": frame.values[event.node] = event.value; return;
    case "statistics": frame.values[event.target] = event.value; return;
    case "stop": return;
    case "batch": return;
    default: unknown(event);
  }
}

/** @param {Frame} frame @param {Trace} trace @param {import("../types").ForwardEvent} event */
function forward(frame, trace, event) {
  frame.values[event.node] = event.value;
  trace.graph.nodes[event.node].inputs.forEach((_, slot) => {
    frame.edges.set(edgeKey(event.node, slot), { forward: true, contribution: null });
  });
}

/** @param {Frame} frame @param {import("../types").ContributionEvent} event */
function contribution(frame, event) {
  frame.gradients[event.into] = event.total;
  frame.edges.set(edgeKey(event.node, event.slot), { forward: true, contribution: event });
}

/** A pass begins with no gradients: with several outputs, those of the one before go. @param {Frame} frame @param {import("../types").Kind<"seed">} event */
function seed(frame, event) {
  frame.gradients.fill(null);
  for (const [key, { forward, contribution }] of frame.edges) if (contribution) frame.edges.set(key, { forward, contribution: null });
  frame.gradients[event.node] = event.value;
}

/** A tangent stands where the gradient stands, until the next pass begins. @param {Frame} frame @param {import("../types").Kind<"tangent">} event */
function tangent(frame, event) {
  if (event.node === event.leaf) {
    for (const id of frame.tangents) frame.gradients[id] = null;
    frame.tangents.clear();
  }
  frame.gradients[event.node] = event.value;
  frame.tangents.add(event.node);
}

/** A leaf's gradient is there once its last entry is. @param {Frame} frame @param {number} leaf @param {import("../types").Ref | null} total */
function delivered(frame, leaf, total) {
  if (!total) return;
  frame.gradients[leaf] = total;
  frame.tangents.delete(leaf);
}

/** @param {Frame} frame @param {import("../types").AssignEvent} event */
function assign(frame, event) {
  if (event.target === "kept") frame.gradients[event.param] = event.value;
  if (event.target !== "parameter") return;
  frame.values[event.param] = event.value;
  frame.assigned[event.param] = true;
}

/** A new kind of event does not compile until it is handled here. @param {never} event @returns {never} */
function unknown(event) {
  throw new Error(`The page does not know this event: ${JSON.stringify(event)}`);
}

/** The operation the cursor stands in, as far as it has happened. @param {Trace} trace @param {number} cursor @returns {Live} */
function liveAt(trace, cursor) {
  /** @type {Live} */
  const live = { tone: "plain", nodes: new Set(), edges: new Set(), reverse: false };
  for (const event of sameOperation(trace, cursor)) light(live, trace, event);
  return live;
}

/** The events of the operation the cursor stands in, oldest first. @param {Trace} trace @param {number} cursor */
export function sameOperation(trace, cursor) {
  let first = cursor;
  while (first > 0 && trace.events[first - 1].operation === trace.events[cursor - 1].operation) first--;
  return trace.events.slice(first, cursor);
}

/** @param {Live} live @param {Trace} trace @param {TraceEvent} event */
function light(live, trace, event) {
  live.tone = toneOf(event);
  live.reverse = live.tone === "backward" && event.kind !== "recompute" && event.kind !== "tangent";
  if (event.kind === "forward" || event.kind === "recompute") {
    live.nodes.add(event.node);
    trace.graph.nodes[event.node].inputs.forEach((_, slot) => live.edges.add(edgeKey(event.node, slot)));
  } else if (event.kind === "statistics") live.nodes.add(event.node).add(event.target);
  else if (event.kind === "contribution") {
    live.nodes.add(event.node);
    live.edges.add(edgeKey(event.node, event.slot));
  } else if (event.kind === "tangent") {
    live.nodes.add(event.node);
    const moving = new Set(passOf(trace, event).map(({ node }) => node));
    trace.graph.nodes[event.node].inputs.forEach((input, slot) => moving.has(input) && live.edges.add(edgeKey(event.node, slot)));
  } else if (event.kind === "slope" || event.kind === "credit") {
    live.nodes.add(event.node).add(event.into);
  } else if (event.kind === "quotient") live.nodes.add(event.into);
  else if (event.kind === "influence") live.nodes.add(event.param).add(event.node);
  else if (event.kind === "probe") live.nodes.add(event.node);
  else if (event.kind === "seed") live.nodes.add(event.node);
  else if (event.kind === "assign") live.nodes.add(event.param);
  else if (event.kind === "zero_grad" || event.kind === "clip") event.params.forEach((id) => live.nodes.add(id));
}

/** The tangents of a pass up to one of them. @param {Trace} trace @param {import("../types").Kind<"tangent">} event */
function passOf(trace, event) {
  /** @type {import("../types").Kind<"tangent">[]} */
  const found = [];
  for (let k = event.index; k >= 0; k--) {
    const other = trace.events[k];
    if (other.kind !== "tangent" || other.direction !== event.direction) break;
    found.push(other);
  }
  return found;
}

/** @param {TraceEvent} event @returns {import("../types").Tone} */
export function toneOf(event) {
  return event.phase === "loss" ? "forward" : event.phase;
}

/** @param {TraceEvent} event @param {Grain} grain */
function ordinal(event, grain) {
  switch (grain) {
    case "event": return event.index;
    case "operation": return event.operation;
    case "layer": return event.layer;
    case "phase": return event.phase;
    case "iteration": case "epoch": return 0;
    default: return unknown(/** @type {never} */ (grain));
  }
}

/** The cursors at which a step of this grain ends; 0 is always one. @param {Trace} trace @param {Grain} grain @returns {number[]} */
export function stops(trace, grain) {
  const ends = trace.events.flatMap((event, k) => {
    const next = trace.events[k + 1];
    return next && ordinal(next, grain) === ordinal(event, grain) ? [] : [k + 1];
  });
  return [0, ...ends];
}

/** @param {number[]} ends @param {number} cursor @returns {number | null} null past the end */
export function stopAfter(ends, cursor) {
  return ends.find((k) => k > cursor) ?? null;
}

/** @param {number[]} ends @param {number} cursor @returns {number | null} null before the start */
export function stopBefore(ends, cursor) {
  return ends.findLast((k) => k < cursor) ?? null;
}

/** The training step in which an epoch of so many ends, the one that is under way or else the next. @param {number} epoch @param {{iteration: number, cursor: number}} place @param {number} length */
export function epochAfter(epoch, { iteration, cursor }, length) {
  const done = iteration + (cursor >= length ? 1 : 0);
  return (Math.floor(done / epoch) + 1) * epoch - 1;
}

/** The training step with which the epoch began that is under way, or else the one before. @param {number} epoch @param {{iteration: number, cursor: number}} place */
export function epochBefore(epoch, { iteration, cursor }) {
  const begun = iteration + (cursor > 0 ? 1 : 0);
  return Math.max(Math.ceil(begun / epoch) - 1, 0) * epoch;
}
