import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer } from "../../static/js/announcer.js";
import { Clock } from "./fakes.js";

function announcer() {
  const clock = new Clock();
  const said = [];
  return { clock, said, made: new Announcer((t) => said.push(t), { timers: clock, now: clock.now }) };
}

const flour = (quantity) => ({ id: "stock-1", name: "Flour", place: "WH", quantity });

test("one change is a sentence with the newest figure", async () => {
  const { clock, said, made } = announcer();
  made.note(flour(4));
  made.note(flour(3));
  await clock.pass(1_500);
  assert.deepEqual(said, ["Flour, WH: now 3."]);
});

test("many changes are one summary", async () => {
  const { clock, said, made } = announcer();
  for (let id = 0; id < 7; id += 1) made.note({ ...flour(1), id });
  await clock.pass(1_500);
  assert.deepEqual(said, ["7 rows on this page changed."]);
});

test("changes that do not stop are summed up every six seconds", async () => {
  const { clock, said, made } = announcer();
  for (let second = 0; second < 12; second += 1) {
    made.note(flour(second));
    await clock.pass(1_000);
  }
  assert.equal(said.length, 2, "and not once for each");
});

test("what has no quantity is named", async () => {
  const { clock, said, made } = announcer();
  made.note({ id: "product-1", name: "Flour" });
  await clock.pass(1_500);
  assert.deepEqual(said, ["Flour changed."]);
});
