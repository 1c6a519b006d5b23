// Training steps of the open session: a small one is fetched whole, of a large one what is drawn. A few are kept.

import * as api from "./api.js";
import { comesWhole, overviewSize, partialNumbers, rowsAndColumns, sizeOf, wholeNumbers } from "./model/numbers.js";
import { directory, makeTrace, numbersOf, recordingOf } from "./model/trace.js";

/** Training steps, and numbers of them together (64 MiB). */
const KEPT = 8, MOST_NUMBERS = 8_388_608;
/** Numbers of a recording that comes whole, and of small arrays that come at once: 4 MiB, the most one answer carries. */
const ONE_ANSWER = 524_288;
/** Numbers, stretches and overviews that one request asks for. */
const MOST_ASKED = 400_000, STRETCHES = 600, OVERVIEWS = 80, MOST_READ = 8_000_000;

/** @typedef {import("./types").Trace} Trace */
/** @typedef {import("./types").Ref} Ref */
/** @typedef {import("./types").Schedule} Schedule */
/** @typedef {ReturnType<typeof partialNumbers>} Partial */
/** @typedef {{arrived: () => void, failed: (error: unknown) => void}} Hearers */

/**
 * @param {string} id @param {Hearers} hearers told when numbers that were on their way are here, or will not come
 * @param {number[]} [stretches] training steps from which another structure holds
 * @returns {{at: (iteration: number) => Promise<Trace>, stretchOf: (iteration: number) => number, renew: (stretches: number[]) => void}}
 */
export function openRecordings(id, hearers, stretches = [0]) {
  const structures = openStructures(id);
  /** @type {Map<number, Promise<Trace>>} */
  const kept = new Map();
  /** @type {Map<number, Trace>} */
  const here = new Map();

  /** @param {number} iteration */
  const stretchOf = (iteration) => stretches.findLast((start) => start <= iteration) ?? 0;

  /** @param {number} iteration */
  const fetchTrace = async (iteration) => {
    const magnitudes = api.magnitudes(id, iteration);
    magnitudes.catch(() => {}); // where there is no such step, the recording says so
    const [graph, schedule] = await structures.at(stretchOf(iteration));
    const numbers = schedule.size <= ONE_ANSWER
      ? wholeNumbers(recordingOf(await api.recording(id, iteration), schedule))
      : await parts(id, iteration, schedule, hearers);
    const trace = makeTrace(graph, schedule, numbers, await magnitudes, iteration);
    if (kept.has(iteration)) here.set(iteration, trace);
    return trace;
  };

  /** @param {number} iteration */
  const forget = (iteration) => {
    kept.delete(iteration);
    here.delete(iteration);
  };
  const makeRoom = () => {
    const held = () => [...here.values()].reduce((n, trace) => n + trace.numbers.held(), 0);
    while (kept.size > 1 && (kept.size > KEPT || held() > MOST_NUMBERS)) forget(/** @type {number} */ (kept.keys().next().value));
  };

  /** @param {number} iteration */
  const at = (iteration) => {
    const found = kept.get(iteration) ?? fetchTrace(iteration);
    kept.delete(iteration);
    kept.set(iteration, found);
    found.then(makeRoom, () => forget(iteration));
    return found;
  };

  /** The session was changed: every number may be another. @param {number[]} next */
  const renew = (next) => {
    stretches = next;
    structures.renew();
    kept.clear();
    here.clear();
  };
  return { at, stretchOf, renew };
}

/** Graph and schedule of each stretch. What a change left as it was stays the same object, so that nothing is laid out anew. @param {string} id */
function openStructures(id) {
  /** @type {Map<number, Promise<[import("./types").Graph, Schedule]>>} */
  const found = new Map();
  /** @type {Map<string, any>} */
  const told = new Map();
  /** @template T @param {{tag: string | null, body: T}} answer @returns {T} */
  const once = ({ tag, body }) => {
    const same = tag ? told.get(tag) ?? body : body;
    if (tag) told.set(tag, same);
    return same;
  };
  /** @param {number} start @returns {Promise<[import("./types").Graph, Schedule]>} */
  const fetchAt = async (start) => {
    const [graph, schedule] = await Promise.all([api.graph(id, start), api.schedule(id, start)]);
    return [once(graph), once(schedule)];
  };
  return {
    /** @param {number} start */
    at(start) {
      const asked = found.get(start) ?? fetchAt(start);
      found.set(start, asked);
      asked.catch(() => found.delete(start));
      return asked;
    },
    renew() { found.clear(); },
  };
}

