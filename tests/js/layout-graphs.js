/** Graphs to lay out. */

const CARD = { width: 132, height: 104 };

/** Builds a graph from lines such as ["z", ["w", "x"], ["dense1"]]: name, inputs, group. */
export function graphOf(lines, groups = [], card = CARD) {
  const ids = new Map(lines.map(([name], id) => [name, id]));
  const nodes = lines.map(([, , group = []], id) => ({ id, ...card, group }));
  const edges = lines.flatMap(([, inputs = []], to) => inputs.map((name, slot) => ({ from: ids.get(name), to, slot })));
  return { nodes, groups, edges, ids };
}

export const open = (...path) => ({ path, open: true, titleHeight: 30, width: 160, height: 72 });

/** The same graph with some groups closed. */
export function closing(graph, ...keys) {
  const groups = graph.groups.map((group) => (keys.includes(group.path.join("/")) ? { ...group, open: false } : group));
  return { ...graph, groups };
}

export const neuron = () =>
  graphOf(
    [
      ["x", [], ["z"]], ["w", [], ["z"]], ["b", [], ["z"]], ["y"],
      ["mul", ["w", "x"], ["z"]], ["add", ["mul", "b"], ["z"]], ["sigmoid", ["add"]],
      ["sub", ["sigmoid", "y"]], ["square", ["sub"]], ["half"], ["loss", ["half", "square"]],
    ],
    [open("z")],
  );

export const flatNeuron = () => {
  const graph = neuron();
  return { ...graph, groups: [], nodes: graph.nodes.map((node) => ({ ...node, group: [] })) };
};

export const square = () => graphOf([["x"], ["mul", ["x", "x"]]]);

export function denseNetwork() {
  const dense = (name, input) => [
    [`${name}.W`, [], [name]], [`${name}.b`, [], [name]],
    [`${name}.matmul`, [input, `${name}.W`], [name]], [`${name}.add`, [`${name}.matmul`, `${name}.b`], [name]],
  ];
  return graphOf(
    [
      ["x"], ["target"], ...dense("dense1", "x"), ["relu1.relu", ["dense1.add"], ["relu1"]],
      ...dense("dense2", "relu1.relu"),
      ["loss.softmax", ["dense2.add"], ["loss"]], ["loss.log", ["loss.softmax"], ["loss"]],
      ["loss.pick", ["loss.log", "target"], ["loss"]], ["loss.mean", ["loss.pick"], ["loss"]],
    ],
    [open("dense1"), open("relu1"), open("dense2"), open("loss")],
  );
}

/** Scalar units in layers: products, a running sum and a tanh each, as in a hand-written network. */
export function unitNetwork(sizes, card = { width: 60, height: 34 }) {
  const lines = Array.from({ length: sizes[0] }, (_, k) => [`x${k}`]);
  const groups = [];
  let inputs = lines.map(([name]) => name);
  sizes.slice(1).forEach((size, layer) => {
    groups.push(open(`layer${layer}`));
    inputs = Array.from({ length: size }, (_, unit) => addUnit(lines, groups, `layer${layer}`, `unit${unit}`, inputs));
  });
  lines.push(["target"], ["loss", [...inputs, "target"]]);
  return graphOf(lines, groups, card);
}

function addUnit(lines, groups, layer, unit, inputs) {
  const path = [layer, unit];
  const name = (what) => `${layer}.${unit}.${what}`;
  groups.push(open(...path));
  lines.push([name("b"), [], path]);
  let sum = name("b");
  inputs.forEach((input, k) => {
    lines.push([name(`w${k}`), [], path], [name(`p${k}`), [input, name(`w${k}`)], path]);
    lines.push([name(`s${k}`), k ? [sum, name(`p${k}`)] : [name("p0"), sum], path]);
    sum = name(`s${k}`);
  });
  lines.push([name("tanh"), [sum], path]);
  return name("tanh");
}

