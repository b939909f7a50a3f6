import assert from "node:assert/strict";
import { test } from "node:test";

import { Quality } from "../../static/js/quality.js";

for (const [trips, name] of [
  [[20], "excellent"],
  [[20, 25, 4_000], "excellent"],
  [[200, 220, 190], "good"],
  [[500], "fair"],
  [[900, 2_000], "poor"],
]) {
  test(`round trips of ${trips} ms are ${name}`, () => {
    const quality = new Quality();
    trips.forEach((trip) => quality.note(trip));
    assert.equal(quality.name, name);
  });
}
