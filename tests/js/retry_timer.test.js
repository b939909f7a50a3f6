import assert from "node:assert/strict";
import { test } from "node:test";

import { RetryTimer } from "../../static/js/retry_timer.js";

function waits(random, times) {
  const timers = { setTimeout: () => 1, clearTimeout: () => {} };
  const timer = new RetryTimer(() => {}, { random, timers });
  return Array.from({ length: times }, () => timer.schedule());
}

test("the longest possible wait doubles up to a bound", () => {
  assert.deepEqual(waits(() => 1, 8), [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
});

test("a wait is a random part of it, so that clients spread", () => {
  assert.deepEqual(waits(() => 0.5, 3), [125, 250, 500]);
});

test("a wait that the server asked for is kept", () => {
  const timer = new RetryTimer(() => {}, { random: () => 0, timers: { setTimeout: () => 1, clearTimeout() {} } });
  assert.equal(timer.schedule(700), 700);
});
