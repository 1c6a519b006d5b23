// Classes: a colour and a shape each, so that neither has to be told apart alone.

/** @type {[number, number, number][]} */
const LIGHT = [[28, 98, 201], [196, 92, 4], [10, 128, 92], [170, 54, 140], [122, 104, 8], [74, 74, 168], [178, 34, 62], [0, 122, 138], [96, 78, 66], [70, 82, 96]];
/** @type {[number, number, number][]} */
const DARK = [[98, 158, 255], [255, 150, 66], [60, 200, 154], [232, 118, 200], [214, 190, 70], [150, 150, 245], [255, 112, 132], [70, 200, 216], [196, 168, 148], [160, 176, 196]];

/** @param {number} k @param {boolean} dark */
export const classColour = (k, dark) => (dark ? DARK : LIGHT)[k % LIGHT.length];

/** Corners on a circle, from the top; none is the circle itself. */
const CORNERS = [0, 4, 3, 5, 6];

/** @param {CanvasRenderingContext2D} ink @param {number} k @param {number} x @param {number} y @param {number} radius @param {number[]} colour @param {boolean} hollow */
export function drawMark(ink, k, x, y, radius, colour, hollow) {
  const corners = CORNERS[k % CORNERS.length], rgb = `rgb(${colour.join(" ")})`;
  ink.beginPath();
  if (!corners) ink.arc(x, y, radius, 0, 2 * Math.PI);
  for (let c = 0; c < corners; c++) {
    const turn = 2 * Math.PI * c / corners - Math.PI / 2, far = radius * 1.25;
    ink[c ? "lineTo" : "moveTo"](x + far * Math.cos(turn), y + far * Math.sin(turn));
  }
  ink.closePath();
  ink.lineWidth = radius * (hollow ? 0.55 : 0.35);
  ink.fillStyle = hollow ? "rgb(255 255 255 / 0.75)" : rgb;
  ink.strokeStyle = hollow ? rgb : "rgb(255 255 255 / 0.9)";
  ink.fill();
  ink.stroke();
}
