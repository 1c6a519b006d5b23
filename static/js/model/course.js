// What training has done so far, as columns, and which charts are drawn of them.

import { count, format, fromWire } from "./format.js";

/** @typedef {import("../generated/api").HistoryAnswer} History */
/** @typedef {import("../types").Run} Run */
/** @typedef {(number | null)[]} Column what is no number is null, and so is what was not measured */
/** @typedef {"loss" | "accuracy" | "test_loss" | "test_accuracy" | "learning_rate"} Plain */
/** @typedef {"gradients" | "updates"} ByLayer */
/** @typedef {{iterations: number[], strange: number | null} & Record<Plain, Column> & Record<ByLayer, Record<string, Column>>} Course `strange`: the first iteration whose loss is no number */
/** @typedef {{name: string, values: Column, dashed: boolean}} Line */
/** @template [C=Course] @typedef {{id: string, title: string, log: boolean, range: [number, number] | null, lines: (course: C) => Line[]}} Chart */

const PLAIN = /** @type {const} */ (["loss", "accuracy", "test_loss", "test_accuracy", "learning_rate"]);
const BY_LAYER = /** @type {const} */ (["gradients", "updates"]);

/** The points the service keeps, and after them what a run has told since. @param {History} history @param {Run[]} tail @returns {Course} */
export function courseOf(history, tail) {
  const last = history.iterations.at(-1) ?? -1, fresh = tail.filter((run) => run.iteration > last);
  const plain = PLAIN.map((name) => [name, [...history[name], ...fresh.map((run, k) => told(run, tail[tail.indexOf(run) - 1] ?? null, name))].map(drawn)]);
  const layered = BY_LAYER.map((name) => [name, Object.fromEntries(Object.entries(history[name]).map(([layer, values]) =>
    [layer, [...values, ...fresh.map((run) => run[name]?.[layer] ?? null)].map(drawn)]))]);
  const losses = [...history.loss, ...fresh.map((run) => run.loss)], iterations = [...history.iterations, ...fresh.map((run) => run.iteration)];
  const strange = losses.findIndex((x) => typeof x === "string");
  return { iterations, strange: strange < 0 ? null : iterations[strange], ...Object.fromEntries([...plain, ...layered]) };
}

/** A run repeats what was measured last of the samples held out: it counts once. @param {Run} run @param {Run | null} before @param {Plain} name */
function told(run, before, name) {
  return name.startsWith("test_") && before?.test_loss === run.test_loss ? null : run[name] ?? null;
}

/** @param {import("../types").WireNumber | null} wire */
function drawn(wire) {
  const x = wire === null ? NaN : fromWire(wire);
  return Number.isFinite(x) ? x : null;
}

/** @param {Column} training @param {Column} held @returns {Line[]} */
const both = (training, held) => some([{ name: "training", values: training, dashed: false }, { name: "held out", values: held, dashed: true }]);
/** @param {Record<string, Column>} layers @returns {Line[]} */
const each = (layers) => some(Object.entries(layers).map(([name, values]) => ({ name, values, dashed: false })));
/** @param {Line[]} lines */
const some = (lines) => lines.filter(({ values }) => values.some((x) => x !== null));

/** @type {Chart[]} */
export const CHARTS = [
  { id: "loss", title: "Loss", log: false, range: null, lines: (course) => both(course.loss, course.test_loss) },
  { id: "accuracy", title: "Accuracy", log: false, range: [0, 1], lines: (course) => both(course.accuracy, course.test_accuracy) },
  { id: "gradients", title: "Gradient norm", log: true, range: null, lines: (course) => each(course.gradients) },
  { id: "updates", title: "Update to weight", log: true, range: null, lines: (course) => each(course.updates) },
  { id: "rate", title: "Learning rate", log: false, range: null, lines: (course) => some([{ name: "rate", values: course.learning_rate, dashed: false }]) },
];

/** The last point that is no later than a training step. @param {number[]} iterations @param {number} step */
export function pointAt(iterations, step) {
  let low = 0, high = iterations.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (iterations[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The last number of a line at a point or before it: some are measured now and then. @param {Column} values @param {number} point */
export function numberAt(values, point) {
  while (point > 0 && values[point] === null) point--;
  return values[point] ?? null;
}

/** A chart in a sentence. @template {{iterations: number[], strange: number | null}} C @param {Chart<C>} chart @param {C} course */
export function summary(chart, course) {
  const { iterations } = course, end = iterations.length - 1;
  const told = chart.lines(course).map(({ name, values }) => {
    const first = values.findIndex((x) => x !== null);
    return `${name} ${format(values[first] ?? NaN)} at step ${count(iterations[first])}, ${format(numberAt(values, end) ?? NaN)} at step ${count(iterations[end])}`;
  });
  return `${chart.title} from step ${count(iterations[0] ?? 0)} to ${count(iterations[end] ?? 0)}: ${told.join("; ")}.${course.strange === null ? "" : ` From step ${count(course.strange)} on the loss is not a number.`}`;
}

const HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** A mark of an axis: as short as it can be said. @param {number} x */
export function tick(x) {
  const exponent = Math.round(Math.log10(Math.abs(x)));
  const short = String(Number(x.toPrecision(3))).replace("-", "−");
  if (x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5)) return short;
  return Math.abs(x / 10 ** exponent - 1) < 1e-9 ? `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => HIGH[Number(digit)]).join("")}` : x.toExponential(0).replace("-", "−");
}

/** Where an axis of steps ends while training goes on: seldom somewhere else. @param {number} reached @param {number} to */
export function roomFor(reached, to) {
  const size = 10 ** Math.floor(Math.log10(Math.max(reached, 10)));
  return Math.min(to, [1, 2, 5, 10].map((n) => n * size).find((end) => end >= reached) ?? to);
}

/** "about 12 s" @param {number} seconds */
export function timeLeft(seconds) {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min` : `about ${Math.round(seconds / 3600)} h`;
}
