// Specs as plain objects: what they are named by, and how they change. Nothing here knows the page.

/** @typedef {Record<string, any>} Spec */
/** @typedef {Record<string, any> & {type: string, name?: string}} Layer */
/** @typedef {{name: string, kind: string, default?: any, low?: number | null, high?: number | null}} Option */

const KEYWORDS = new Set(["True", "False", "None", "and", "or", "not", "if", "else", "lambda", "in", "is", "for"]);

/** The names an expression reads and does not make, in the order they come. @param {string} source */
export function freeNames(source) {
  const plain = source.replace(/'[^'\n]*'|"[^"\n]*"/g, "''").replace(/#.*/g, "");
  const made = new Set([...plain.matchAll(/^\s*([A-Za-z_]\w*)\s*=(?!=)/gm)].map((match) => match[1]));
  const read = [...plain.matchAll(/(?<![\w.])([A-Za-z_]\w*)(\s*\(|\s*=(?!=))?/g)].filter((match) => !match[2]).map((match) => match[1]);
  return [...new Set(read)].filter((name) => !made.has(name) && !KEYWORDS.has(name));
}

/** Values for exactly the names that are read: those that stood there before, then what was typed earlier. @param {string} source @param {Record<string, any>} before @param {Map<string, any>} earlier */
export function valuesFor(source, before, earlier) {
  return Object.fromEntries(freeNames(source).map((name) => [name, before[name] ?? earlier.get(name) ?? (/^[xy]/.test(name) ? 1 : 0.5)]));
}

/** Each layer's name: its own, or its type and its place among its type. @param {Layer[]} layers */
export function layerNames(layers) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return layers.map(({ type, name }) => {
    counts.set(type, (counts.get(type) ?? 0) + 1);
    return name ?? `${type}${counts.get(type)}`;
  });
}

/** Spec with another model, everything else as it was. @param {Spec} spec @param {Spec} part */
export const withModel = (spec, part) => ({ ...spec, model: said({ ...spec.model, ...part }) });

/** @template T @param {T[]} list @param {number} from @param {number} to */
export function moved(list, from, to) {
  const rest = list.filter((_, k) => k !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
}

/** Without what was not said. @template {Spec} T @param {T} object @returns {T} */
export const said = (object) => /** @type {T} */ (Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)));

/** A new layer of a kind, with something in each place that must be said. @param {string} type @param {Option[]} options @param {number[] | undefined} taken the shape it will be given @returns {Layer} */
export function fresh(type, options, taken) {
  const needed = options.filter((option) => option.default === null || option.default === undefined);
  return { type, ...Object.fromEntries(needed.map((option) => [option.name, first(option, taken)])) };
}

/** @param {Option} option @param {number[] | undefined} taken */
function first({ kind, low, high }, taken) {
  if (kind === "shape") return pictureOf((taken ?? [1, 1]).slice(1).reduce((n, m) => n * m, 1));
  return Math.min(Math.max(8, low ?? 8), high ?? 8);
}

/** So many numbers as one square picture if they fill one, else as a sequence. @param {number} numbers */
function pictureOf(numbers) {
  const side = Math.sqrt(numbers);
  return Number.isInteger(side) && side > 1 ? [1, side, side] : [numbers, 1];
}

/** Another kind in a layer's place: options that both have stay. @param {Layer} layer @param {Layer} made @param {Option[]} options */
export function retyped(layer, made, options) {
  const kept = options.filter(({ name }) => name in layer).map(({ name }) => [name, layer[name]]);
  return { ...made, ...(layer.name ? { name: layer.name } : {}), ...Object.fromEntries(kept) };
}

/** A layer gets another name, wherever the spec speaks of it. @param {Spec} spec @param {number} k @param {string | undefined} name */
export function renamed(spec, k, name) {
  const before = layerNames(spec.model.layers)[k];
  const layers = spec.model.layers.map((/** @type {Layer} */ layer, /** @type {number} */ place) => (place === k ? said({ ...layer, name }) : layer));
  const after = layerNames(layers)[k];
  /** @param {string} text */
  const swap = (text) => (text === before ? after : text.startsWith(`${before}.`) ? after + text.slice(before.length) : text);
  const { parameters } = spec.model;
  return said({
    ...spec,
    model: said({ ...spec.model, layers, parameters: parameters && Object.fromEntries(Object.entries(parameters).map(([key, value]) => [swap(key), value])) }),
    freeze: spec.freeze?.map(swap),
    backward: spec.backward?.checkpoint ? { ...spec.backward, checkpoint: spec.backward.checkpoint.map(swap) } : spec.backward,
  });
}

/** Text of a field to what the spec holds: a number, else JSON, else the text itself, which the service then names. @param {string} text */
export function valueTyped(text) {
  const plain = text.trim().replaceAll("\u2212", "-");
  try {
    return JSON.parse(plain);
  } catch {
    return plain;
  }
}

export const OWN_EXPRESSION = {
  model: { kind: "expression", source: "z = w*x + b\na = tanh(z)\nL = (a - y)**2", values: { w: 0.5, x: 1, b: 0.1, y: 1 } },
  optimizer: { name: "sgd", learning_rate: 0.1 },
};
export const OWN_NETWORK = {
  model: { kind: "network", layers: [{ type: "dense", units: 8 }, { type: "tanh" }, { type: "dense", units: 2 }], loss: { name: "softmax_cross_entropy" } },
  data: { name: "moons", points: 50, batch: 16 },
  optimizer: { name: "adam", learning_rate: 0.05 },
};
