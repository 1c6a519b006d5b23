// The samples of the batch on screen: their numbers, labels, and what each is read as. The page only looks up and compares.

import { imagesOf } from "./grid.js";
import { sizeOf } from "./numbers.js";
import { answersOf } from "./reading.js";
import { arrayAt } from "./trace.js";

/** @typedef {import("../types").Trace} Trace */
/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {{sample: number, label: string | null, read: string | null, right: boolean}} Member */

/** The samples of this training step, in order; null where they are not several, or not known yet. @param {Trace} trace @param {import("../types").Session["data"]} data @param {number} cursor @returns {Member[] | null} */
export function membersOf(trace, data, cursor) {
  const batch = trace.events.find((event) => event.kind === "batch"), classes = data?.classes ?? [];
  if (!data || data.sample !== null || batch?.kind !== "batch") return null;
  const count = sizeOf(batch.samples.shape), samples = arrayAt(trace, batch.samples);
  if (!samples || count < 2) return null;
  const labels = rowsOf(trace, targetOf(trace), count, classes.length), answers = answersOf(trace);
  const read = answers && answers.event < cursor ? rowsOf(trace, answers.place, count, classes.length) : null;
  return Array.from(samples, (sample, row) => {
    const label = labels && largestAt(labels, row, classes.length), taken = read && largestAt(read, row, classes.length);
    return { sample, label: label === null ? null : classes[label], read: taken === null ? null : classes[taken], right: label === taken };
  });
}

/** Where the batch's targets stand. @param {Trace} trace */
function targetOf({ graph, schedule }) {
  const target = graph.nodes.find((node) => node.role === "target");
  return target ? schedule.values[target.id] : null;
}

/** Numbers of one row for each sample and one column for each class; else null. @param {Trace} trace @param {import("../types").Ref | null} ref @param {number} rows @param {number} columns @returns {Numbers | null} */
function rowsOf(trace, ref, rows, columns) {
  return ref && columns > 1 && ref.shape.join() === `${rows},${columns}` ? arrayAt(trace, ref) : null;
}

/** @param {Numbers} numbers @param {number} row @param {number} columns */
function largestAt(numbers, row, columns) {
  let at = 0;
  for (let i = 1; i < columns; i++) if (numbers[row * columns + i] > numbers[row * columns + at]) at = i;
  return at;
}

/** The batch's pixels, and how one sample's lie among them; null where samples are no pictures. @param {Trace} trace @param {import("../types").Session["data"]} data */
export function picturesOf(trace, data) {
  const input = trace.graph.nodes.find((node) => node.role === "input");
  const images = input && imagesOf(input.shape, data?.picture ?? null);
  const pixels = images ? arrayAt(trace, trace.schedule.values[input.id]) : null;
  return images && pixels ? { pixels, one: { ...images, count: 1 }, size: images.channels * images.height * images.width } : null;
}
