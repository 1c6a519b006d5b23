import assert from "node:assert/strict";
import { test } from "node:test";
import { fillNumbers, markGradients, plainText, spans } from "../../static/js/model/text.js";

const NUMBERS = [0.5, -0.25];

test("a sentence's numbers are looked up and its emphasis kept", () => {
  assert.deepEqual(spans("The *slope* is \\num{1}.", NUMBERS), [
    { text: "The ", strong: false }, { text: "slope", strong: true }, { text: " is −0.2500.", strong: false }]);
});

test("one star alone is a star", () => {
  assert.equal(plainText("2 * 3", NUMBERS), "2 * 3");
});

test("a negative number stands in parentheses after an operator, and only there", () => {
  assert.equal(fillNumbers("\\num{1} = \\num{0} \\cdot \\num{1}", NUMBERS), "-0.2500 = 0.5000 \\cdot (-0.2500)");
  assert.equal(fillNumbers("\\num{0} - \\num{1}", NUMBERS), "0.5000 - (-0.2500)");
});

test("what is raised to a power is the whole number, with its sign", () => {
  assert.equal(fillNumbers("\\num{0}^2 = \\num{1}^{2}", NUMBERS), "0.5000^2 = (-0.2500)^{2}");
  assert.equal(fillNumbers("\\num{0}^2", [1.5e-9]), "(1.500\\!\\times\\!10^{-9})^2");
});

test("every derivative of the loss in a formula is marked, also with braces in its name", () => {
  const marked = markGradients("\\frac{\\partial L}{\\partial z} = \\frac{\\partial L}{\\partial \\text{a}} \\cdot \\frac{\\partial a}{\\partial z}", "L");
  assert.equal(marked.split("\\htmlClass{gradient}").length, 3);
  assert.ok(marked.endsWith("\\frac{\\partial a}{\\partial z}"));
});
