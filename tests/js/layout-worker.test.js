import assert from "node:assert/strict";
import { test } from "node:test";

import { layoutClient } from "../../static/js/model/layout-client.js";
import { layout } from "../../static/js/model/layout.js";
import { inbox } from "../../static/js/model/layout/inbox.js";
import { neuron, square } from "./layout-graphs.js";

/** An inbox whose work waits until it is told to go. */
function waitingInbox() {
  const answers = [];
  const waiting = [];
  const take = inbox(layout, (answer) => answers.push(answer), (work) => waiting.push(work));
  return { take, answers, go: () => waiting.splice(0).forEach((work) => work()) };
}

test("of the questions that wait, only the newest is answered", () => {
  const { take, answers, go } = waitingInbox();
  take({ ticket: 1, graph: neuron() });
  take({ ticket: 2, graph: square() });
  go();
  assert.deepEqual(answers, [{ ticket: 2, result: layout(square()) }]);
});

test("a question that comes later is answered too", () => {
  const { take, answers, go } = waitingInbox();
  for (const ticket of [1, 2]) {
    take({ ticket, graph: square() });
    go();
  }
  assert.deepEqual(answers.map(({ ticket }) => ticket), [1, 2]);
});

test("an error comes back as a message with its ticket", () => {
  const { take, answers, go } = waitingInbox();
  take({ ticket: 5, graph: { nodes: [], edges: [{ from: 1, to: 2, slot: 0 }] } });
  go();
  assert.equal(answers[0].ticket, 5);
  assert.match(answers[0].error, /names node 1/);
});

/** Stands in for a Worker: keeps what it is sent. */
class SilentWorker {
  sent = [];
  postMessage(message) {
    this.sent.push(message);
  }
}

function clientWith(worker) {
  let started = 0;
  const ask = layoutClient(() => {
    started++;
    return worker;
  });
  return { ask, started: () => started };
}

test("the client gives the answer to its question", async () => {
  const worker = new SilentWorker();
  const answer = clientWith(worker).ask(square(), { columnGap: 90 });
  assert.deepEqual(worker.sent, [{ ticket: 1, graph: square(), options: { columnGap: 90 } }]);
  worker.onmessage({ data: { ticket: 1, result: "a picture" } });
  assert.equal(await answer, "a picture");
});

test("an overtaken question gives null at once, and its late answer is dropped", async () => {
  const worker = new SilentWorker();
  const { ask, started } = clientWith(worker);
  const first = ask(neuron());
  const second = ask(square());
  assert.equal(await first, null);
  worker.onmessage({ data: { ticket: 1, result: "too late" } });
  worker.onmessage({ data: { ticket: 2, result: "the newest" } });
  assert.equal(await second, "the newest");
  assert.equal(started(), 1);
});

test("an error message rejects the promise", async () => {
  const worker = new SilentWorker();
  const answer = clientWith(worker).ask(square());
  worker.onmessage({ data: { ticket: 1, error: "layout: no" } });
  await assert.rejects(answer, /layout: no/);
});

test("a worker that breaks rejects the promise, and the next question starts a new one", async () => {
  const worker = new SilentWorker();
  const { ask, started } = clientWith(worker);
  const answer = ask(square());
  worker.onerror({ message: "cannot load" });
  await assert.rejects(answer, /cannot load/);
  ask(square());
  assert.equal(started(), 2);
});
