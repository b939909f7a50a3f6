import assert from "node:assert/strict";
import { test } from "node:test";

import { Lateness } from "../../static/js/lateness.js";
import { Clock } from "./fakes.js";

const SERVER = 1_700_000_000_000;

function synchronised(tripMs = 0) {
  const clock = new Clock();
  const lateness = new Lateness({ clock: clock.now });
  lateness.note(SERVER, tripMs);
  return { clock, lateness };
}

test("nothing is late before the server's clock is known", () => {
  assert.equal(new Lateness({ clock: () => 0 }).of(5), 0);
});

test("a frame is as late as its way was long", async () => {
  const { clock, lateness } = synchronised();
  await clock.pass(3_000);

  assert.equal(lateness.of(SERVER + 500), 2_500);
  assert.equal(lateness.of(SERVER + 3_000), 0);
});

test("what the clock may be wrong by is given to the frame", async () => {
  const { clock, lateness } = synchronised(1_000);
  await clock.pass(3_000);

  assert.equal(lateness.of(SERVER + 500), 2_500);
});

test("a slow answer does not spoil what a quick one told", async () => {
  const { clock, lateness } = synchronised(100);
  await clock.pass(5_000);
  lateness.note(SERVER + 1_000, 4_500);

  assert.ok(lateness.isSure);
  assert.equal(lateness.of(SERVER + 1_000), 4_000);
  assert.ok(lateness.isLate(SERVER + 3_000));
  assert.ok(!lateness.isLate(SERVER + 3_001));
});

test("slow answers alone leave open what is late", async () => {
  const { clock, lateness } = synchronised(4_000);
  assert.ok(!lateness.isSure);
  await clock.pass(6_000);
  lateness.note(SERVER + 6_000, 3_999);

  assert.ok(lateness.isSure);
});

test("without a time of its own an answer took as long as it is since something was asked", async () => {
  const clock = new Clock();
  const lateness = new Lateness({ clock: clock.now });
  lateness.ask();
  await clock.pass(4_000);
  lateness.note(SERVER);
  assert.ok(!lateness.isSure);
  lateness.ask();
  lateness.note(SERVER);
  assert.ok(lateness.isSure);
});

test("a stamp that is rounded is no clock that was set", async () => {
  const { clock, lateness } = synchronised(0);
  await clock.pass(5_000);
  lateness.note(SERVER + 999, 4_000); // asked for at 1,000

  assert.equal(lateness.of(SERVER + 999), 4_001);
});

test("a clock that is set is followed by the next answer", async () => {
  for (const step of [60_000, -60_000]) {
    const { clock, lateness } = synchronised();
    await clock.pass(1_000);
    lateness.note(SERVER + 1_000 + step, 0);

    assert.equal(lateness.of(SERVER + 1_000 + step), 0);
    assert.equal(lateness.of(SERVER + step), 1_000);
  }
});

test("another socket may lead to another server", () => {
  const { lateness } = synchronised();
  lateness.forget();

  assert.equal(lateness.of(0), 0);
});
