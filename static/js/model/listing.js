// A training step as lines of code: which event each belongs to, and which node each name in it stands for.

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../types").Explanation} Explanation */
/** @typedef {{node: number, which: "value" | "gradient"}} Named */
/** @typedef {{event: number, phase: import("../types").Phase, numpy: readonly string[], pytorch: readonly string[]}} Row */
/** @typedef {{text: string, name: string | null}} Piece */

const NAME = /([A-Za-z_]\w*)/;

/** The events that say something in code, in order; of a long step those around `at`. @param {Trace} trace @param {Map<number, Explanation>} explanations @param {Map<number, string[]>} pytorch @param {number} at @param {number} near @returns {Row[]} */
export function rowsOf({ events }, explanations, pytorch, at, near) {
  const from = Math.max(0, at - near), to = Math.min(events.length, at + near + 1);
  return events.slice(from, to).flatMap(({ index, phase }) => {
    const numpy = explanations.get(index)?.code ?? [], lines = pytorch.get(index) ?? [];
    return numpy.length || lines.length ? [{ event: index, phase, numpy, pytorch: lines }] : [];
  });
}

/** Every name of the listing: a leaf is called by its label, the others by the line that computes them. @param {Trace} trace @param {Map<number, Explanation>} explanations @returns {Map<string, Named>} */
export function namesOf({ graph, events }, explanations) {
  /** @type {Map<string, Named>} */
  const found = new Map();
  for (const { id, op, label, wanted } of graph.nodes) {
    if (op !== null) continue;
    found.set(label.replaceAll(".", "_"), { node: id, which: "value" });
    if (wanted) found.set(`d_${label.replaceAll(".", "_")}`, { node: id, which: "gradient" });
  }
  for (const { event, code } of explanations.values()) {
    const named = resultOf(events[event]), name = code.at(-1)?.match(NAME)?.[0];
    if (named && name) found.set(name, named);
  }
  return found;
}

/** What the line of an event computes. @param {import("../types").TraceEvent} event @returns {Named | null} */
function resultOf(event) {
  if (event.kind === "forward") return { node: event.node, which: "value" };
  if (event.kind === "contribution") return { node: event.into, which: "gradient" };
  return event.kind === "seed" ? { node: event.node, which: "gradient" } : null;
}

/** A line cut where its names begin and end. @param {string} line @param {Map<string, Named>} names @returns {Piece[]} */
export function piecesOf(line, names) {
  return line.split(NAME).filter(Boolean).map((text) => ({ text, name: names.has(text) ? text : null }));
}

/** The names of some lines, each once. @param {readonly string[]} lines @param {Map<string, Named>} names */
export function namesIn(lines, names) {
  return [...new Set(lines.flatMap((line) => piecesOf(line, names).flatMap(({ name }) => name ?? [])))];
}

/** The numbers an event leaves behind, as its line writes them. @param {import("../types").TraceEvent} event @returns {import("../types").Ref | null} */
export function resultRef(event) {
  if (event.kind === "contribution") return event.total;
  return "value" in event && event.value && typeof event.value === "object" ? event.value : null;
}
