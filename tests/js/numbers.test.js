import assert from "node:assert/strict";
import { test } from "node:test";
import { comesWhole, overviewSize, partialNumbers, wholeNumbers } from "../../static/js/model/numbers.js";

const small = { offset: 10, shape: [2, 3] }, large = { offset: 16, shape: [100, 130] };

function watched() {
  const wishes = [];
  return { wishes, numbers: partialNumbers([0, 10, 16, 13_016], (wish) => wishes.push(wish)) };
}

const settled = () => new Promise((resolve) => { setTimeout(resolve); });

test("what is missing is asked for once, and all of one moment together", async () => {
  const { wishes, numbers } = watched();
  assert.equal(numbers.array(small), null);
  assert.equal(numbers.shown(large), null);
  assert.equal(numbers.at(16 + 57), undefined);
  assert.equal(numbers.array(small), null);
  await settled();
  numbers.array(small);
  await settled();
  assert.equal(wishes.length, 1);
  assert.deepEqual([...wishes[0].arrays], [[10, small]]);
  assert.deepEqual([...wishes[0].overviews], [[16, large]]);
  assert.deepEqual([...wishes[0].entries], [73]);
});

test("a number of an array that is here needs no asking", async () => {
  const { wishes, numbers } = watched();
  numbers.put("arrays", 10, Float64Array.of(1, 2, 3, 4, 5, 6));
  assert.equal(numbers.at(12), 3);
  assert.deepEqual([...numbers.array(small)], [1, 2, 3, 4, 5, 6]);
  await settled();
  assert.equal(wishes.length, 0);
});

test("a wish that failed can be made again", async () => {
  const { wishes, numbers } = watched();
  numbers.array(small);
  await settled();
  numbers.lost("arrays", 10);
  numbers.array(small);
  await settled();
  assert.equal(wishes.length, 2);
});

test("an overview brings its cells and their places", () => {
  const { numbers } = watched();
  const [rows, columns] = overviewSize(large.shape);
  assert.deepEqual([rows, columns], [50, 44]);
  numbers.put("overviews", 16, new Float64Array(rows * columns).fill(2), new Uint32Array(rows * columns).fill(7));
  const shown = numbers.shown(large);
  assert.deepEqual([shown.rows, shown.columns, shown.numbers[0], shown.places[0]], [50, 44, 2, 7]);
});

test("memory is bounded: what was not looked at for long goes, and is asked for again", async () => {
  const { wishes, numbers } = watched();
  numbers.put("arrays", 10, new Float64Array(6));
  for (let k = 0; k < 200; k++) {
    numbers.put("arrays", 20_000 + 32_768 * k, new Float64Array(32_768));
    assert.ok(numbers.held() <= 4_300_000);
  }
  assert.equal(numbers.array(small), null);
  await settled();
  assert.equal(wishes.length, 1);
});

test("what is looked at stays", () => {
  const { numbers } = watched();
  numbers.put("arrays", 10, new Float64Array(6));
  for (let k = 0; k < 200; k++) {
    numbers.put("arrays", 20_000 + 32_768 * k, new Float64Array(32_768));
    assert.notEqual(numbers.array(small), null);
  }
});

test("NaN and infinity are known from the parts that came", () => {
  const { numbers } = watched();
  numbers.put("arrays", 10, Float64Array.of(1, 2));
  assert.equal(numbers.strange(), false);
  numbers.put("entries", 73, Float64Array.of(NaN));
  assert.equal(numbers.strange(), true);
});

test("a whole recording shows every array as it is", () => {
  const shown = wholeNumbers(Float64Array.from({ length: 20_000 }, (_, i) => i)).shown(large);
  assert.deepEqual([shown.rows, shown.columns, shown.numbers[129], shown.places], [100, 130, 145, null]);
});

test("pictures come whole where a table of their size would not", () => {
  assert.equal(comesWhole([1, 32, 26, 26]), true);
  assert.equal(comesWhole([832, 26]), false);
  assert.equal(comesWhole([64, 64]), true);
});
