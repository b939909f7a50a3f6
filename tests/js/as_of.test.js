import assert from "node:assert/strict";
import { test } from "node:test";

import { AsOf, clock as timeOf } from "../../static/js/as_of.js";
import { Clock } from "./fakes.js";

function asOf() {
  const clock = new Clock();
  clock.time = new Date(2026, 10, 25, 14, 2, 30).getTime();
  const element = { hidden: true, textContent: "" };
  const root = { dataset: {} };
  const made = new AsOf({ element, root, loadedAt: clock.now(), timers: clock, now: clock.now });
  return { made, clock, element, root };
}

test("a page that is not live says when it was last true, and stops saying so", async () => {
  const { made, clock, element, root } = asOf();
  await clock.pass(10_000);
  made.confirm();
  await clock.pass(5 * 60_000);
  made.old();
  assert.deepEqual([element.hidden, element.textContent], [false, "Numbers as of 14:02"]);
  assert.equal(root.dataset.old, "");
  made.fresh();
  assert.equal(element.hidden, true);
  assert.equal(root.dataset.old, undefined);
});

test("a page that was just loaded is as true as one can be, for two seconds", async () => {
  const { made, clock, element } = asOf();
  made.old();
  await clock.pass(1_999);
  assert.equal(element.hidden, true);
  await clock.pass(1);
  assert.equal(element.hidden, false);
});

test("what could not be fetched is named as a part", async () => {
  const { made, clock, element } = asOf();
  const since = clock.now();
  await clock.pass(60_000);
  made.confirm();
  made.old({ since, isPart: true });
  assert.equal(element.textContent, "Some numbers as of 14:02");
});

test("a time of another day has its day", () => {
  const then = new Date(2026, 10, 24, 23, 59).getTime();
  assert.equal(timeOf(then, then + 60_000), "24 Nov, 23:59");
});
