// What stands beside units: the weights of each as a picture, the class it speaks for, and its probability.

import { exact, format } from "../../model/format.js";
import { arrayAt, scalarAt, sizeOf } from "../../model/trace.js";
import * as store from "../../store.js";
import { heatImage } from "../marks/tensor.js";
import { add } from "../svg.js";
import { quantity } from "./lines.js";
import { columnOf, part } from "./parts.js";
import { NARROW, size } from "./state.js";
import { classesOf } from "./classes.js";

/** @typedef {import("../../model/network.js").Network} Network */
/** @typedef {import("./place.js").Plan} Plan */
/** @typedef {import("./place.js").Placed} Placed */
/** @typedef {import("./units.js").Painting} Painting */

/** Width of a probability of 1, in letters. */
const BAR = 3.4;
/** From the head of the loss to its target, in letters. */
const BELOW = 3.1;

/** @param {any} layer @param {Network} network @param {Plan} plan @param {Painting} painting */
export function paintExtras(layer, network, plan, painting) {
  layer.selectAll("*").remove();
  const place = layer.node();
  for (const bundle of network.bundles) {
    const to = plan.placed.get(bundle.to);
    if (bundle.weight !== null && to) filters(place, network, bundle, to, painting);
  }
  for (const placed of plan.placed.values()) {
    const classes = classesOf(network, placed.column);
    if (classes && size.value.width >= NARROW) answers(place, placed, classes, plan.letter, painting);
    if (placed.column.kind === "loss") target(place, placed, plan.letter, painting);
  }
}

/** @param {Element} place @param {Network} network @param {import("../../model/network.js").Bundle} bundle @param {Placed} to @param {Painting} painting */
function filters(place, { columns }, bundle, { spots }, painting) {
  const { ref } = quantity(bundle, painting), { images } = columns[bundle.from];
  if (!ref) return;
  for (const { unit, y, left, thumb } of spots) {
    const url = thumb ? filterImage(ref, unit, bundle.kind, images, painting) : null;
    if (url) add(place, "image", { class: "filter", href: url, x: left, y: y - thumb / 2, width: thumb, height: thumb });
  }
}

/** @param {import("../../types").Ref} ref @param {number} unit @param {string} kind @param {import("../../model/grid.js").Images | null} images @param {Painting} painting */
function filterImage(ref, unit, kind, images, { trace, dark }) {
  if (kind === "conv") {
    const [, channels, height, width] = ref.shape, numbers = part(trace, ref, unit * sizeOf(ref.shape.slice(1)), sizeOf(ref.shape.slice(1)));
    return numbers && heatImage({ numbers, rows: channels * height, columns: width, places: null }, [1, channels, height, width], dark);
  }
  const numbers = images && columnOf(trace, ref, unit);
  return numbers && heatImage({ numbers, rows: images.channels * images.height, columns: images.width, places: null }, [images.channels * images.height, images.width], dark);
}

/** What a single number should have become. @param {Element} place @param {Placed} placed @param {number} letter @param {Painting} painting */
function target(place, { column, spots }, letter, { trace }) {
  const { nodes } = trace.graph, inputs = column.members.flatMap((id) => nodes[id].inputs);
  const wanted = nodes.find(({ id, role, shape }) => role === "target" && sizeOf(shape) === 1 && inputs.includes(id));
  if (!wanted || !spots[0]) return;
  const number = scalarAt(trace, trace.schedule.values[wanted.id]), group = add(place, "g", { class: "target" });
  const text = add(group, "text", { x: spots[0].x - spots[0].r, y: spots[0].y + letter * BELOW, "data-exact": number === undefined ? "" : exact(number), "data-offset": trace.schedule.values[wanted.id].offset }, `target ${wanted.label} ${format(number)}`);
  text.style.fontSize = `${Math.max(11.5, letter * 0.8)}px`;
}

/** @param {Element} place @param {Placed} placed @param {readonly string[]} classes @param {number} letter @param {Painting} painting */
function answers(place, { spots }, classes, letter, { trace, frame }) {
  const reading = store.reading.value, known = reading && frame.cursor > reading.event ? arrayAt(trace, reading.place) : null;
  const label = store.session.value?.data?.label ?? null;
  for (const { unit, y, axon: right } of spots) {
    const group = add(place, "g", { class: `answer${unit === label ? " is" : ""}` });
    const wide = Math.max(1.6, classes[unit].length * 0.62 + 0.8) * letter;
    if (unit === label) add(group, "rect", { class: "true", x: right - 2, y: y - letter * 0.85, width: wide, height: letter * 1.7, rx: 4 });
    const name = add(group, "text", { x: right - 2 + wide / 2, y: y + letter * 0.36, "text-anchor": "middle" }, classes[unit]);
    name.style.fontSize = `${letter * 1.05}px`;
    if (!known) continue;
    add(group, "rect", { class: "bar", x: right + wide + 3, y: y - letter * 0.42, width: Math.max(1, known[unit] * BAR * letter), height: letter * 0.84, rx: 2 });
    const text = add(group, "text", { class: "probability", x: right + wide + 8 + known[unit] * BAR * letter, y: y + letter * 0.36, "data-role": "probability", "data-offset": reading ? reading.place.offset + unit : 0, "data-exact": exact(known[unit]) }, format(known[unit]));
    text.style.fontSize = `${letter * 0.94}px`;
  }
}
