// The slopes of several outputs with respect to the leaves, as far as they have been found.

/** @typedef {import("../types").Ref} Ref */
/** @typedef {import("../types").Trace} Trace */

/** Which gradient of a leaf an event brings up to date, and of which output; `passing` is the output of the pass under way. @param {import("../types").TraceEvent} event @param {number} passing @returns {{output: number, leaf: number, place: Ref | null} | null} */
function delivered(event, passing) {
  if (event.kind === "slope") return { output: event.node, leaf: event.into, place: event.total };
  return event.kind === "contribution" ? { output: passing, leaf: event.into, place: event.total } : null;
}

/** A row for each output, a column for each leaf that wants a gradient; null where it is not there yet. @param {Trace} trace @param {number} cursor */
export function jacobianAt(trace, cursor) {
  const { nodes, outputs } = trace.graph;
  const leaves = nodes.filter((node) => node.op === null && node.wanted);
  /** @type {Map<string, Ref>} */
  const found = new Map();
  let passing = outputs[0];
  for (const event of trace.events.slice(0, cursor)) {
    if (event.kind === "seed") passing = event.node;
    const slope = delivered(event, passing);
    if (slope?.place) found.set(`${slope.output} ${slope.leaf}`, slope.place);
  }
  return {
    columns: leaves.map(({ label }) => label),
    rows: outputs.map((id) => ({ label: nodes[id].label, cells: leaves.map((leaf) => found.get(`${id} ${leaf.id}`) ?? null) })),
  };
}
