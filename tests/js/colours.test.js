import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PALETTES } from "../../static/js/model/scale.js";

// Linear RGB as seen without one kind of cone: Machado, Oliveira and Fernandes (2009), table 1, severity 1.
const SEEN = {
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, x, i) => sum + x * vector[i], 0));
const clipped = (vector) => vector.map((x) => Math.max(0, Math.min(1, x)));

// Linear sRGB to OKLab: Ottosson (2020).
function oklab(rgb) {
  const cones = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], rgb);
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], cones.map(Math.cbrt));
}

const distance = (a, b, matrix) => Math.hypot(...[a, b].map((rgb) => oklab(clipped(times(matrix, rgb.map((part) => linear(part / 255))))))
  .reduce((x, y) => x.map((part, i) => part - y[i])));

const sheet = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
const [light, dark] = sheet.split('[data-theme="dark"]');
const token = (part, name) => part.match(new RegExp(`--${name}: #(\\w{6})`))[1].match(/../g).map((hex) => parseInt(hex, 16));

const PAIRS = {
  "forward and backward, light": [token(light, "forward"), token(light, "backward")],
  "forward and backward, dark": [token(dark, "forward"), token(dark, "backward")],
  "negative and positive, light": [PALETTES.light.negative, PALETTES.light.positive],
  "negative and positive, dark": [PALETTES.dark.negative, PALETTES.dark.positive],
  "negative and zero, light": [PALETTES.light.negative, PALETTES.light.zero],
  "positive and zero, light": [PALETTES.light.positive, PALETTES.light.zero],
  "negative and zero, dark": [PALETTES.dark.negative, PALETTES.dark.zero],
  "positive and zero, dark": [PALETTES.dark.positive, PALETTES.dark.zero],
};
/** Colours are told apart from this distance on. */
const APART = 0.26;

for (const [name, pair] of Object.entries(PAIRS)) {
  test(`${name} are told apart with each kind of colour blindness`, () => {
    for (const [kind, matrix] of Object.entries(SEEN)) assert.ok(distance(...pair, matrix) >= APART, `${kind}: ${distance(...pair, matrix)}`);
  });
}

test("red and green of one lightness are found to be too close", () => {
  assert.ok(distance([190, 90, 60], [110, 130, 40], SEEN.deuteranopia) < APART);
});

test("a cell that holds no number differs from both signs", () => {
  for (const { nonfinite, negative, positive } of Object.values(PALETTES)) {
    for (const matrix of Object.values(SEEN)) assert.ok(Math.min(distance(nonfinite, negative, matrix), distance(nonfinite, positive, matrix)) > 0.2);
  }
});
