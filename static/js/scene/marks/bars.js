// The probabilities of the classes as bars on the loss card: the most probable one full, the true one boxed.

import { format } from "../../model/format.js";
import { mostProbable } from "../../model/reading.js";
import { arrayAt } from "../../model/trace.js";
import { INSET } from "../measure.js";
import { add, setAttribute } from "../svg.js";

/** Room for the digits under the bars. */
const FOOT = 20, HEAD = 4, GAP = 2;

/** @typedef {import("../../model/reading.js").Reading} Reading */

/** @param {SVGElement} card @param {import("../measure.js").CardSize} size @param {Reading} reading */
export function buildBars(card, { width, bars }, { classes, label }) {
  if (!bars) return;
  const group = add(card, "g", { class: "bars", role: "img" });
  add(group, "title");
  add(group, "rect", { class: "ground", x: INSET, y: bars.y, width: width - 2 * INSET, height: bars.height, rx: 6 });
  const step = (width - 2 * INSET - 4) / classes.length;
  classes.forEach((name, i) => {
    const x = INSET + 2 + i * step;
    add(group, "rect", { class: "bar", x: x + GAP / 2, width: step - GAP, y: bars.y + bars.height - FOOT, height: 0 });
    if (i === label) add(group, "rect", { class: "true", x, y: bars.y + bars.height - FOOT + 2, width: step, height: FOOT - 4, rx: 3 });
    add(group, "text", { class: i === label ? "is" : "", x: x + step / 2, y: bars.y + bars.height - 6 }, name);
    group.append(" ");
  });
}

/** @param {Element} card @param {import("../measure.js").CardSize} size @param {Reading} reading @param {import("./node.js").Painting} painting */
export function paintBars(card, { bars }, reading, { frame, trace }) {
  if (!bars) return;
  const numbers = frame.cursor > reading.event ? arrayAt(trace, reading.place) : null;
  const most = numbers && mostProbable(trace, reading)?.at;
  const room = bars.height - FOOT - HEAD, foot = bars.y + bars.height - FOOT;
  card.querySelectorAll(".bar").forEach((bar, i) => {
    const height = numbers && numbers[i] > 0 ? Math.max(1, numbers[i] * room) : 0;
    setAttribute(bar, "class", `bar${i === most ? " most" : ""}`);
    setAttribute(bar, "height", height);
    setAttribute(bar, "y", foot - height);
  });
  const said = numbers ? sayBars(numbers, reading) : "The network has read nothing yet.";
  const title = /** @type {Element} */ (card.querySelector(".bars > title"));
  if (title.textContent !== said) title.textContent = said;
}

/** @param {ArrayLike<number>} numbers @param {Reading} reading */
function sayBars(numbers, { classes, label }) {
  const all = classes.map((name, i) => `${name}: ${format(numbers[i])}`).join(", ");
  return `Probabilities: ${all}.${label === null ? "" : ` It is a ${classes[label]}.`}`;
}
