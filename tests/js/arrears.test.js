import assert from "node:assert/strict";
import { test } from "node:test";

import { Arrears } from "../../static/js/arrears.js";
import { Clock } from "./fakes.js";

function arrears() {
  const clock = new Clock();
  const told = [];
  const made = new Arrears({ changed: () => told.push(made.since()), timers: clock, now: clock.now });
  return { clock, told, made, start: clock.time };
}

test("what is fetched soon is never said to be late", async () => {
  const { clock, told, made } = arrears();
  made.note("a");
  await clock.pass(1_000);
  made.asked("a");
  await clock.pass(999);
  made.came("a");
  await clock.pass(60_000);
  assert.deepEqual(told.filter((since) => since !== null), []);
  assert.equal(made.ids.size, 0);
});

for (const [when, act] of [["waits for its turn", () => {}], ["has no answer", (made) => made.asked("a")]]) {
  test(`what ${when} for two seconds is late since it was told of`, async () => {
    const { clock, told, made, start } = arrears();
    made.note("a");
    act(made);
    await clock.pass(1_999);
    assert.equal(made.since(), null);
    await clock.pass(1);
    assert.deepEqual(told, [start]);
    made.asked("a");
    made.came("a");
    assert.deepEqual(told, [start, null]);
  });
}

test("each is watched, also what was told of later", async () => {
  const { clock, made, start } = arrears();
  made.note("a");
  await clock.pass(1_500);
  made.note("b");
  await clock.pass(500);
  made.asked("a");
  made.came("a");
  assert.equal(made.since(), null);
  await clock.pass(1_500);
  assert.equal(made.since(), start + 1_500);
});

test("what was told of after it was asked for is not in the answer", async () => {
  const { clock, made, start } = arrears();
  made.note("a");
  made.asked("a");
  await clock.pass(1_000);
  made.note("a");
  made.came("a");
  await clock.pass(2_000);
  assert.equal(made.since(), start + 1_000);
});

test("a failure is said at once, since when it was told of", async () => {
  const { clock, told, made, start } = arrears();
  made.note("a");
  made.asked("a");
  await clock.pass(300);
  made.failed("a");
  assert.deepEqual(told, [start]);
  made.asked("a");
  assert.equal(made.since(), start, "asking again is no answer");
  made.came("a");
  assert.deepEqual(told, [start, null]);
});

test("a failure of what nobody told of is late since then", () => {
  const { made, clock } = arrears();
  made.failed("a");
  assert.equal(made.since(), clock.time);
});

test("an answer to another question leaves it to be asked for", async () => {
  const { clock, made, start } = arrears();
  made.note("a");
  made.asked("a");
  made.again("a");
  await clock.pass(2_000);
  assert.equal(made.since(), start);
});

test("what is not on the page counts for nothing", async () => {
  const { clock, made } = arrears();
  made.note("a");
  await clock.pass(2_000);
  assert.equal(made.since((id) => id !== "a"), null);
});

test("who stops keeps no timer, and knows what is missing", async () => {
  const { clock, told, made } = arrears();
  made.note("a");
  made.note("b");
  made.asked("b");
  made.stop();
  await clock.pass(60_000);
  assert.deepEqual(told, []);
  assert.deepEqual([...made.ids], ["a", "b"]);
});
