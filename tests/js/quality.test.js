import assert from "node:assert/strict";
import { test } from "node:test";

import { Quality } from "../../static/js/quality.js";

function after(...trips) {
  const quality = new Quality();
  trips.forEach((trip) => quality.note(trip));
  return quality;
}

test("the first round trip is the average, and has no jitter", () => {
  const quality = after(40);
  assert.deepEqual([quality.latencyMs, quality.jitterMs], [40, 0]);
});

test("each further one moves the average by an eighth and the jitter by a sixteenth", () => {
  const quality = after(40, 120);
  assert.deepEqual([quality.latencyMs, quality.jitterMs], [50, 5]);
  quality.note(120);
  assert.deepEqual([quality.latencyMs, quality.jitterMs], [58.75, 5 - 5 / 16]);
});

test("before the first there is none", () => {
  const quality = after(40);
  quality.forget();
  assert.equal(quality.latencyMs, undefined);
  quality.note(10);
  assert.deepEqual([quality.latencyMs, quality.jitterMs], [10, 0]);
});

for (const [trips, name] of [
  [[20, 25], "excellent"],
  [[200, 220, 190], "good"],
  [[500], "fair"],
  [[900, 2_000], "poor"],
  [[20, 700], "good"],
]) {
  test(`round trips of ${trips} ms are ${name}`, () => assert.equal(after(...trips).name, name));
}

test("a line that is quick at times and slow at times is not a good one", () => {
  const quality = after(...Array.from({ length: 40 }, (_, turn) => (turn % 2 ? 10 : 140)));
  assert.ok(quality.latencyMs <= 80 || quality.jitterMs > 80);
  assert.equal(quality.name, "fair");
});
