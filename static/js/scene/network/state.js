// What the network view shows: which network, which window of it, which sample. All of it follows from the store.

import { computed, signal } from "../../../vendor/vendor.js";
import { largestOfEach, strongest, unitOf } from "../../model/strongest.js";
import * as store from "../../store.js";
import { gathered, looked } from "./parts.js";
import { planOf } from "./place.js";
import { classesOf } from "./classes.js";

/** @typedef {import("../../model/network.js").Network} Network */
/** @typedef {import("../../model/network.js").Column} Column */
/** @typedef {import("./place.js").Plan} Plan */

/** The smallest text: at arm's length, and from the last row on a screen of 1080. */
const LETTER = { desk: 11.5, present: 24, screen: 1080 };
/** Filters of more channels than this are no picture. */
const CHANNELS = 3;

/** A phone has no room for probabilities beside the units. */
export const NARROW = 480;

/** Room for the drawing. */
export const size = signal({ width: 1, height: 1 });

export const network = computed(() => (store.layers.value && "network" in store.layers.value ? store.layers.value.network : null));

/** Samples in a batch. */
export const rows = computed(() => store.trace.value?.graph.nodes.find(({ role, shape }) => role === "input" && shape.length > 1)?.shape[0] ?? 1);
export const row = computed(() => Math.min(store.row.value, rows.value - 1));

/** The level at which the step is. */
const level = computed(() => {
  const here = network.value, event = store.frame.value?.event;
  if (!here || !event) return 0;
  const node = "node" in event ? event.node : "param" in event ? event.param : -1;
  const at = here.owner.get(node) ?? here.bundles.find(({ weight }) => weight === node)?.to ?? -1;
  return here.columns[at]?.level ?? -1;
});

/** The plan before, whose window stays while the step is inside it. @type {{network: Network | null, centre: number, plan: Plan | null}} */
let before = { network: null, centre: 0, plan: null };

export const plan = computed(() => {
  const trace = store.trace.value, here = network.value, { width, height } = size.value;
  void store.arrivals.value;
  if (!trace || !here || width < 50) return null;
  const centre = keeps(here, level.value) ? before.centre : Math.max(0, level.value);
  const scale = Math.max(0.75, Math.min(1, height / (LETTER.screen * 0.6)));
  const letter = store.present.value ? LETTER.present * scale : LETTER.desk;
  const answering = width < NARROW ? -1 : here.columns.find((column) => classesOf(here, column))?.id ?? -1;
  const room = { width, height, letter, pictured: pictured(here, trace.graph), answering };
  const made = planOf(here, room, centre, (column, most) => chosenUnits(trace, column, row.value, most));
  before = { network: here, centre, plan: made };
  return made;
});

/** Whether the window on screen shows the step and what is next to it. @param {Network} here @param {number} at */
function keeps(here, at) {
  const { network: old, plan: shown } = before;
  if (old !== here || !shown) return false;
  return at < 0 || ((at > shown.from || at === 0) && (at < shown.to || at === shown.levels - 1));
}

/** Columns whose weights are drawn as pictures: they look at a picture, or at a few channels. @param {Network} here @param {import("../../types").Graph} graph */
function pictured({ columns, bundles }, graph) {
  return new Set(bundles.filter(({ kind, from, weight }) => weight !== null
    && (kind === "conv" ? graph.nodes[weight].shape[1] <= CHANNELS : kind === "dense" && columns[from].kind === "picture")).map(({ to }) => to));
}

/** The units that are drawn: all, or those that turn out largest in size in this training step. @param {import("../../types").Trace} trace @param {Column} column @param {number} row @param {number} most */
function chosenUnits(trace, column, row, most) {
  if (column.kind === "picture" || column.kind === "loss" || column.kind === "bias") return [0];
  const all = Array.from({ length: column.size }, (_, k) => k);
  if (column.size <= most) return all;
  const ref = trace.schedule.values[column.out], shown = looked(trace, ref);
  if (!shown) return all.slice(0, most);
  const largest = gathered(trace, `units ${ref.offset} ${row}`, () => largestOfEach(shown, unitOf(column, ref.shape, row)));
  return strongest(largest, most).sort((a, b) => a - b);
}
