import assert from "node:assert/strict";
import { test } from "node:test";
import { numberTyped } from "../../static/js/model/typed.js";

test("a number is typed with either minus sign and either decimal point", () => {
  for (const [text, number] of [["0.5", 0.5], [" -2 ", -2], ["−0,25", -0.25], [".5", 0.5], ["3.", 3], ["1e-3", 1e-3], ["+4", 4]]) {
    assert.equal(numberTyped(text), number, text);
  }
});

test("what is no finite number is none", () => {
  for (const text of ["", " ", "a lot", "1,000.5", "1e999", "NaN", "Infinity", "0x10", "1 2", "--1"]) assert.equal(numberTyped(text), null, text);
});
