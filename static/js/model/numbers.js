// The numbers of one training step: all of a small recording; of a large one, what was asked for so far.

/** @typedef {import("../types").Ref} Ref */
/** @typedef {import("../types").Shown} Shown */
/** @typedef {import("../types").Numbers} Numbers */
/** @typedef {Float64Array | Float32Array} Floats */
/** @typedef {{arrays: Map<number, Ref>, overviews: Map<number, Ref>, entries: Set<number>}} Wishes */

/** Arrays up to this many numbers are shown as they are; larger ones as the service's overview of so many rows and columns. */
export const SIDE = 64;
const WHOLE = 4096;
/** Numbers kept of one training step that were asked for one by one: 32 MiB. */
const MOST_KEPT = 4_194_304;

/** Feature maps and filters of up to so many numbers come whole: cells of an overview would tear them apart. */
const WHOLE_PICTURES = 32_768;

/** Whether an array is drawn from all its numbers. @param {number[]} shape */
export const comesWhole = (shape) => sizeOf(shape) <= (shape.length === 4 ? WHOLE_PICTURES : WHOLE);

/** Any array as rows and columns: a vector is one row, higher ranks fold into rows. @param {number[]} shape @returns {[number, number]} */
export function rowsAndColumns(shape) {
  const columns = shape.length ? shape[shape.length - 1] : 1;
  return [columns ? sizeOf(shape) / columns : 0, columns];
}

/** How many numbers an array of this shape holds. @param {number[]} shape */
export function sizeOf(shape) {
  return shape.reduce((n, d) => n * d, 1);
}

/** Rows and columns of an overview. @param {number[]} shape @returns {[number, number]} */
export function overviewSize(shape) {
  const [rows, columns] = rowsAndColumns(shape);
  return [cellsOf(rows), cellsOf(columns)];
}

/** @param {number} count */
const cellsOf = (count) => Math.ceil(count / Math.max(1, Math.ceil(count / SIDE)));

/** A recording that is here to the last number. @param {Floats} all @returns {Numbers} */
export function wholeNumbers(all) {
  /** One view an array, so that its picture is drawn once. @type {Map<string, Floats>} */
  const views = new Map();
  /** @param {Ref} ref */
  const array = ({ offset, shape }) => {
    const size = sizeOf(shape), key = `${offset} ${size}`;
    const found = views.get(key) ?? all.subarray(offset, offset + size);
    views.set(key, found);
    return found;
  };
  return {
    held: () => all.length,
    at: (k) => all[k],
    array,
    shown(ref) {
      const [rows, columns] = rowsAndColumns(ref.shape);
      return { numbers: array(ref), rows, columns, places: null };
    },
    strange: () => !all.every(Number.isFinite),
    prefetch() {},
  };
}

/**
 * A recording of which parts are here. What is asked for and missing is a wish; `wish` is called when there are some.
 *
 * @param {number[]} starts where arrays begin, rising @param {(wishes: Wishes) => void} wish
 */
export function partialNumbers(starts, wish) {
  const wholes = generations(), overviews = generations(), entries = generations();
  let wishes = noWishes();
  /** Wished for and on the way. @type {Set<string>} */
  const underWay = new Set();
  let strange = false;

  const send = () => {
    const sent = wishes;
    wishes = noWishes();
    wish(sent);
  };
  /** @param {keyof Wishes} kind @param {number} offset @param {Ref | null} ref */
  const miss = (kind, offset, ref) => {
    const name = `${kind} ${offset}`;
    if (underWay.has(name)) return;
    if (isEmpty(wishes)) queueMicrotask(send);
    underWay.add(name);
    if (kind === "entries") wishes.entries.add(offset);
    else if (ref) wishes[kind].set(offset, ref);
  };

  /** @param {Ref} ref */
  const array = (ref) => {
    const found = sizeOf(ref.shape) ? wholes.get(ref.offset) : new Float64Array(0);
    if (!found) miss("arrays", ref.offset, ref);
    return found ?? null;
  };
  return {
    held: () => wholes.held() + overviews.held() + entries.held(),
    /** @param {number} k */
    at(k) {
      const start = lastUpTo(starts, k);
      const found = wholes.get(start)?.[k - start] ?? entries.get(k)?.[0];
      if (found === undefined) miss("entries", k, null);
      return found;
    },
    array,
    /** @param {Ref} ref @returns {Shown | null} */
    shown(ref) {
      const large = !comesWhole(ref.shape);
      const [rows, columns] = large ? overviewSize(ref.shape) : rowsAndColumns(ref.shape);
      const numbers = large ? overviews.get(ref.offset) : array(ref);
      if (!numbers && large) miss("overviews", ref.offset, ref);
      return numbers ? { numbers, rows, columns, places: large ? overviews.places(ref.offset) : null } : null;
    },
    strange: () => strange,
    /** @param {Ref[]} refs */
    prefetch(refs) {
      for (const ref of refs) this.shown(ref);
    },
    /** What a wish brought. @param {keyof Wishes} kind @param {number} offset @param {Floats} numbers @param {Uint32Array | null} [places] */
    put(kind, offset, numbers, places = null) {
      underWay.delete(`${kind} ${offset}`);
      strange ||= !numbers.every(Number.isFinite);
      (kind === "arrays" ? wholes : kind === "overviews" ? overviews : entries).put(offset, numbers, places);
    },
    /** A wish that failed may be made again. @param {keyof Wishes} kind @param {number} offset */
    lost(kind, offset) {
      underWay.delete(`${kind} ${offset}`);
    },
  };
}

/** @returns {Wishes} */
const noWishes = () => ({ arrays: new Map(), overviews: new Map(), entries: new Set() });
/** @param {Wishes} wishes */
const isEmpty = ({ arrays, overviews, entries }) => arrays.size + overviews.size + entries.size === 0;

/** Numbers by their offset; what has not been looked at for long is forgotten: of two halves the older one goes. */
function generations() {
  /** @typedef {{numbers: Floats, places: Uint32Array | null}} Kept @type {Map<number, Kept>} */
  let young = new Map(), /** @type {Map<number, Kept>} */ old = new Map();
  let size = 0, before = 0;
  /** @param {number} offset @param {Kept} kept */
  const put = (offset, kept) => {
    young.set(offset, kept);
    size += kept.numbers.length;
    if (size <= MOST_KEPT / 2) return;
    [old, before] = [young, size];
    [young, size] = [new Map(), 0];
  };
  /** @param {number} offset */
  const find = (offset) => {
    const found = young.get(offset) ?? old.get(offset);
    if (found && !young.has(offset)) put(offset, found);
    return found;
  };
  return {
    held: () => size + before,
    /** @param {number} offset */
    get: (offset) => find(offset)?.numbers,
    /** @param {number} offset */
    places: (offset) => find(offset)?.places ?? null,
    /** @param {number} offset @param {Floats} numbers @param {Uint32Array | null} places */
    put: (offset, numbers, places) => put(offset, { numbers, places }),
  };
}

/** The last of `rising` that is not beyond k. @param {number[]} rising @param {number} k */
function lastUpTo(rising, k) {
  let low = 0, high = rising.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rising[middle] <= k) low = middle;
    else high = middle;
  }
  return rising[low] ?? 0;
}
