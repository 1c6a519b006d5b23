// What of a network does not fit its data, and the network that would. Nothing here knows the page.

import { layerNames, said } from "../spec.js";

/** @typedef {import("../spec.js").Spec} Spec */
/** @typedef {{classes: string[], shape: number[], outputs: number[], targets: unknown[]}} Told of data */

/** Losses that compare with classes, and those that compare with numbers. */
const OF_CLASSES = new Set(["softmax_cross_entropy", "cross_entropy", "nll", "kl", "bce", "bce_logits", "hinge"]), OF_NUMBERS = new Set(["mse", "half_mse", "mae", "huber"]);
const UNITS = 16;

/** What would have to change, in words, and the model with it; null where nothing is seen that does not fit. @param {Spec} model @param {Told} told @returns {{says: string, model: Spec} | null} */
export function fitting(model, { classes, shape, outputs, targets }) {
  const layers = model.layers ?? [], names = layerNames(layers), loss = model.loss?.name, wanted = outputs.at(-1) ?? 1;
  const first = before(layers, shape, outputs), last = layers.findLastIndex((/** @type {import("../spec.js").Layer} */ layer) => "units" in layer);
  const short = last >= 0 && layers[last].units !== wanted, does = [];
  const other = classes.length ? (short && OF_NUMBERS.has(loss) ? "softmax_cross_entropy" : null) : OF_CLASSES.has(loss) && !couldBeShares(targets, wanted, loss) ? "mse" : null;
  if (first) does.push(`a ${first.type} layer comes first`);
  if (short) does.push(`${names[last]} gets ${wanted} ${wanted === 1 ? "unit" : "units"}`);
  if (other) does.push(`the loss becomes ${other.replaceAll("_", " ")}`);
  if (!does.length) return null;
  const fitted = layers.map((/** @type {import("../spec.js").Layer} */ layer, /** @type {number} */ k) => (short && k === last ? { ...layer, units: wanted } : layer));
  return { says: does.join(", "), model: { ...model, layers: first ? [first, ...fitted] : fitted, loss: other ? said({ name: other, reduction: model.loss?.reduction }) : model.loss } };
}

/** Whether numbers can be probabilities, which losses of classes compare with, too. @param {unknown[]} targets @param {number} wanted @param {string} loss */
const couldBeShares = (targets, wanted, loss) => targets.flat(3).every((value) => Number(value) >= 0 && Number(value) <= 1) && (wanted > 1 || !/cross_entropy|nll/.test(loss));

/** The layer that makes a row of numbers of each sample, where a dense one would be given more than that. @param {import("../spec.js").Layer[]} layers @param {number[]} shape @param {number[]} outputs */
function before([layer], shape, outputs) {
  if (layer?.type !== "dense" || shape.length < 2) return null;
  if (shape.length > 2) return { type: "flatten" };
  return outputs.length < 2 ? { type: "gru", units: UNITS } : null;
}
