import assert from "node:assert/strict";
import { test } from "node:test";

import { difference, inWords } from "../../static/js/row_difference.js";

const rows = (letters) => [...letters];

for (const [now, next, waits] of [
  ["abc", "abc", null],
  ["", "ab", null],
  ["abc", "abcd", null], // below the last: nothing moves
  ["abc", "xabc", { fresh: 1, gone: 0, isReordered: false }],
  ["abc", "xyab", { fresh: 2, gone: 0, isReordered: false }], // c was pushed to the next page
  ["abc", "abxc", { fresh: 1, gone: 0, isReordered: false }],
  ["abc", "ac", { fresh: 0, gone: 1, isReordered: false }],
  ["abc", "acd", { fresh: 0, gone: 1, isReordered: false }], // d came up from the next page
  ["abc", "ab", { fresh: 0, gone: 1, isReordered: false }],
  ["abc", "cba", { fresh: 0, gone: 0, isReordered: true }],
  ["abc", "", { fresh: 0, gone: 3, isReordered: false }],
  ["ab", "xy", { fresh: 2, gone: 2, isReordered: false }],
]) {
  test(`${now || "nothing"} that would be ${next || "nothing"}`, () => {
    assert.deepEqual(difference(rows(now), rows(next)), waits);
  });
}

for (const [differences, words] of [
  [[], ""],
  [[{ fresh: 3, gone: 0, isReordered: false }], "3 new"],
  [[{ fresh: 0, gone: 1, isReordered: true }], "1 no longer fits"],
  [[{ fresh: 1, gone: 0 }, { fresh: 2, gone: 2 }], "3 new, 2 no longer fit"],
  [[{ fresh: 0, gone: 0, isReordered: true }], "Another order"],
]) {
  test(`the chip says "${words}"`, () => assert.equal(inWords(differences), words));
}
