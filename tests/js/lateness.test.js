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

test("a clock that was wrong is put right by the next answer", async () => {
  const { clock, lateness } = synchronised();
  await clock.pass(1_000);
  lateness.note(SERVER + 60_000, 0);

  assert.equal(lateness.of(SERVER + 60_000), 0);
});

test("another socket may lead to another server", () => {
  const { lateness } = synchronised();
  lateness.forget();

  assert.equal(lateness.of(0), 0);
});
