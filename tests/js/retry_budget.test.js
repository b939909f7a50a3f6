import assert from "node:assert/strict";
import { test } from "node:test";

import { priorityOf, RetryBudget } from "../../static/js/retry_budget.js";
import { Clock } from "./fakes.js";

function budget() {
  const clock = new Clock();
  return { clock, made: new RetryBudget({ random: () => 0, now: clock.now }) };
}

test("the first tries come soon, then each waits until there is one more to spend", () => {
  const { made } = budget();
  const waits = Array.from({ length: 7 }, () => made.take("medium"));
  assert.deepEqual(waits, [500, 500, 500, 500, 500, 3_500, 6_500]);
});

test("what matters less spends from its own budget, and has less", () => {
  const { made } = budget();
  const waits = Array.from({ length: 3 }, () => made.take("low"));
  assert.deepEqual(waits, [500, 500, 15_500]);
  assert.equal(made.take("high"), 500);
});

test("time fills it again, up to its size", () => {
  const { clock, made } = budget();
  for (let tries = 0; tries < 6; tries += 1) made.take("medium");
  clock.time += 60 * 60_000;
  const waits = Array.from({ length: 6 }, () => made.take("medium"));
  assert.deepEqual(waits, [500, 500, 500, 500, 500, 3_500]);
});

test("tries are spread over the time that one of them costs", () => {
  const made = new RetryBudget({ random: () => 0.5, now: () => 0 });
  assert.equal(made.take("medium"), 2_000);
});

for (const [topics, isEdited, priority] of [
  [["alerts:WH"], false, "high"],
  [["location:WH"], false, "medium"],
  [["summary"], false, "medium"],
  [["vendor:MILL"], false, "low"],
  [["vendor:MILL", "location:WH"], false, "medium"],
  [["vendor:MILL"], true, "high"],
]) {
  test(`${topics} ${isEdited ? "being edited " : ""}is of ${priority} priority`, () => {
    assert.equal(priorityOf({ topics, isEdited }), priority);
  });
}
