// Where columns and units stand: as many as can be read, never smaller.

/** @typedef {import("../../model/network.js").Network} Network */
/** @typedef {import("../../model/network.js").Column} Column */
/** @typedef {{width: number, height: number, letter: number, pictured: Set<number>, answering: number}} Room `letter`: the height of the smallest text; `pictured`: columns whose units show their weights as pictures; `answering`: the one with a class for each unit */
/** @typedef {{key: string, unit: number, x: number, y: number, r: number, left: number, right: number, thumb: number, axon: number}} Spot `left` and `right`: where lines end and begin; `thumb`: the side of its weights' picture; `axon`: where its own numbers end */
/** @typedef {{column: Column, x: number, width: number, top: number, bottom: number, spots: Spot[], side: number}} Placed */
/** @typedef {{placed: Map<number, Placed>, letter: number, from: number, to: number, levels: number}} Plan `from` and `to`: the levels that are drawn */
/** @typedef {{letter: number, r: number, tile: number, thumb: number, height: number, most: number}} Scale */

/** Height of a heading, in letters. */
const HEADING = 3.7;
const LANE = 26, GAP = { least: 38, roomy: 90, most: 230 };
/** Letters of the longest number, and the width of one, in heights. */
const LETTERS = 9;
export const WIDE = 0.61;
/** Height of a unit's two numbers, in letters. */
const ROW = 2.2;
const LARGEST = { pitch: 96, picture: 170 };
/** Text and feature maps are larger where there is room for them. */
const SIZES = [[2, 84], [1.5, 84], [1.3, 76], [1.15, 64], [1, 52], [1, 40]];

/** @param {Network} network @param {Room} room @param {number} level what must be seen @param {(column: Column, most: number) => number[]} choose which units @returns {Plan} */
export function planOf({ columns }, room, level, choose) {
  const drawn = columns.filter(({ size }) => size > 0);
  const lanes = 1 + Math.max(...drawn.map(({ lane }) => lane)), levels = 1 + Math.max(...drawn.map((column) => column.level));
  const head = room.letter * HEADING, free = room.height - lanes * head - (lanes - 1) * LANE;
  const most = unitsThatFit(drawn, lanes, free / (room.letter * ROW));
  const counts = rowsByLane(drawn, lanes, most), all = counts.reduce((a, b) => a + b, 0);
  const sizes = SIZES.map(([size, tile]) => scaleOf(room.letter * size, tile, free / all, free, most)).filter(({ letter }) => letter === room.letter || letter * ROW <= free / all);
  const fitted = sizes.find((scale) => spread(drawn, levels, level, room, scale, GAP.roomy).all) ?? sizes.find((scale) => spread(drawn, levels, level, room, scale, GAP.least).all) ?? sizes[sizes.length - 1];
  const { xs, from, to } = spread(drawn, levels, level, room, fitted, GAP.least);
  const pitch = Math.min(LARGEST.pitch, free / all), used = all * pitch + lanes * head + (lanes - 1) * LANE;
  /** @type {Map<number, Placed>} */
  const placed = new Map();
  let bottom = (room.height + used) / 2;
  counts.forEach((count, lane) => {
    const top = bottom - count * pitch;
    const room_ = { top: lanes > 1 ? top : head, bottom: lanes > 1 ? bottom : room.height };
    for (let at = from; at <= to; at++) stack(drawn.filter((column) => column.lane === lane && column.level === at), xs.get(at) ?? [0, 0], room_, pitch);
    bottom = top - head - LANE;
  });
  return { placed, letter: fitted.letter, from, to, levels };

  /** @param {Column[]} columns @param {[number, number]} x @param {{top: number, bottom: number}} lane @param {number} pitch */
  function stack(columns, x, lane, pitch) {
    const tall = columns.map((column) => rowsOf(column, most) * ownPitch(column, rowsOf(column, most), lane.bottom - lane.top, pitch, columns.length));
    let y = (lane.top + lane.bottom - tall.reduce((a, b) => a + b, 0)) / 2;
    columns.forEach((column, k) => {
      placed.set(column.id, placeColumn(column, x, y, tall[k], choose(column, rowsOf(column, most)), fitted, room));
      y += tall[k];
    });
  }
}

/** @param {number} letter @param {number} tile @param {number} pitch @param {number} height @param {number} most @returns {Scale} */
const scaleOf = (letter, tile, pitch, height, most) => ({ letter, tile, r: Math.max(letter * 0.84, Math.min(pitch * 0.3, letter * 1.25)), thumb: Math.min(40, pitch - 4), height, most });

/** Rows a column takes. @param {Column} column @param {number} most */
const rowsOf = ({ kind, size }, most) => (kind === "picture" || kind === "loss" ? 1 : Math.min(size, most));

