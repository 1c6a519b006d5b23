import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { openRecordings } from "../../static/js/recordings.js";

const LARGE = { offset: 0, shape: [1000, 600] }, SMALL = { offset: 600_000, shape: [8] }, TOTAL = 600_008;
const genuine = globalThis.fetch;
afterEach(() => { globalThis.fetch = genuine; });

/** A service whose number k is k, in training step n plus n; and what it was asked. */
function serve(schedule) {
  const asked = [];
  globalThis.fetch = async (path) => {
    asked.push(path);
    const url = new URL(path, "http://localhost"), step = Number(url.searchParams.get("iteration"));
    const body = answer(url, step, schedule);
    return new Response(body instanceof Uint8Array ? body : JSON.stringify(body));
  };
  return asked;
}

function answer(url, step, schedule) {
  const name = url.pathname.split("/").at(-1), ranges = url.searchParams.get("ranges"), at = url.searchParams.get("at");
  if (name === "graph") return { nodes: [], groups: [], outputs: [] };
  if (name === "schedule") return schedule;
  if (name === "magnitudes") return { magnitudes: [] };
  if (name === "overviews") return overviews(at.split(",").map((place) => place.split(":").map(Number)), step);
  const stretches = ranges ? ranges.split(",").map((range) => range.split(":").map(Number)) : [[0, schedule.size]];
  const numbers = stretches.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i + step));
  return new Uint8Array(Float64Array.from(numbers).buffer);
}

/** Every cell the first number of its array, at place 0. */
function overviews(places, step) {
  const cells = places.flatMap(([offset, rows, columns]) => {
    const count = (n) => Math.ceil(n / Math.ceil(n / 64));
    return Array(count(rows) * count(columns)).fill(offset + step);
  });
  return new Uint8Array([...new Uint8Array(Float64Array.from(cells).buffer), ...new Uint8Array(4 * cells.length)]);
}

const scheduleOf = (values, size) => ({ size, dtype: "float64", length: 0, values, events: [] });
const hearers = () => {
  const heard = { arrived: 0, failed: [] };
  return { heard, hearers: { arrived: () => heard.arrived++, failed: (error) => heard.failed.push(error) } };
};

test("a small recording comes whole, in one request", async () => {
  const asked = serve(scheduleOf([SMALL], 600));
  const trace = await openRecordings("s", hearers().hearers).at(3);
  assert.equal(trace.numbers.at(17), 20);
  assert.equal(asked.filter((path) => path.includes("/recording")).length, 1);
});

test("of a large one small arrays come as they are, and large ones as overviews", async () => {
  const asked = serve(scheduleOf([LARGE, SMALL], TOTAL));
  const trace = await openRecordings("s", hearers().hearers).at(2);
  assert.deepEqual([...trace.numbers.array(SMALL)], [2, 3, 4, 5, 6, 7, 8, 9].map((i) => 600_000 + i));
  const shown = trace.numbers.shown(LARGE);
  assert.deepEqual([shown.rows, shown.columns, shown.numbers[0], shown.places[0]], [63, 60, 2, 0]);
  assert.ok(trace.numbers.held() < 5_000);
  assert.equal(asked.filter((path) => /recording|overviews/.test(path)).length, 2);
});

test("a single number of a large array is fetched by its place, and heard of", async () => {
  serve(scheduleOf([LARGE, SMALL], TOTAL));
  const { heard, hearers: told } = hearers();
  const trace = await openRecordings("s", told).at(0);
  assert.equal(trace.numbers.at(123_456), undefined);
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  assert.equal(heard.arrived, 1);
  assert.equal(trace.numbers.at(123_456), 123_456);
});

test("what cannot be fetched is told, and can be asked for again", async () => {
  serve(scheduleOf([LARGE, SMALL], TOTAL));
  const { heard, hearers: told } = hearers();
  const trace = await openRecordings("s", told).at(0);
  const works = globalThis.fetch;
  globalThis.fetch = async () => new Response("{}", { status: 503 });
  trace.numbers.at(5);
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  assert.equal(heard.failed[0].status, 503);
  globalThis.fetch = works;
  trace.numbers.at(5);
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  assert.equal(trace.numbers.at(5), 5);
});

test("a training step that was left long ago is fetched again", async () => {
  const asked = serve(scheduleOf([SMALL], 600));
  const recordings = openRecordings("s", hearers().hearers);
  for (let n = 0; n < 9; n++) await recordings.at(n);
  const count = () => asked.filter((path) => path.includes("/recording?iteration=0")).length;
  assert.equal(count(), 1);
  await recordings.at(0);
  assert.equal(count(), 2);
  await recordings.at(8);
  assert.equal(asked.filter((path) => path.includes("/recording?iteration=8")).length, 1);
});
