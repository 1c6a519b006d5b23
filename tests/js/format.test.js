import assert from "node:assert/strict";
import { test } from "node:test";
import { count, exact, exactText, format, fromWire, latex, list, shapeText, remark, slotName } from "../../static/js/model/format.js";

test("a number shows four significant digits", () => {
  assert.equal(format(0.5), "0.5000");
  assert.equal(format(0.0627790123), "0.06278");
  assert.equal(format(49), "49.00");
  assert.equal(format(12345.6), "12346");
});

test("minus is the minus sign, not the hyphen", () => {
  assert.equal(format(-0.0810683), "−0.08107");
  assert.equal(format(-1.5e-7), "−1.500e−7");
});

test("an exact number is read with a minus sign and copied with a hyphen", () => {
  assert.equal(exactText(-1.5e-7), "−1.5e−7");
  assert.equal(exact(-1.5e-7), "-1.5e-7");
  assert.equal(exactText(undefined), "");
});

test("very small and very large numbers are scientific, and the border belongs to the rounded number", () => {
  assert.equal(format(0.0001), "1.000e−4");
  assert.equal(format(0.00099999), "0.001000");
  assert.equal(format(0.00099994), "9.999e−4");
  assert.equal(format(99999), "1.000e5");
  assert.equal(format(99994), "99994");
});

test("zero is a bare 0, and numbers that are none are said plainly", () => {
  assert.equal(format(0), "0");
  assert.equal(format(-0), "0");
  assert.equal(format(NaN), "NaN");
  assert.equal(format(Infinity), "∞");
  assert.equal(format(-Infinity), "−∞");
});

test("no rounding of a card reaches its exact number", () => {
  for (const x of [0.1 + 0.2, -5e-324, 1e21, 2 ** 53]) assert.equal(Number(exact(x)), x);
  assert.equal(exact(-0), "-0");
  assert.equal(exact(NaN), "NaN");
  assert.equal(exact(-Infinity), "-Infinity");
});

test("the wire's words for non-finite numbers are numbers again", () => {
  assert.equal(fromWire("-Infinity"), -Infinity);
  assert.ok(Number.isNaN(fromWire("NaN")));
  assert.equal(fromWire(2.5), 2.5);
});

test("LaTeX gets a power of ten, not an e", () => {
  assert.equal(latex(-1.234e-5), "-1.234\\!\\times\\!10^{-5}");
  assert.equal(latex(Infinity), "\\infty");
  assert.equal(latex(0.25), "0.2500");
});

test("shapes are written as Python writes them, counts with commas", () => {
  assert.equal(shapeText([]), "()");
  assert.equal(shapeText([16]), "(16,)");
  assert.equal(shapeText([64, 16]), "(64, 16)");
  assert.equal(count(13002), "13,002");
});

test("things that are counted stay whole in a list, measured numbers do not", () => {
  assert.equal(list([17, 3]), "17, 3");
  assert.equal(list([17, 0.5]), "17.00, 0.5000");
});

test("what colours do not say of a picture of numbers is said: all zero, NaN, infinite", () => {
  assert.deepEqual([[0, -0], [1, 0], [1, NaN, NaN], [-Infinity, NaN, Infinity]].map(remark), ["0", "", "NaN", "−∞, NaN, ∞"]);
});

test("what an optimizer keeps is written as in its formula", () => {
  assert.deepEqual(["m", "m_hat", "v_max"].map(slotName), ["m", "m\u0302", "v max"]);
});