/** Rows of each lane: those of its fullest level. @param {Column[]} columns @param {number} lanes @param {number} most */
function rowsByLane(columns, lanes, most) {
  const rows = Array.from({ length: lanes }, () => 1), levels = new Map();
  for (const column of columns) {
    const key = `${column.lane} ${column.level}`, sum = (levels.get(key) ?? 0) + rowsOf(column, most);
    levels.set(key, sum);
    rows[column.lane] = Math.max(rows[column.lane], sum);
  }
  return rows;
}

/** @param {Column[]} columns @param {number} lanes @param {number} room rows that can be read */
function unitsThatFit(columns, lanes, room) {
  let most = Math.max(1, Math.min(Math.floor(room), ...[Math.max(...columns.map(({ size, kind }) => (kind === "picture" ? 1 : size)))]));
  while (most > 1 && rowsByLane(columns, lanes, most).reduce((a, b) => a + b, 0) > room) most--;
  return most;
}

/** A short column stands wider apart, feature maps as large as they can be. @param {Column} column @param {number} rows @param {number} height @param {number} pitch @param {number} others in the same stack */
function ownPitch({ kind }, rows, height, pitch, others) {
  if (kind === "picture") return height;
  return others > 1 ? pitch : Math.min(LARGEST.pitch, height / rows, kind === "maps" ? Infinity : pitch * 1.5);
}

/** @param {Column} column @param {Scale} scale @param {Room} room */
function widthOf(column, { letter, r, tile, thumb, height, most }, { pictured, answering }) {
  const before = pictured.has(column.id) ? thumb + 8 : 0;
  if (column.kind === "picture") return Math.min(LARGEST.picture, (height / 2 - 12) / 1.5, 12 * letter);
  if (column.kind === "maps") return before + 2 * tileSide(tile, height / rowsOf(column, most)) + 6;
  return before + unitWidth(letter, r) + (column.id === answering ? answerWidth(letter) : 0);
}

/** @param {number} tile @param {number} pitch */
const tileSide = (tile, pitch) => Math.min(tile, pitch - 10);
/** @param {number} letter @param {number} r */
const unitWidth = (letter, r) => 2.16 * r + 7 + LETTERS * WIDE * letter;
/** A class, its bar and its probability. @param {number} letter */
const answerWidth = (letter) => letter * 10;

/** Which levels are drawn, and the left end and the width of each. @param {Column[]} columns @param {number} levels @param {number} level @param {Room} room @param {Scale} scale @param {number} least */
function spread(columns, levels, level, room, scale, least) {
  const widths = Array.from({ length: levels }, () => 0);
  for (const column of columns) widths[column.level] = Math.max(widths[column.level], widthOf(column, scale, room));
  let from = Math.max(0, Math.min(level, levels - 1)), to = from, used = widths[from];
  for (let grown = true; grown;) {
    grown = false;
    for (const k of [from - 1, to + 1]) {
      if (k < 0 || k >= levels || used + least + widths[k] > room.width) continue;
      used += least + widths[k];
      [from, to] = [Math.min(from, k), Math.max(to, k)];
      grown = true;
    }
  }
  const bare = widths.slice(from, to + 1).reduce((a, b) => a + b, 0), gap = Math.min(GAP.most, (room.width - bare) / Math.max(1, to - from));
  let x = (room.width - bare - gap * (to - from)) / 2;
  /** @type {Map<number, [number, number]>} */
  const xs = new Map();
  for (let k = from; k <= to; k++) {
    xs.set(k, [x, widths[k]]);
    x += widths[k] + gap;
  }
  return { xs, from, to, all: to - from + 1 === levels };
}

/** @param {Column} column @param {[number, number]} place @param {number} top @param {number} tall @param {number[]} units @param {Scale} scale @param {Room} room @returns {Placed} */
function placeColumn(column, [left, width], top, tall, units, { letter, r: circle, tile, thumb, height }, { pictured, answering }) {
  const each = tall / Math.max(1, units.length), before = pictured.has(column.id) ? thumb + 8 : 0, x = left + before;
  const side = column.kind === "picture" ? Math.min(width, (height / 2 - 12) / 1.5) : tileSide(tile, each), round = column.kind !== "picture" && column.kind !== "maps";
  const r = round ? circle : side / 2, axon = round ? x + unitWidth(letter, r) : x + 2 * side + 6;
  const right = column.kind === "picture" ? left + width : axon + (column.id === answering ? answerWidth(letter) : 0);
  const spots = units.map((unit, k) => ({ key: `${column.id}:${unit}`, unit, x: round ? x + r : x, y: top + (k + 0.5) * each, r, left, right, thumb: before ? thumb : 0, axon }));
  return { column, x: left, width, top, bottom: top + tall, spots, side };
}
