// Numbers as dots on a line, those of nearly the same place stacked.

const ROOM = 120;

/** The dots of some numbers over a line from −`most` to `most`; smaller where there are many. @param {number[]} numbers @param {number} most @param {number} width @returns {{radius: number, height: number, dots: {k: number, x: number, y: number}[]}} */
export function dotsOf(numbers, most, width) {
  const radius = Math.max(1.5, Math.min(4.5, 36 / Math.sqrt(numbers.length))), columns = 2 * Math.max(1, Math.floor(width / (4 * radius)) - 1); // even: zero has one of its own
  /** @type {Map<number, number[]>} */
  const stacks = new Map();
  numbers.forEach((number, k) => {
    if (!Number.isFinite(number)) return;
    const column = Math.round(share(number, most) * columns);
    stacks.set(column, [...(stacks.get(column) ?? []), k]);
  });
  const tallest = Math.max(1, ...[...stacks.values()].map((stack) => stack.length)), step = Math.min(2 * radius, ROOM / tallest), height = 2 * radius + (tallest - 1) * step;
  const dots = [...stacks].flatMap(([column, stack]) => stack.map((k, n) => ({ k, x: radius + column / columns * (width - 2 * radius), y: height - radius - n * step })));
  return { radius, height, dots };
}

/** Where a number lies between −`most` and `most`, 0…1. @param {number} number @param {number} most */
export const share = (number, most) => (most > 0 ? Math.max(0, Math.min(1, (number / most + 1) / 2)) : 0.5);

/** The largest size among finite numbers. @param {number[]} numbers */
export const largestSize = (numbers) => numbers.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
