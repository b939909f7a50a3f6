import assert from "node:assert/strict";
import { test } from "node:test";

import { Coalescer } from "../../static/js/coalescer.js";
import { Clock, settled } from "./fakes.js";

function coalescer({ random = () => 0, run } = {}) {
  const clock = new Clock();
  const runs = [];
  const made = new Coalescer(
    (key) => {
      runs.push([key, clock.time]);
      return run?.();
    },
    { timers: clock, random, now: clock.now },
  );
  return { clock, runs, made };
}

test("many wishes at once are one", async () => {
  const { clock, runs, made } = coalescer();
  for (let n = 0; n < 10; n += 1) made.want("a");
  await clock.pass(5_000);
  assert.equal(runs.length, 1);
});

test("the first is served at once, the next a second later", async () => {
  const { clock, runs, made } = coalescer();
  made.want("a");
  await clock.pass(0);
  assert.equal(runs.length, 1);
  made.want("a");
  await clock.pass(999);
  assert.equal(runs.length, 1);
  await clock.pass(1);
  assert.equal(runs.length, 2);
});

test("a wish during a run is served after it, because the run may have read before", async () => {
  let finish;
  const { clock, runs, made } = coalescer({ run: () => new Promise((done) => (finish = done)) });
  made.want("a");
  await clock.pass(0);
  made.want("a");
  made.want("a");
  await clock.pass(10_000);
  assert.equal(runs.length, 1, "never two at a time");
  finish();
  await settled();
  await clock.pass(1_000);
  assert.equal(runs.length, 2);
});

test("chance spreads those who were told together", async () => {
  const { clock, runs, made } = coalescer({ random: () => 1 });
  made.want("a");
  await clock.pass(299);
  assert.equal(runs.length, 0);
  await clock.pass(1);
  assert.equal(runs.length, 1);
});

test("different things do not wait for each other", async () => {
  const { clock, runs, made } = coalescer();
  made.want("a");
  made.want("b");
  await clock.pass(0);
  assert.deepEqual(runs.map(([key]) => key), ["a", "b"]);
});

test("what somebody waits for is served at once, and not twice", async () => {
  const { clock, runs, made } = coalescer();
  made.want("a");
  await clock.pass(0);
  made.want("a");
  made.hurry("a");
  assert.equal(runs.length, 2);
  await clock.pass(10_000);
  assert.equal(runs.length, 2, "the wish that waited is the one that was served");
});

test("what is stopped does not run", async () => {
  const { clock, runs, made } = coalescer();
  made.want("a");
  made.stop();
  await clock.pass(10_000);
  assert.equal(runs.length, 0);
});

test("where many are told at once, it waits for its part of a longer time", async () => {
  const clock = new Clock();
  const runs = [];
  const coalescer = new Coalescer((key) => runs.push(key), { timers: clock, random: () => 0.5, now: clock.now });
  coalescer.want("list", 4_000);
  await clock.pass(1_999);
  assert.deepEqual(runs, []);
  await clock.pass(1);
  assert.deepEqual(runs, ["list"]);
});
