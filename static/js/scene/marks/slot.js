// What the optimizer has just written down for a parameter (momentum, m, v̂ …): a tag under its card, for as long as the event lasts.

import { format, slotName } from "../../model/format.js";
import { scalarAt, shownAt } from "../../model/trace.js";
import { add } from "../svg.js";
import { heatImage } from "./tensor.js";

const HEIGHT = 28, GAP = 9;

/** @param {Element} layer @param {import("./node.js").Card[]} cards @param {import("./node.js").Painting} painting */
export function paintSlot(layer, cards, { frame, trace, dark }) {
  layer.replaceChildren();
  const { event } = frame;
  if (event?.kind !== "assign" || event.target === "parameter") return;
  const card = cards.find(({ node }) => node.id === event.param);
  if (card) tag(layer, card, slotName(event.target), trace, event.value, dark);
}

/** @param {Element} layer @param {import("./node.js").Card} card @param {string} name @param {import("../../types").Trace} trace @param {import("../../types").Ref} ref @param {boolean} dark */
function tag(layer, { box, size }, name, trace, ref, dark) {
  const given = ref.shape.length ? shownAt(trace, ref) : null;
  const group = add(layer, "g", { class: "slot", transform: `translate(${box.x}, ${box.y + size.height + GAP})` });
  add(group, "rect", { width: size.width, height: HEIGHT, rx: 9 });
  add(group, "text", { class: "what", x: 10, y: 19.5 }, name);
  const left = Math.max(24, name.length * 9 + 14);
  if (ref.shape.length === 0) add(group, "text", { class: "number", x: size.width - 9, y: 19.5 }, format(scalarAt(trace, ref)));
  else if (given) add(group, "image", { x: left, y: 6, width: Math.max(10, size.width - left - 9), height: HEIGHT - 12, preserveAspectRatio: "none", href: heatImage(given, ref.shape, dark) });
}
