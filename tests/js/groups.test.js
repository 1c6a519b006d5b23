import assert from "node:assert/strict";
import { test } from "node:test";
import { cardsDrawn, changedGroups, closedAs, closedAtFirst, toggled } from "../../static/js/model/groups.js";

/** Two layers of `steps` time steps with `cards` cards each. */
function unrolled(steps, cards) {
  const groups = [], nodes = [];
  for (const layer of ["lstm1", "lstm2"]) {
    groups.push({ path: [layer], title: layer });
    for (let t = 1; t <= steps; t++) {
      groups.push({ path: [layer, `t${t}`], title: `t${t}` });
      for (let k = 0; k < cards; k++) nodes.push({ id: nodes.length, group: [layer, `t${t}`] });
    }
  }
  return { groups, nodes };
}

test("a small graph opens with its groups open, a large one with all of them closed", () => {
  assert.equal(closedAtFirst(unrolled(3, 5)).size, 0);
  const large = unrolled(100, 17);
  assert.equal(cardsDrawn(large, closedAtFirst(large)), 2);
});

test("a layer opens to its time steps as closed cards", () => {
  const graph = unrolled(100, 17);
  assert.equal(cardsDrawn(graph, toggled(graph, closedAtFirst(graph), "lstm1")), 101);
});

test("never more than 300 cards, whatever is opened one after the other", () => {
  const graph = unrolled(100, 17);
  let closed = closedAtFirst(graph);
  for (const { path } of graph.groups) {
    const key = path.join("/");
    closed = toggled(graph, closed, key);
    assert.ok(cardsDrawn(graph, closed) <= 300);
    assert.equal(closed.has(key), false);
    assert.equal(closed.has(path[0]), false);
  }
});

test("closing a group closes only that", () => {
  const graph = unrolled(3, 5);
  assert.deepEqual([...toggled(graph, new Set(), "lstm1/t2")], ["lstm1/t2"]);
});

test("what a link says of the groups brings them back, opened ones of a large graph and closed ones of a small one", () => {
  for (const [graph, chosen] of [[unrolled(100, 17), ["lstm2", "lstm2/t3"]], [unrolled(3, 5), ["lstm1/t2", "lstm2"]]]) {
    const closed = chosen.reduce((before, path) => toggled(graph, before, path), closedAtFirst(graph));
    assert.deepEqual(changedGroups(graph, closed), chosen);
    assert.deepEqual(closedAs(graph, [...chosen].reverse()), closed);
  }
});

test("names of no group say nothing, and never more than 300 cards, whatever a link asks for", () => {
  const graph = unrolled(100, 17);
  assert.deepEqual(closedAs(graph, ["moon", "lstm1/t999"]), closedAtFirst(graph));
  assert.ok(cardsDrawn(graph, closedAs(graph, graph.groups.map(({ path }) => path.join("/")))) <= 300);
});
