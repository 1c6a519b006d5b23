/** @import {Separation} from "./types.js" */

/**
 * @typedef {object} Cluster things that touch each other and move as one
 * @property {number[]} members
 * @property {Separation[]} above separations whose lower thing is in the cluster
 * @property {Separation[]} below
 * @property {number} at
 * @property {number} weight
 * @property {number} pull Σ weight · (wish − offset)
 *
 * @typedef {object} State
 * @property {ArrayLike<number>} wishes
 * @property {ArrayLike<number>} weights
 * @property {Cluster[]} clusterOf
 * @property {Float64Array} offset of a thing against its cluster
 * @property {Separation[][]} above of each thing
 * @property {Separation[][]} below
 * @property {Separation[][]} touching the separations that hold a thing in its cluster
 */

const TINY = 1e-6;
const REFINEMENTS = 4;

/** @typedef {{above: Separation[][], below: Separation[][], order: number[]}} Relations by thing; `order` names each after all that lie above it */

/**
 * @param {number} count
 * @param {Separation[]} separations without circles
 * @returns {Relations}
 */
export function relationsOf(count, separations) {
  const lists = () => Array.from({ length: count }, () => /** @type {Separation[]} */ ([]));
  const [above, below] = [lists(), lists()];
  for (const separation of separations) {
    above[separation.to].push(separation);
    below[separation.from].push(separation);
  }
  const waiting = above.map((list) => list.length);
  const order = [...waiting.keys()].filter((k) => waiting[k] === 0);
  for (let i = 0; i < order.length; i++) {
    for (const { to } of below[order[i]]) if (--waiting[to] === 0) order.push(to);
  }
  return { above, below, order };
}

/**
 * The heights nearest to the wishes (least weighted squares) that keep the separations.
 *
 * Things that want the same place are merged into clusters which then move together; a cluster
 * whose parts would rather part is split again. After Dwyer, Marriott & Stuckey 2006,
 * "Fast node overlap removal".
 *
 * @param {ArrayLike<number>} wishes
 * @param {ArrayLike<number>} weights
 * @param {Relations} relations
 * @returns {Float64Array}
 */
export function separate(wishes, weights, relations) {
  const state = start(wishes, weights, relations);
  for (const k of relations.order) mergeUpwards(state, state.clusterOf[k]);
  for (let round = 0; round < REFINEMENTS && splitAll(state); round++);
  return pushDown(Float64Array.from(wishes, (_, k) => heightOf(state, k)), relations);
}

/** @param {ArrayLike<number>} wishes @param {ArrayLike<number>} weights @param {Relations} relations @returns {State} */
function start(wishes, weights, { above, below }) {
  const clusterOf = Array.from(wishes, (wish, k) => ({
    members: [k], above: [...above[k]], below: [...below[k]], at: wish, weight: weights[k], pull: weights[k] * wish,
  }));
  const touching = Array.from(wishes, () => /** @type {Separation[]} */ ([]));
  return { wishes, weights, clusterOf, offset: new Float64Array(wishes.length), above, below, touching };
}

/** @param {State} state @param {number} k */
const heightOf = (state, k) => state.clusterOf[k].at + state.offset[k];

/** How far the two are too near. @param {State} state @param {Separation} separation */
const violation = (state, { from, to, gap }) => heightOf(state, from) + gap - heightOf(state, to);

/** @param {State} state @param {Cluster} cluster */
function mergeUpwards(state, cluster) {
  for (;;) {
    cluster.above = cluster.above.filter((s) => state.clusterOf[s.from] !== cluster);
    const worst = worstOf(state, cluster.above);
    if (!worst) return;
    cluster = merge(state, worst);
  }
}

/** @param {State} state @param {Cluster} cluster */
function mergeDownwards(state, cluster) {
  for (;;) {
    cluster.below = cluster.below.filter((s) => state.clusterOf[s.to] !== cluster);
    const worst = worstOf(state, cluster.below);
    if (!worst) return;
    cluster = merge(state, worst);
  }
}

/** @param {State} state @param {Separation[]} separations @returns {Separation | null} */
function worstOf(state, separations) {
  let worst = null;
  let most = TINY;
  for (const separation of separations) {
    const amount = violation(state, separation);
    if (amount > most) [worst, most] = [separation, amount];
  }
  return worst;
}

