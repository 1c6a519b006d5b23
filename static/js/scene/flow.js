// The moving signal, on a canvas over the drawing. It travels once for each step and then is still.

/** @typedef {{segments: any, reverse: boolean, radius: number}} Stream */
/** @typedef {{k: number, x: number, y: number}} Transform */

const TAIL = [1, 0.78, 0.58, 0.4, 0.25];
const SPACING = 0.055;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(segments: any, t: number) => [number, number]} pointAt
 */
export function makeFlow(canvas, pointAt) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  /** @type {Stream[]} */
  let streams = [];
  let colour = "";
  let began = 0;
  let lasts = 0;
  let frame = 0;
  let ratio = 1;
  /** @type {Transform} */
  let transform = { k: 1, x: 0, y: 0 };

  const clear = () => {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
  };

  /** @param {number} time */
  const tick = (time) => {
    clear();
    const t = Math.max(0, (time - began) / lasts);
    if (t >= 1) return;
    pen.setTransform(ratio * transform.k, 0, 0, ratio * transform.k, ratio * transform.x, ratio * transform.y);
    pen.fillStyle = colour;
    for (const stream of streams) comet(stream, ease(t) * (1 + TAIL.length * SPACING));
    frame = requestAnimationFrame(tick);
  };

  /** @param {Stream} stream @param {number} head may run past 1 so that the tail arrives too */
  const comet = ({ segments, reverse, radius }, head) => {
    TAIL.forEach((share, i) => {
      const at = head - i * SPACING;
      if (at < 0 || at > 1) return;
      const [x, y] = pointAt(segments, reverse ? 1 - at : at);
      pen.globalAlpha = share;
      pen.beginPath();
      pen.arc(x, y, radius * (0.55 + 0.45 * share), 0, 2 * Math.PI);
      pen.fill();
    });
    pen.globalAlpha = 1;
  };

  return {
    /** @param {Stream[]} next @param {string} tone a CSS colour @param {number} duration ms */
    run(next, tone, duration) {
      cancelAnimationFrame(frame);
      clear();
      streams = next;
      colour = tone;
      began = performance.now();
      lasts = duration;
      if (streams.length && duration > 0) frame = requestAnimationFrame(tick);
    },
    /** @param {Transform} to */
    moved(to) {
      transform = to;
    },
    resized() {
      ratio = Math.min(2, devicePixelRatio || 1);
      canvas.width = Math.round(canvas.clientWidth * ratio);
      canvas.height = Math.round(canvas.clientHeight * ratio);
    },
  };
}

/** @param {number} t */
function ease(t) {
  return t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2;
}
