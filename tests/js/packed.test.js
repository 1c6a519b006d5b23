import assert from "node:assert/strict";
import { test } from "node:test";
import { packed, unpacked } from "../../static/js/model/packed.js";

const TEXTS = ["", "{}", "Σ ∂L/∂w = −0.0 “NaN” 𝛿", JSON.stringify(Array.from({ length: 3000 }, (_, k) => Math.sin(k)))];

test("what was packed is unpacked letter by letter", async () => {
  for (const text of TEXTS) assert.equal(await unpacked(await packed(text)), text);
});

test("packed text stands in an address as it is", async () => {
  for (const text of TEXTS) assert.match(await packed(text), /^[\w-]*$/);
});

test("what repeats itself becomes short", async () => {
  assert.ok((await packed("a".repeat(100_000))).length < 300);
});

test("a text that is cut off, changed or made elsewhere is not taken for one", async () => {
  const whole = await packed(TEXTS[3]);
  for (const wrong of [whole.slice(0, -40), whole.slice(0, 10), "nothing", "§§", "A"]) await assert.rejects(unpacked(wrong));
});

test("a text that would fill the memory is not unpacked", async () => {
  await assert.rejects(unpacked(await packed("a".repeat(17_000_000))), RangeError);
});
