// A tensor, large: row and column numbers, one entry marked, moved by pointer and by arrow keys.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import { format } from "../model/format.js";
import { entryIn, numberIn } from "../model/grid.js";
import { PALETTES, heatPixels } from "../model/scale.js";

/** Pixels there are in the panel. */
const PANEL = { width: 270, height: 160 };
const TALLEST_PICTURES = 210, LARGEST = 30, SMALLEST = 1.2, LEGIBLE = 13, ROWS = 24;

/**
 * @typedef {import("../model/grid.js").Grid} Grid
 * @typedef {{grid: Grid, at: number, marked: boolean, label: string, dark: boolean, choose: (cell: number) => void, open?: () => void, room?: {width: number, height: number}, first?: number[]}} Props `at` is a cell of the grid; `first` names its first row and column
 * @param {Props} props
 */
export function Heatmap({ grid, at, marked, label, dark, choose, open, room = PANEL, first = [0, 0] }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const { rows, columns, pick, places } = grid;
  const [width, height] = cellSize(grid, room);
  useEffect(() => paint(canvas.current, grid, dark), [grid.numbers, dark]);
  const mark = { left: share(at % columns, columns), top: share(Math.floor(at / columns), rows), width: share(1, columns), height: share(1, rows) };
  /** @param {number} cell */
  const take = (cell) => { if (entryIn(grid, cell) >= 0) choose(cell); };
  /** @param {PointerEvent} event */
  const point = (event) => {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const column = clamp(Math.floor((event.clientX - box.left) / box.width * columns), columns);
    take(clamp(Math.floor((event.clientY - box.top) / box.height * rows), rows) * columns + column);
  };
  return html`<div class="heatmap ${pick || places ? "bare" : ""}" role="group" aria-label=${label} style=${{ maxWidth: `${columns * width + (pick || places ? 0 : ROWS)}px` }}>
    ${!pick && !places && html`<${Headers} count=${columns} size=${width} from=${first[1]} axis="columns" /><${Headers} count=${rows} size=${height} from=${first[0]} axis="rows" />`}
    <div class="cells" style=${{ height: `${rows * height}px` }} tabindex="0" role="slider" aria-label="${label}, entry" aria-valuemin="0" aria-valuemax=${rows * columns - 1}
      aria-valuenow=${at} aria-valuetext="row ${first[0] + Math.floor(at / columns)}, column ${first[1] + at % columns}: ${format(numberIn(grid, at))}"
      onPointerMove=${point} onPointerDown=${point} onDblClick=${open} onKeyDown=${(/** @type {KeyboardEvent} */ event) => byKey(event, at, rows, columns, take)}>
      <canvas ref=${canvas} width=${columns} height=${rows}></canvas>${marked && html`<span class="mark" style=${mark}></span>`}
    </div></div>`;
}

/** Pictures keep their sides' ratio. @param {Grid} grid @param {{width: number, height: number}} room @returns {[number, number]} */
function cellSize({ rows, columns, pick }, room) {
  if (pick) {
    const side = Math.min(LARGEST, room.width / columns, TALLEST_PICTURES / rows);
    return [side, side];
  }
  const width = cell(columns, room.width);
  return [width, Math.min(cell(rows, room.height), Math.max(width, 10))];
}

/** @param {number} part @param {number} whole */
const share = (part, whole) => `${part / whole * 100}%`;

/** @param {number} count @param {number} room */
function cell(count, room) {
  return Math.max(SMALLEST, Math.min(LARGEST, room / Math.max(1, count)));
}

/** @param {{count: number, size: number, from: number, axis: string}} props */
function Headers({ count, size, from, axis }) {
  const every = Math.ceil((axis === "columns" && count > 10 ? LEGIBLE * 1.4 : LEGIBLE) / size);
  const shown = Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every);
  return html`<div class="headers ${axis}" aria-hidden="true">${shown.map((i) =>
    html`<span style=${axis === "columns" ? { left: share(i + 0.5, count) } : { top: share(i + 0.5, count) }}>${from + i}</span>`)}</div>`;
}

/** @param {HTMLCanvasElement | null} canvas @param {Grid} grid @param {boolean} dark */
function paint(canvas, grid, dark) {
  const image = new ImageData(heatPixels(grid, dark ? PALETTES.dark : PALETTES.light), grid.columns, grid.rows);
  canvas?.getContext("2d")?.putImageData(image, 0, 0);
}

/** @param {number} i @param {number} count */
const clamp = (i, count) => Math.max(0, Math.min(count - 1, i));

/** The arrows move the entry here, not the step. @param {KeyboardEvent} event @param {number} at @param {number} rows @param {number} columns @param {(cell: number) => void} choose */
function byKey(event, at, rows, columns, choose) {
  const row = Math.floor(at / columns), column = at % columns;
  /** @type {Record<string, [number, number]>} */
  const moves = { ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], Home: [row, 0], End: [row, columns - 1] };
  const to = moves[event.key];
  if (!to) return;
  event.preventDefault();
  event.stopPropagation();
  choose(clamp(to[0], rows) * columns + clamp(to[1], columns));
}
