// Two courses of training over the same steps, and the charts that show them together: A solid, B dashed.

/** @typedef {import("./course.js").Course} Course */
/** @typedef {import("./course.js").Column} Column */
/** @typedef {import("./course.js").Line} Line */
/** @typedef {{iterations: number[], strange: number | null, a: Measured, b: Measured}} Pair */
/** @typedef {"loss" | "test_loss" | "accuracy"} Plain */
/** @typedef {Record<Plain, Column> & {gradients: Record<string, Column>}} Measured */

const PLAIN = /** @type {const} */ (["loss", "test_loss", "accuracy"]);

/** Where one was not measured at a step of the other, it has no number there. @param {Course} a @param {Course} b @returns {Pair} */
export function pairOf(a, b) {
  const iterations = [...new Set([...a.iterations, ...b.iterations])].sort((x, y) => x - y);
  return { iterations, strange: a.strange ?? b.strange, a: at(a, iterations), b: at(b, iterations) };
}

/** @param {Course} course @param {number[]} iterations @returns {Measured} */
function at(course, iterations) {
  const place = new Map(course.iterations.map((step, k) => [step, k]));
  /** @param {Column} values @returns {Column} */
  const spread = (values) => iterations.map((step) => values[place.get(step) ?? -1] ?? null);
  const plain = PLAIN.map((name) => [name, spread(course[name])]);
  return { ...Object.fromEntries(plain), gradients: Object.fromEntries(Object.entries(course.gradients).map(([layer, values]) => [layer, spread(values)])) };
}

/** @param {(one: Measured) => Column | undefined} of @returns {(pair: Pair) => Line[]} */
const both = (of) => (pair) => [{ name: "A", values: of(pair.a) ?? [], dashed: false }, { name: "B", values: of(pair.b) ?? [], dashed: true }].filter(({ values }) => values.some((x) => x !== null));

/** @param {string} layer whose gradients are drawn @returns {import("./course.js").Chart<Pair>[]} */
export const pairCharts = (layer) => [
  { id: "loss", title: "Loss", log: false, range: null, lines: both((one) => one.loss) },
  { id: "held", title: "Held-out loss", log: false, range: null, lines: both((one) => one.test_loss) },
  { id: "accuracy", title: "Accuracy", log: false, range: [0, 1], lines: both((one) => one.accuracy) },
  { id: "gradients", title: `Gradient norm, ${layer}`, log: true, range: null, lines: both((one) => one.gradients[layer]) },
];

/** @param {Pair} pair */
export const layersOf = ({ a, b }) => [...new Set([...Object.keys(a.gradients), ...Object.keys(b.gradients)])];