/** A large recording: its small arrays and overviews of the others where they are not too many, the rest when it is drawn. @param {string} id @param {number} iteration @param {Schedule} schedule @param {Hearers} hearers */
async function parts(id, iteration, schedule, { arrived, failed }) {
  const arrays = directory(schedule);
  const small = arrays.filter(({ shape }) => comesWhole(shape)), large = arrays.filter(({ shape }) => !comesWhole(shape));
  /** @type {Partial} */
  const numbers = partialNumbers(arrays.map(({ offset }) => offset), ({ arrays, overviews, entries }) => {
    const asked = [...fetchArrays(source, [...arrays.values()]), ...fetchOverviews(source, [...overviews.values()]), ...fetchEntries(source, [...entries])];
    for (const one of asked) one.then(arrived, failed);
  });
  const source = { id, iteration, dtype: schedule.dtype, numbers };
  const count = small.reduce((n, { shape }) => n + sizeOf(shape), 0);
  if (count <= ONE_ANSWER && large.length <= OVERVIEWS) await Promise.all([...fetchArrays(source, small), ...fetchOverviews(source, large)]);
  return numbers;
}

/** @typedef {{id: string, iteration: number, dtype: string, numbers: Partial}} Source */

/** @param {Source} source @param {Ref[]} refs @returns {Promise<void>[]} */
function fetchArrays(source, refs) {
  return portions(refs, ({ shape }) => sizeOf(shape), MOST_ASKED, STRETCHES).map((some) => fetchStretches(source, "arrays", some.map(({ offset, shape }) => [offset, offset + sizeOf(shape)])));
}

/** @param {Source} source @param {number[]} places @returns {Promise<void>[]} */
function fetchEntries(source, places) {
  return portions(places, () => 1, MOST_ASKED, STRETCHES).map((some) => fetchStretches(source, "entries", some.map((k) => [k, k + 1])));
}

/** @param {Source} source @param {"arrays" | "entries"} kind @param {[number, number][]} ranges */
async function fetchStretches({ id, iteration, dtype, numbers }, kind, ranges) {
  try {
    const all = numbersOf(await api.stretches(id, iteration, joined(ranges)), dtype);
    let next = 0;
    for (const [from, to] of ranges) numbers.put(kind, from, all.subarray(next, next += to - from));
  } finally {
    for (const [from] of ranges) numbers.lost(kind, from);
  }
}

/** Stretches that follow each other are one. @param {[number, number][]} ranges @returns {[number, number][]} */
function joined(ranges) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [from, to] of ranges) {
    const last = found[found.length - 1];
    if (last?.[1] === from) last[1] = to;
    else found.push([from, to]);
  }
  return found;
}

/** @param {Source} source @param {Ref[]} refs @returns {Promise<void>[]} */
function fetchOverviews({ id, iteration, dtype, numbers }, refs) {
  return portions(refs, ({ shape }) => sizeOf(shape), MOST_READ, OVERVIEWS).map(async (some) => {
    try {
      const bytes = await api.overviews(id, iteration, some.map(({ offset, shape }) => [offset, ...rowsAndColumns(shape)]));
      const cells = some.map(({ shape }) => sizeOf(overviewSize(shape)));
      const count = sizeOf([cells.reduce((n, c) => n + c, 0)]), width = dtype === "float32" ? 4 : 8;
      const all = numbersOf(bytes.slice(0, count * width), dtype), places = placesOf(bytes.slice(count * width));
      let next = 0;
      some.forEach(({ offset }, i) => numbers.put("overviews", offset, all.subarray(next, next + cells[i]), places.subarray(next, next += cells[i])));
    } finally {
      for (const { offset } of some) numbers.lost("overviews", offset);
    }
  });
}

/** @param {ArrayBuffer} bytes little-endian */
function placesOf(bytes) {
  const view = new DataView(bytes);
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getUint32(4 * i, true));
}

/** Lists of at most `most` together, and of at most `count` things. @template T @param {T[]} things @param {(thing: T) => number} sizeOf @param {number} most @param {number} count @returns {T[][]} */
function portions(things, sizeOf, most, count) {
  /** @type {T[][]} */
  const found = [];
  let room = 0;
  for (const thing of things) {
    room -= sizeOf(thing);
    const last = found[found.length - 1];
    if (!last || room < 0 || last.length >= count) {
      found.push([thing]);
      room = most - sizeOf(thing);
    } else last.push(thing);
  }
  return found;
}
