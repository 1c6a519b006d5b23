import assert from "node:assert/strict";
import { test } from "node:test";

import { groupKey, layout, pointAt } from "../../static/js/model/layout.js";
import * as graphs from "./layout-graphs.js";
import * as oracle from "./layout-oracle.js";

const { closing } = graphs;

/** Every kind of graph the page shows, open and closed. */
const PLANTED = {
  neuron: graphs.neuron(),
  "neuron without groups": graphs.flatNeuron(),
  "neuron closed": closing(graphs.neuron(), "z"),
  square: graphs.square(),
  "dense network": graphs.denseNetwork(),
  "dense network, two groups closed": closing(graphs.denseNetwork(), "dense1", "loss"),
  "nested units": graphs.unitNetwork([2, 5, 5, 1]),
  "nested units, some closed": closing(graphs.unitNetwork([2, 5, 5, 1]), "layer0", "layer1/unit1", "layer1/unit3"),
  residual: graphs.residualNetwork(3),
  recurrent: graphs.recurrentNetwork(4),
  lstm: graphs.lstm(3),
  "chain of 40": graphs.chain(40),
};
const CIRCULAR = {
  "shared layer": graphs.sharedLayer(),
  "shared layer closed": closing(graphs.sharedLayer(), "dense"),
  ...Object.fromEntries([1, 2, 3, 4, 5].map((seed) => [`random ${seed}`, graphs.randomGraph(40, seed)])),
};
const ALL = Object.entries({ ...PLANTED, ...CIRCULAR });

const keysOf = (list) => list.map(({ key, source, target }) => key ?? [source, target]);

for (const [name, graph] of ALL) {
  const picture = layout(graph);

  test(`${name}: no two boxes overlap`, () => assert.deepEqual(oracle.overlaps(picture), []));

  test(`${name}: everything lies inside its group's frame and below its title`, () =>
    assert.deepEqual(keysOf(oracle.outsiders(picture)), []));

  test(`${name}: no edge runs through a card`, () => assert.deepEqual(keysOf(oracle.trespassers(picture)), []));

  test(`${name}: no edge runs through a group it has no end in`, () =>
    assert.deepEqual(keysOf(oracle.frameBreakers(picture)), []));

  test(`${name}: every edge leaves on the right of its source and arrives on the left of its target`, () => {
    for (const route of picture.routes) {
      const source = picture.boxes.get(route.source);
      const target = picture.boxes.get(route.target);
      assertOnSide(route.points[0], source, source.x + source.width);
      assertOnSide(route.points.at(-1), target, target.x);
    }
  });

  test(`${name}: the picture holds every box and every edge`, () => {
    const points = picture.routes.flatMap(oracle.samplesOf);
    for (const box of picture.boxes.values()) points.push([box.x, box.y], [box.x + box.width, box.y + box.height]);
    for (const [x, y] of points) assert.ok(x >= 0 && y >= 0 && x <= picture.width && y <= picture.height, `${x}, ${y}`);
  });

  test(`${name}: every edge between two things that can be seen is there once, with its slot`, () => {
    const listed = (edges) => edges.map(({ from, to, slot }) => `${from} ${to} ${slot}`).sort();
    const visible = graph.edges.filter(({ from, to }) => standIn(graph, from) !== standIn(graph, to));
    assert.deepEqual(listed(picture.edges), listed(visible));
    assert.deepEqual(listed(picture.routes.flatMap((route) => route.edges)), listed(visible));
  });

  test(`${name}: the same graph gives the same picture, in whatever order nodes and edges are listed`, () => {
    const shuffled = { ...graph, nodes: [...graph.nodes].reverse(), edges: [...graph.edges].reverse(), groups: [...graph.groups].reverse() };
    assert.deepEqual(layout(shuffled), picture);
  });
}

function assertOnSide([x, y], box, border) {
  assert.equal(x, border);
  assert.ok(y > box.y && y < box.y + box.height, `${y} is not beside ${box.key}`);
}

/** What is seen in place of a node: itself or the outermost closed group around it. */
function standIn(graph, id) {
  const path = graph.nodes.find((node) => node.id === id).group ?? [];
  const closed = graph.groups.filter((group) => !group.open).map((group) => groupKey(group.path));
  const keys = path.map((_, k) => groupKey(path.slice(0, k + 1)));
  return keys.find((key) => closed.includes(key)) ?? id;
}

for (const [name, graph] of Object.entries(PLANTED)) {
  test(`${name}: edges never run backwards`, () => {
    for (const { points } of layout(graph).routes) {
      points.slice(1).forEach(([x], k) => assert.ok(x > points[k][0], `${points[k][0]} to ${x}`));
    }
  });
}

for (const name of ["neuron", "neuron without groups", "dense network", "chain of 40"]) {
  test(`${name}: no edges cross`, () => assert.equal(oracle.crossingPairs(layout(PLANTED[name])).length, 0));
}

test("the neuron's main path is one straight line", () => {
  const graph = graphs.neuron();
  const { boxes } = layout(graph);
  const middles = ["mul", "add", "sigmoid", "sub", "square", "loss"].map((name) => middleOf(boxes.get(graph.ids.get(name))));
  assert.deepEqual(new Set(middles).size, 1, String(middles));
});