/** Blocks that normalise and add their own input again. */
export function residualNetwork(blocks, card = { width: 80, height: 50 }) {
  const lines = [["x"]];
  const groups = [];
  let input = "x";
  for (let k = 0; k < blocks; k++) {
    const path = [`block${k}`];
    const name = (what) => `block${k}.${what}`;
    groups.push(open(...path));
    const add = (what, ...inputs) => lines.push([name(what), inputs, path]);
    ["W", "b", "gamma", "beta"].forEach((leaf) => add(leaf));
    add("matmul", input, name("W"));
    add("add", name("matmul"), name("b"));
    add("mean", name("add"));
    add("sub", name("add"), name("mean"));
    add("var", name("sub"));
    add("rsqrt", name("var"));
    add("mul", name("sub"), name("rsqrt"));
    add("scale", name("mul"), name("gamma"));
    add("shift", name("scale"), name("beta"));
    add("relu", name("shift"));
    add("skip", name("relu"), input);
    input = name("skip");
  }
  return graphOf(lines, groups, card);
}

/** A recurrent net that uses the same weights at each time step. */
export function recurrentNetwork(steps) {
  const lines = [["W"], ["U"], ["h0"]];
  const groups = [];
  for (let t = 1; t <= steps; t++) {
    const path = [`t${t}`];
    groups.push(open(...path));
    lines.push([`x${t}`], [`wx${t}`, [`x${t}`, "W"], path], [`uh${t}`, [`h${t - 1}`, "U"], path]);
    lines.push([`s${t}`, [`wx${t}`, `uh${t}`], path], [`h${t}`, [`s${t}`], path]);
  }
  return graphOf(lines, groups, { width: 96, height: 56 });
}

/** LSTM cells, each with its four gates. */
export function lstm(steps) {
  const lines = [["W"], ["h0"], ["c0"]];
  const groups = [];
  for (let t = 1; t <= steps; t++) {
    const path = [`t${t}`];
    groups.push(open(...path));
    lines.push([`x${t}`], [`cat${t}`, [`x${t}`, `h${t - 1}`], path], [`z${t}`, [`cat${t}`, "W"], path]);
    for (const gate of ["f", "i", "g", "o"]) lines.push([`${gate}.cut${t}`, [`z${t}`], path], [`${gate}${t}`, [`${gate}.cut${t}`], path]);
    lines.push([`keep${t}`, [`f${t}`, `c${t - 1}`], path], [`new${t}`, [`i${t}`, `g${t}`], path]);
    lines.push([`c${t}`, [`keep${t}`, `new${t}`], path], [`tanh${t}`, [`c${t}`], path], [`h${t}`, [`o${t}`, `tanh${t}`], path]);
  }
  return graphOf(lines, groups, { width: 80, height: 50 });
}

/** One shared layer used twice: the groups feed each other. */
export const sharedLayer = () =>
  graphOf(
    [
      ["x"], ["W", [], ["dense"]], ["first", ["x", "W"], ["dense"]], ["relu", ["first"]],
      ["second", ["relu", "W"], ["dense"]], ["loss", ["second"]],
    ],
    [open("dense")],
  );

export const chain = (length) =>
  graphOf(Array.from({ length }, (_, k) => [`v${k}`, k ? [`v${k - 1}`] : []]));

/** A random graph, the same for the same seed (mulberry32). */
export function randomGraph(count, seed) {
  const random = generator(seed);
  const pick = (below) => Math.floor(random() * below);
  const lines = Array.from({ length: count }, (_, k) => {
    const inputs = Array.from({ length: k ? pick(3) : 0 }, () => `v${Math.max(0, k - 1 - pick(8))}`);
    return [`v${k}`, inputs, [[], ["a"], ["a", "b"], ["c"]][pick(4)]];
  });
  const graph = graphOf(lines, [open("a"), open("a", "b"), open("c")]);
  for (const node of graph.nodes) Object.assign(node, { width: 60 + pick(100), height: 40 + pick(80) });
  return graph;
}

export function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
