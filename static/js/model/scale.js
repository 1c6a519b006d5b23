// Every size and every colour that stands for a number. The scales are fixed, so that two pictures compare.

/** @typedef {[number, number, number]} Rgb */
/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./grid.js").Images} Images */
/** @typedef {{negative: Rgb, zero: Rgb, positive: Rgb, nonfinite: Rgb, pending: Rgb}} Palette */

/** Heat maps: below `low` everything looks like its sign's faintest tint, above `high` like its strongest. */
export const HEAT = { low: 1e-4, high: 10 };
/** Edges: the width of a contribution's magnitude. */
export const WIDTH = { low: 1e-6, high: 10, thin: 2.5, thick: 8 };
const FAINTEST = 0.1;

/** Purple and green: blue and orange are taken by direction. Of either sign the strongest is 0.26 away from the other and from zero, in OKLab, with any kind of colour blindness. */
export const PALETTES = {
  light: /** @type {Palette} */ ({ negative: [195, 0, 225], zero: [246, 244, 239], positive: [20, 112, 4], nonfinite: [20, 20, 24], pending: [240, 241, 243] }),
  dark: /** @type {Palette} */ ({ negative: [252, 70, 255], zero: [36, 42, 54], positive: [75, 195, 16], nonfinite: [255, 255, 255], pending: [30, 36, 47] }),
};

/** Where |x| lies between low and high, on a logarithm, in 0…1. @param {number} size @param {{low: number, high: number}} range */
export function logPlace(size, { low, high }) {
  if (!(size > low)) return 0;
  return size >= high ? 1 : Math.log(size / low) / Math.log(high / low);
}

/** @param {number | null} size a magnitude, as the service gives it */
export function edgeWidth(size) {
  if (size === null) return WIDTH.thin;
  const place = Number.isNaN(size) ? 1 : logPlace(size, WIDTH);
  return WIDTH.thin + (WIDTH.thick - WIDTH.thin) * place;
}

/** Ratios: beyond a thousandfold either way a bar grows no longer. */
const RATIO = { low: 1, high: 1000 };
/** A bar from the middle: to the right where the ratio is above 1 in size, to the left where it is below; 1 is half the room. @param {number} ratio */
export function ratioBar(ratio) {
  const size = Math.abs(ratio), width = Number.isNaN(size) ? 0 : size >= 1 ? logPlace(size, RATIO) : logPlace(1 / size, RATIO);
  return { x: size < 1 ? -width : 0, width };
}

/** @param {number} x @param {Palette} palette @returns {Rgb} */
export function heatColour(x, palette) {
  if (!Number.isFinite(x)) return palette.nonfinite;
  if (x === 0) return palette.zero;
  const share = FAINTEST + (1 - FAINTEST) * logPlace(Math.abs(x), HEAT);
  return mix(palette.zero, x > 0 ? palette.positive : palette.negative, share);
}

/** Of a map's heights, from valley to hill: one hue, from dark to light, which any eye puts in order. */
const HEIGHTS = { light: /** @type {Rgb[]} */ ([[13, 44, 94], [226, 237, 252]]), dark: /** @type {Rgb[]} */ ([[9, 21, 48], [150, 189, 245]]) };
/** @param {number} k which band, from the lowest @param {number} of the highest @param {boolean} dark */
export const heightColour = (k, of, dark) => {
  const [low, high] = dark ? HEIGHTS.dark : HEIGHTS.light;
  return `rgb(${mix(low, high, k / Math.max(1, of)).join(" ")})`;
};

/** @param {Rgb} a @param {Rgb} b @param {number} share @returns {Rgb} */
function mix(a, b, share) {
  return /** @type {Rgb} */ (a.map((v, i) => Math.round(v + (b[i] - v) * share)));
}

/** One RGBA pixel a cell; gaps between pictures are transparent. @param {Grid} grid @param {Palette} palette */
export function heatPixels({ rows, columns, numbers, pick }, palette) {
  return pixels(rows * columns, pick, (i) => heatColour(numbers[i], palette));
}

/** Pictures side by side. Grey ones as ink on paper: 0 is paper, the scale's top (1, 16 or 255) is ink. Coloured ones as they are. @param {ArrayLike<number>} numbers @param {Images} images @param {Int32Array} pick which pixel each cell shows */
export function imagePixels(numbers, { channels, last, height, width }, pick) {
  const top = [1, 16, 255].find((t) => Array.prototype.every.call(numbers, (x) => x <= t)) ?? 255, size = height * width;
  /** @param {number} i @param {number} channel */
  const share = (i, channel) => {
    const at = last ? i * channels + channel : (Math.floor(i / size) * channels + channel) * size + i % size;
    return Math.min(1, Math.max(0, numbers[at] / top));
  };
  return pixels(pick.length, pick, channels === 1
    ? (i) => mix([255, 255, 255], [20, 24, 34], share(i, 0))
    : (i) => [255 * share(i, 0), 255 * share(i, 1), 255 * share(i, 2)]);
}

/** @param {number} count @param {Int32Array | null} pick @param {(i: number) => Rgb} colour */
function pixels(count, pick, colour) {
  const bytes = new Uint8ClampedArray(count * 4);
  for (let cell = 0; cell < count; cell++) {
    const i = pick ? pick[cell] : cell;
    if (i >= 0) [bytes[4 * cell], bytes[4 * cell + 1], bytes[4 * cell + 2], bytes[4 * cell + 3]] = [...colour(i), 255];
  }
  return bytes;
}
