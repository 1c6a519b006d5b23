// A spec with one thing changed: what may be changed of it, and into what.

/** @typedef {import("../types").Catalogue} Catalogue */
/** @typedef {Record<string, any>} Spec */
/** @typedef {{id: "initializer" | "activation" | "optimizer", says: string, now: string[], choices: string[], change: (to: string) => Spec}} Variant `now`: what the spec has */

/** What can be chosen from a list. @param {Spec} spec @param {Catalogue} catalogue @returns {Variant[]} */
export const variantsOf = (spec, catalogue) => [initializer(spec, catalogue), activation(spec, catalogue), optimizer(spec, catalogue)].filter((variant) => variant !== null);

/** @param {Spec} spec @param {(layer: Spec) => Spec} change @returns {Spec} */
const withLayers = (spec, change) => ({ ...spec, model: { ...spec.model, layers: spec.model.layers.map(change) } });

/** @param {string[]} now @param {string[]} all */
const others = (now, all) => all.filter((name) => now.length !== 1 || name !== now[0]);

/** @param {Spec} spec @param {Catalogue} catalogue @returns {Variant | null} */
function initializer(spec, catalogue) {
  const usual = new Map(catalogue.layers.map(({ type, options }) => [type, options.find(({ name }) => name === "initializer")]));
  const now = unique((spec.model.layers ?? []).map((/** @type {Spec} */ layer) => layer.initializer ?? usual.get(layer.type)?.default));
  if (now.length === 0) return null;
  return {
    id: "initializer", says: "the initialiser", now, choices: others(now, catalogue.initializers.map(({ name }) => name)),
    change: (to) => withLayers(spec, (layer) => (usual.get(layer.type) ? { ...layer, initializer: to } : layer)),
  };
}

/** Functions of one number that are layers, too. @param {Catalogue} catalogue */
function activationsOf(catalogue) {
  const layers = new Set(catalogue.layers.map(({ type }) => type));
  return catalogue.ops.filter(({ name, family, inputs }) => family === "elementwise" && inputs.length === 1 && layers.has(name)).map(({ name }) => name);
}

/** @param {Spec} spec @param {Catalogue} catalogue @returns {Variant | null} */
function activation(spec, catalogue) {
  const all = activationsOf(catalogue), { model } = spec;
  const called = new RegExp(`\\b(${all.join("|")})(?=\\()`, "g");
  const now = unique(model.layers ? model.layers.map((/** @type {Spec} */ layer) => layer.type).filter((/** @type {string} */ type) => all.includes(type)) : model.source.match(called) ?? []);
  if (now.length === 0) return null;
  return {
    id: "activation", says: "the activation", now, choices: others(now, all),
    change: (to) => (model.layers
      ? withLayers(spec, (layer) => (all.includes(layer.type) ? { ...(layer.name ? { name: layer.name } : {}), type: to } : layer))
      : { ...spec, model: { ...model, source: model.source.replace(called, to) } }),
  };
}

/** With the same learning rate, schedule and clipping; its own settings are the usual ones. @param {Spec} spec @param {Catalogue} catalogue @returns {Variant | null} */
function optimizer(spec, catalogue) {
  const now = spec.optimizer;
  if (!now) return null;
  const kept = Object.fromEntries(["learning_rate", "schedule", "clip", "zero_grad"].filter((key) => key in now).map((key) => [key, now[key]]));
  const name = now.name ?? "sgd";
  return { id: "optimizer", says: "the optimizer", now: [name], choices: others([name], catalogue.optimizers.map((row) => row.name)), change: (to) => ({ ...spec, optimizer: { ...kept, name: to } }) };
}

/** @param {unknown[]} names @returns {string[]} */
const unique = (names) => /** @type {string[]} */ ([...new Set(names.filter((name) => name != null))]);
