import assert from "node:assert/strict";
import { test } from "node:test";

import { lines, outlook } from "../../static/js/line_details.js";

const NOW = 1_000_000;
const IDLE = { opens: null, isOpening: false, asks: null };

for (const [what, line, words] of [
  ["live", { state: "live", plan: IDLE }, "asks every 20 seconds whether the server is still there"],
  ["polling", { state: "polling", plan: { ...IDLE, asks: NOW + 3_000, opens: NOW + 42_000 } },
    "asks for changes in 3 seconds, and tries the direct line in 42 seconds"],
  ["waiting", { state: "connecting", plan: { ...IDLE, opens: NOW + 9_000 } }, "tries again in 9 seconds"],
  ["trying", { state: "offline", plan: { ...IDLE, isOpening: true } }, "waits for the server to answer"],
  ["ended", { state: "offline", hasEnded: true, plan: IDLE }, "nothing more: load the page again"],
]) {
  test(`a line that is ${what} says what it does next`, () => {
    assert.equal(outlook(line, NOW), words);
  });
}

test("what is not known is left out, and a fault is named", () => {
  const line = { state: "connecting", reconnects: 2, plan: IDLE, faults: { count: 1, last: "broken" } };
  assert.deepEqual(lines(line, NOW).map(([term, text]) => `${term}: ${text}`), [
    "Last change: none since this page was opened",
    "Reconnects: 2",
    "Next: waits for the server to answer",
    "Faults on this page: 1, the last: broken",
  ]);
});
