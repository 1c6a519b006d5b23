// The chain rule for one weight, from the places of its factors: ∂z/∂w · ∂a/∂z · ∂L/∂a. Nothing is computed here.

/** @typedef {import("../types").Trace} Trace */
/** @typedef {import("../types").Frame} Frame */
/** @typedef {import("./network.js").Network} Network */
/** @typedef {{node: number, entry: number[]}} Weight */

/**
 * Null where the weight is no single connection: shared weights add up over places, and their own explanation says so.
 *
 * @param {Trace} trace @param {Frame} frame @param {Network} network @param {Weight} weight @param {number} row of the batch
 * @returns {import("../types").Line | null}
 */
export function chainRule(trace, frame, { columns, bundles }, { node, entry }, row) {
  const own = bundles.filter(({ weight }) => weight === node), [bundle] = own;
  if (own.length !== 1 || (bundle.kind !== "dense" && bundle.kind !== "one")) return null;
  const { nodes } = trace.graph, { shows } = columns[bundle.to];
  const x = nodes[nodes[bundle.product].inputs.find((id) => id !== node) ?? 0];
  const added = shows.filter((id) => id === bundle.product || nodes[id].inputs.some((input) => nodes[input].role === "parameter"));
  const z = nodes[added[added.length - 1] ?? bundle.product], a = nodes[shows[shows.indexOf(z.id) + 1] ?? z.id];
  const slope = a.id === z.id ? null : trace.events.find((event) => event.kind === "contribution" && event.node === a.id && event.slot === 0);
  const [i, j] = [entry[0] ?? null, entry[1] ?? null], several = x.shape.length > 1 && x.shape[0] > 1;
  const local = slope?.kind === "contribution" ? slope.local : null, bends = local !== null && a.inputs.length === 1;
  const end = bends ? a : z, output = nodes[trace.graph.outputs[0]].label;
  /** @param {string} name @param {...(number | null)} at */
  const at = (name, ...at) => (i === null ? name : `${name}_{${at.filter((k) => k !== null).join(",")}}`);
  const w = at("w", i, j), last = at(bends ? "a" : "z", j);
  const factors = [part(at("z", j), w), ...(bends ? [part(at("a", j), at("z", j))] : []), part(output, last)].join(" \\cdot ");
  const gradient = frame.gradients[node], upstream = frame.gradients[end.id], input = frame.values[x.id];
  if (!gradient || !upstream || !input) return { says: "the chain rule for this weight", formula: `${part(output, w)} = ${several ? "\\sum_n " : ""}${factors}`, numbers: null };
  const out = end.shape.at(-1) ?? 1, place = row * out + (j ?? 0);
  const slopes = !bends ? [] : [typeof local === "object" && local && "offset" in local ? num(local.offset + (local.shape.length ? place : 0)) : String(local)];
  const product = [num(input.offset + (i === null ? 0 : row * (x.shape.at(-1) ?? 1) + i)), ...slopes, num(upstream.offset + (j === null ? 0 : place))].join(" \\cdot ");
  const flat = i === null ? 0 : i * nodes[node].shape[1] + (j ?? 0);
  return {
    says: several ? `the chain rule for this weight: a sum over the batch, sample ${row + 1} written out` : "the chain rule for this weight",
    formula: `${part(output, w)} = ${several ? "\\sum_n " : ""}${factors}`,
    numbers: `${num(gradient.offset + flat)} = ${several ? `\\cdots + ${product} + \\cdots` : product}`,
  };
}

/** @param {string} of @param {string} by */
const part = (of, by) => `\\frac{\\partial ${of}}{\\partial ${by}}`;
/** @param {number} offset */
const num = (offset) => `\\num{${offset}}`;
