// y = x·x with one parameter x = 3 and rate 0.5, written out by hand: both slots of the product lead to x.

import { wholeNumbers } from "../../static/js/model/numbers.js";
import { makeTrace } from "../../static/js/model/trace.js";

const at = (offset, shape = []) => ({ offset, shape });
const leaf = { op: null, inputs: [], shape: [], group: [], options: {} };

export const graph = {
  nodes: [
    { ...leaf, id: 0, role: "parameter", label: "x", wanted: true },
    { ...leaf, id: 1, op: "mul", inputs: [0, 0], role: "loss", label: "y", wanted: true },
  ],
  groups: [], outputs: [1],
};

const back = { kind: "contribution", phase: "backward", operation: 4, layer: 2, node: 1, into: 0, upstream: at(2), local: at(0), value: at(3) };

/** Offsets: x, y, the seed, one contribution, their sum, the new x. */
export const NUMBERS = [3, 9, 1, 3, 6, 0];

export const schedule = {
  size: 6, stored: 6, dtype: "float64", length: 7, values: [at(0), at(1)],
  events: [
    { index: 0, kind: "batch", phase: "forward", operation: 0, layer: 0 },
    { index: 1, kind: "forward", phase: "loss", operation: 1, layer: 1, node: 1, value: at(1) },
    { index: 2, kind: "zero_grad", phase: "backward", operation: 2, layer: 2, params: [0] },
    { index: 3, kind: "seed", phase: "backward", operation: 3, layer: 2, node: 1, value: at(2) },
    { ...back, index: 4, slot: 0, total: at(3) },
    { ...back, index: 5, slot: 1, total: at(4) },
    { index: 6, kind: "assign", phase: "update", operation: 5, layer: 3, param: 0, target: "parameter", value: at(5) },
  ],
};

export const squareTrace = (numbers = NUMBERS) =>
  makeTrace(graph, schedule, wholeNumbers(new Float64Array(numbers)), [null, 9, null, 1, 3, 3, 0], 0);
