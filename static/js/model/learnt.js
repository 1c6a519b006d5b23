// Which pictures show what a model has learnt, and where their points lie.

/** @typedef {import("../types").Graph} Graph */
/** @typedef {import("../types").Session} Session */
/** @typedef {{node: number, label: string, channels: number, height: number, width: number, count: number, columns: boolean}} Filters `columns`: a filter is a column of a matrix, else a block of an array */
/** @typedef {{over: "line" | "plane" | null, layers: {name: string, units: number}[], filters: Filters | null, read: "held" | "seen" | null, time: boolean}} Learnt */

const MOST_FILTERS = 64;

/** @param {Graph} graph @param {Session} session @returns {Learnt} */
export function learntOf(graph, session) {
  const spec = /** @type {{model: {kind: string}, data?: {split?: number}}} */ (/** @type {unknown} */ (session.spec));
  const input = graph.nodes.find(({ role }) => role === "input"), picture = session.data?.picture ?? null;
  if (spec.model.kind !== "network" || !input) return { over: null, layers: [], filters: null, read: null, time: false };
  const over = input.shape.length === 2 && input.shape[1] <= 2 && input.shape[1] > 0 ? (input.shape[1] === 1 ? "line" : "plane") : null;
  const time = graph.nodes.some(isSequence), classified = session.data && session.data.classes.length > 1 && !over;
  return { over, layers: over === "plane" ? hidden(graph) : [], filters: picture && filtersOf(graph, input.shape, picture), read: classified ? (spec.data?.split ? "held" : "seen") : null, time };
}

/** Whether it belongs to a time step of a recurrent layer. @param {import("../types").GraphNode} node */
const isSequence = ({ group }) => group.some((name) => /^t\d+$/.test(name));

/** The layers before the last that hand on a number for each unit. @param {Graph} graph */
function hidden(graph) {
  const names = [...new Set(graph.nodes.filter(({ op, group }) => op && group.length && group[0] !== "loss").map(({ group }) => group[0]))];
  return names.slice(0, -1).flatMap((name) => {
    const shape = graph.nodes.findLast(({ op, group }) => op && group[0] === name)?.shape ?? [];
    return shape.length === 2 ? [{ name, units: shape[1] }] : [];
  });
}

/** The weights that look at the picture itself. @param {Graph} graph @param {number[]} input @param {number[]} picture @returns {Filters | null} */
function filtersOf(graph, input, [height, width]) {
  const weight = graph.nodes.find(({ role, shape }) => role === "parameter" && shape.length > 1);
  if (!weight) return null;
  const { id: node, label, shape } = weight;
  if (shape.length === 4) return { node, label, channels: shape[1], height: shape[2], width: shape[3], count: Math.min(shape[0], MOST_FILTERS), columns: false };
  const channels = shape[0] / (height * width);
  return Number.isInteger(channels) && input.length === 2 ? { node, label, channels, height, width, count: Math.min(shape[1], MOST_FILTERS), columns: true } : null;
}

/** The numbers of one channel of one filter, row by row. @param {Filters} filters @param {ArrayLike<number>} numbers @param {number} k @param {number} channel */
export function filterAt({ channels, height, width, columns }, numbers, k, channel) {
  const size = height * width, units = numbers.length / (channels * size);
  return Float64Array.from({ length: size }, (_, i) => (columns ? numbers[(channel * size + i) * units + k] : numbers[(k * channels + channel) * size + i]));
}

/** From where to where points lie, with room around them. @param {import("../types").WireNumber[][]} inputs @param {number} axis @returns {[number, number]} */
export function spanOf(inputs, axis) {
  const all = inputs.map((point) => Number(point[axis])), low = Math.min(...all), high = Math.max(...all), room = (high - low || 2) * 0.09;
  return [low - room, high + room];
}

/** The class with the largest of `count` numbers from a place on, and by how much. @param {ArrayLike<number>} numbers @param {number} from @param {number} count @returns {[number, number]} */
export function largest(numbers, from, count) {
  let at = 0, second = -Infinity;
  for (let k = 1; k < count; k++) {
    if (numbers[from + k] > numbers[from + at]) [at, second] = [k, numbers[from + at]];
    else if (numbers[from + k] > second) second = numbers[from + k];
  }
  return [at, numbers[from + at] - second];
}
