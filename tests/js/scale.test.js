import assert from "node:assert/strict";
import { test } from "node:test";
import { HEAT, PALETTES, WIDTH, edgeWidth, heatColour, heatPixels, imagePixels, logPlace } from "../../static/js/model/scale.js";

test("each tenfold of a magnitude is the same stretch of the scale", () => {
  const places = [1e-3, 1e-2, 1e-1].map((size) => logPlace(size, HEAT));
  assert.ok(Math.abs(places[2] - places[1] - (places[1] - places[0])) < 1e-12);
  assert.equal(logPlace(0, HEAT), 0);
  assert.equal(logPlace(1e9, HEAT), 1);
});

test("a larger contribution never has the thinner edge", () => {
  const widths = [null, 0, 1e-9, 1e-4, 1, 10, Infinity].map(edgeWidth);
  widths.slice(1).forEach((width, i) => assert.ok(width >= widths[i]));
  assert.equal(widths.at(-1), WIDTH.thick);
  assert.equal(edgeWidth(NaN), WIDTH.thick);
});

test("zero, the smallest number, and no number all look different, in light and dark", () => {
  for (const palette of Object.values(PALETTES)) {
    const colours = [0, 1e-300, -1e-300, NaN].map((x) => String(heatColour(x, palette)));
    assert.equal(new Set(colours).size, 4);
    assert.deepEqual(heatColour(Infinity, palette), palette.nonfinite);
  }
});

test("sign is a hue: the same size either way differs", () => {
  assert.notDeepEqual(heatColour(0.1, PALETTES.light), heatColour(-0.1, PALETTES.light));
  assert.deepEqual(heatColour(HEAT.high, PALETTES.light), PALETTES.light.positive);
});

test("a heat map is one opaque pixel a number", () => {
  const bytes = heatPixels({ rows: 1, columns: 3, numbers: [0, 1, -1], pick: null, places: null }, PALETTES.light);
  assert.equal(bytes.length, 12);
  assert.deepEqual([bytes[3], bytes[7], bytes[11]], [255, 255, 255]);
});

test("a picture's ink does not depend on how its numbers were scaled", () => {
  const images = { count: 1, channels: 1, last: false, height: 1, width: 3 }, pick = Int32Array.of(0, 1, 2);
  assert.deepEqual(imagePixels([0, 0.5, 1], images, pick), imagePixels([0, 8, 16], images, pick));
});