/** Makes the two clusters one in which the separation is exactly kept. @param {State} state @param {Separation} separation */
function merge(state, separation) {
  const upper = state.clusterOf[separation.from];
  const lower = state.clusterOf[separation.to];
  const distance = state.offset[separation.from] + separation.gap - state.offset[separation.to];
  const [big, small, shift] = upper.members.length < lower.members.length ? [lower, upper, -distance] : [upper, lower, distance];
  for (const k of small.members) {
    state.offset[k] += shift;
    state.clusterOf[k] = big;
    big.members.push(k);
  }
  for (const s of small.above) big.above.push(s);
  for (const s of small.below) big.below.push(s);
  state.touching[separation.from].push(separation);
  state.touching[separation.to].push(separation);
  big.pull += small.pull - small.weight * shift;
  big.weight += small.weight;
  big.at = big.pull / big.weight;
  return big;
}

/** @param {State} state @returns {boolean} whether any cluster was split */
function splitAll(state) {
  const clusters = [...new Set(state.clusterOf)].filter((cluster) => cluster.members.length > 1);
  let any = false;
  for (const cluster of clusters) {
    if (state.clusterOf[cluster.members[0]] !== cluster) continue;
    const weakest = weakestBond(state, cluster);
    if (weakest) split(state, cluster, weakest);
    any ||= weakest !== null;
  }
  return any;
}

/**
 * The separation that is pulled apart the most instead of being pressed, found by adding up
 * forces from the leaves of the tree that holds the cluster together.
 *
 * @param {State} state @param {Cluster} cluster
 * @returns {Separation | null}
 */
function weakestBond(state, cluster) {
  const tree = spread(state, cluster.members[0]);
  const force = new Map(tree.map(({ k }) => [k, state.weights[k] * (heightOf(state, k) - state.wishes[k])]));
  let weakest = null;
  let least = -TINY;
  for (const { k, bond, parent } of tree.reverse()) {
    if (!bond) continue;
    const sum = force.get(k) ?? 0;
    const pressure = bond.to === k ? sum : -sum;
    if (pressure < least) [weakest, least] = [bond, pressure];
    force.set(parent, (force.get(parent) ?? 0) + sum);
  }
  return weakest;
}

/**
 * Everything that holds together with `root`, parents first.
 *
 * @param {State} state @param {number} root
 */
function spread(state, root) {
  const tree = [{ k: root, parent: -1, bond: /** @type {Separation | null} */ (null) }];
  for (let i = 0; i < tree.length; i++) {
    const { k, bond } = tree[i];
    for (const next of state.touching[k]) {
      if (next !== bond) tree.push({ k: next.from === k ? next.to : next.from, parent: k, bond: next });
    }
  }
  return tree;
}

/** @param {State} state @param {Cluster} cluster @param {Separation} bond */
function split(state, cluster, bond) {
  for (const k of [bond.from, bond.to]) state.touching[k] = state.touching[k].filter((s) => s !== bond);
  const [upper, lower] = [bond.from, bond.to].map((k) => part(state, cluster, k));
  mergeUpwards(state, upper);
  mergeDownwards(state, state.clusterOf[lower.members[0]]);
}

/** @param {State} state @param {Cluster} whole @param {number} root @returns {Cluster} */
function part(state, whole, root) {
  const members = spread(state, root).map(({ k }) => k);
  const above = members.flatMap((k) => state.above[k]);
  const below = members.flatMap((k) => state.below[k]);
  const cluster = { members, above, below, at: whole.at, weight: 0, pull: 0 };
  for (const k of members) {
    state.clusterOf[k] = cluster;
    cluster.weight += state.weights[k];
    cluster.pull += state.weights[k] * (state.wishes[k] - state.offset[k]);
  }
  cluster.at = cluster.pull / cluster.weight;
  return cluster;
}

/** The last word: whatever rounding or an unfinished refinement left, no separation is broken. @param {Float64Array} heights @param {Relations} relations */
function pushDown(heights, { below, order }) {
  for (const k of order) {
    for (const { to, gap } of below[k]) heights[to] = Math.max(heights[to], heights[k] + gap);
  }
  return heights;
}
