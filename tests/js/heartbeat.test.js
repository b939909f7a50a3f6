import assert from "node:assert/strict";
import { test } from "node:test";

import { Heartbeat } from "../../static/js/heartbeat.js";
import { Clock } from "./fakes.js";

function beating(random = () => 0.5) {
  const clock = new Clock();
  const sent = [];
  const seen = { silences: 0 };
  const heartbeat = new Heartbeat({
    send: (message) => sent.push(message),
    silent: () => (seen.silences += 1),
    timers: clock,
    random,
    now: clock.now,
  });
  heartbeat.start();
  return { clock, sent, seen, heartbeat };
}

test("it asks at once, then every twenty seconds", async () => {
  const { clock, sent, heartbeat } = beating();
  assert.equal(sent.length, 1);
  heartbeat.answered(sent[0]);
  await clock.pass(19_999);
  assert.equal(sent.length, 1);
  await clock.pass(1);
  assert.equal(sent.length, 2);
});

for (const [chance, wait] of [[0, 16_000], [1, 24_000]]) {
  test(`chance ${chance} makes the pause ${wait} ms`, async () => {
    const { clock, sent, heartbeat } = beating(() => chance);
    heartbeat.answered(sent[0]);
    await clock.pass(wait - 1);
    assert.equal(sent.length, 1);
    await clock.pass(1);
    assert.equal(sent.length, 2);
  });
}

test("the answer gives the round trip", async () => {
  const { clock, sent, heartbeat } = beating();
  await clock.pass(37);
  assert.equal(heartbeat.answered(sent[0]), 37);
});

test("an answer that nobody waits for says nothing", () => {
  const { heartbeat } = beating();
  assert.equal(heartbeat.answered({ n: 99, t: 0 }), null);
});

test("no answer within eight seconds is silence, said once", async () => {
  const { clock, seen } = beating();
  await clock.pass(7_999);
  assert.equal(seen.silences, 0);
  await clock.pass(1);
  assert.equal(seen.silences, 1);
});

test("while frames come nobody is silent, but the answer must come all the same", async () => {
  const { clock, seen, heartbeat } = beating();
  for (let second = 5; second <= 25; second += 5) {
    await clock.pass(5_000);
    heartbeat.heard();
  }
  assert.equal(seen.silences, 0);
  await clock.pass(3_000); // eight seconds after it asked once more
  assert.equal(seen.silences, 1);
});

test("doubt while one is under way asks no second question and gives it no more time", async () => {
  const { clock, sent, seen, heartbeat } = beating();
  await clock.pass(5_000);
  heartbeat.beat();
  assert.equal(sent.length, 1);
  await clock.pass(3_000);
  assert.equal(seen.silences, 1);
});

test("a stopped heart neither asks nor complains", async () => {
  const { clock, sent, seen, heartbeat } = beating();
  heartbeat.stop();
  await clock.pass(60_000);
  assert.deepEqual([sent.length, seen.silences], [1, 0]);
});

test("a question from before the machine slept is asked anew", async () => {
  const { clock, sent, seen, heartbeat } = beating();
  clock.time += 60_000; // no timer ran meanwhile
  heartbeat.beat();
  assert.equal(sent.length, 2);
  await clock.pass(7_999);
  assert.equal(seen.silences, 0);
  assert.equal(heartbeat.answered(sent[0]), null, "the old answer says nothing of now");
  assert.equal(heartbeat.answered(sent[1]), 7_999);
});