test("a product of two leaves stands halfway between them", () => {
  const graph = graphs.neuron();
  const [w, x, mul] = ["w", "x", "mul"].map((name) => middleOf(layout(graph).boxes.get(graph.ids.get(name))));
  assert.ok(Math.abs((w + x) / 2 - mul) <= 1, `${w} ${x} ${mul}`);
});

const middleOf = (box) => box.y + box.height / 2;

test("leaves stand in the column just before their first consumer", () => {
  const graph = graphs.flatNeuron();
  const rank = (name) => layout(graph).boxes.get(graph.ids.get(name)).rank;
  for (const [leaf, consumer] of [["w", "mul"], ["x", "mul"], ["b", "add"], ["y", "sub"], ["half", "loss"]]) {
    assert.equal(rank(leaf), rank(consumer) - 1, leaf);
  }
});

for (const [name, graph] of Object.entries(PLANTED)) {
  test(`${name}: edges into one card arrive from top to bottom in the order of their slots`, () => {
    const arrivals = new Map();
    for (const edge of layout(graph).edges) if (edge.target === edge.to) arrivals.set(edge.to, [...(arrivals.get(edge.to) ?? []), edge]);
    for (const edges of arrivals.values()) {
      const heights = edges.sort((a, b) => a.slot - b.slot).map((edge) => edge.points.at(-1)[1]);
      heights.slice(1).forEach((y, k) => assert.ok(y - heights[k] >= 6, String(heights)));
    }
  });
}

test("the two edges of x·x are apart along their whole length", () => {
  const [first, second] = layout(graphs.square()).edges;
  assert.deepEqual([first.slot, second.slot], [0, 1]);
  for (const t of [0, 0.25, 0.5, 0.75, 1]) {
    const gap = pointAt(second.segments, t)[1] - pointAt(first.segments, t)[1];
    assert.ok(gap > 10, `${gap} at ${t}`);
  }
});

test("a closed group is one box, and edges between the same two boxes share a route", () => {
  const picture = layout(closing(graphs.unitNetwork([2, 5, 5, 1]), "layer0", "layer1"));
  const [layer0, layer1] = [groupKey(["layer0"]), groupKey(["layer1"])];
  assert.equal(picture.boxes.get(layer0).kind, "closed");
  assert.ok(![...picture.boxes.values()].some((box) => box.path.length > 1 && box.path[0] !== "layer2"));
  const between = picture.routes.filter((route) => route.source === layer0 && route.target === layer1);
  assert.equal(between.length, 1);
  assert.equal(between[0].edges.length, 25);
  const edges = picture.edges.filter((edge) => edge.source === layer0);
  assert.ok(edges.length === 25 && edges.every((edge) => edge.segments === between[0].segments));
});

test("a closed box has the size it was given", () => {
  const box = layout(closing(graphs.neuron(), "z")).boxes.get(groupKey(["z"]));
  assert.deepEqual([box.width, box.height], [160, 72]);
});

test("a frame is at least as wide as its title", () => {
  const graph = graphs.neuron();
  const groups = graph.groups.map((group) => ({ ...group, titleWidth: 2000 }));
  const frame = layout({ ...graph, groups }).boxes.get(groupKey(["z"]));
  assert.ok(frame.width >= 2000 && oracle.outsiders(layout({ ...graph, groups })).length === 0);
});

test("closing a group keeps the order of everything that stays in sight", () => {
  const random = Array.from({ length: 20 }, (_, seed) => graphs.randomGraph(40, seed));
  for (const [graph, key] of [
    [graphs.denseNetwork(), "dense1"], [graphs.unitNetwork([3, 4, 4, 1]), "layer0"],
    [graphs.unitNetwork([3, 4, 4, 1]), "layer1/unit2"], [graphs.lstm(3), "t2"], [graphs.recurrentNetwork(4), "t1"],
    ...random.flatMap((graph) => [[graph, "a"], [graph, "a/b"], [graph, "c"]]),
  ]) {
    const before = oracle.columnsOf(layout(graph));
    for (const [column, keys] of oracle.columnsOf(layout(closing(graph, key)))) assert.deepEqual(keys, before.get(column), key);
  }
});

test("an edge that names an unknown node is refused by name", () => {
  const graph = graphs.square();
  assert.throws(() => layout({ ...graph, edges: [{ from: 0, to: 7, slot: 0 }] }), /edge 0 → 7 names node 7/);
});

test("an empty graph gives an empty picture", () => {
  const picture = layout({ nodes: [], groups: [], edges: [] });
  assert.equal(picture.boxes.size + picture.edges.length, 0);
  assert.ok(Number.isFinite(picture.width) && Number.isFinite(picture.height));
});

for (const [name, graph] of Object.entries({
  "1,500 nodes in 100 residual blocks": graphs.residualNetwork(100),
  "1,503 nodes in 300 time steps": graphs.recurrentNetwork(300),
  "1,500 random nodes": graphs.randomGraph(1500, 1),
  "a chain of 15,000 nodes": graphs.chain(15_000),
  "15,001 nodes in 1,000 residual blocks": graphs.residualNetwork(1000),
})) {
  test(`${name} are laid out`, (t) => {
    const start = performance.now();
    const picture = layout(graph);
    t.diagnostic(`${Math.round(performance.now() - start)} ms`);
    assert.ok(graph.nodes.every(({ id }) => picture.boxes.has(id)));
    for (const box of picture.boxes.values()) assert.ok(Number.isFinite(box.x) && Number.isFinite(box.y));
  });
}
