import assert from "node:assert/strict";
import { test } from "node:test";

import { Receipts } from "../../static/js/receipts.js";
import { Clock } from "./fakes.js";

function receipts() {
  const clock = new Clock();
  const sent = [];
  return { clock, sent, made: new Receipts({ send: (m) => sent.push(m), timers: clock }) };
}

test("frames are acknowledged every three seconds, by the last cursor", async () => {
  const { clock, sent, made } = receipts();
  made.note("1:1:", 10);
  await clock.pass(2_600);
  made.note("2:2:", 10);
  assert.deepEqual(sent, []);
  await clock.pass(400);
  assert.deepEqual(sent, [{ type: "ack", cursor: "2:2:" }]);
});

test("32 frames are acknowledged at once", () => {
  const { sent, made } = receipts();
  for (let n = 1; n <= 32; n += 1) made.note(`${n}:${n}:`, 10);
  assert.deepEqual(sent, [{ type: "ack", cursor: "32:32:" }]);
});

test("much text is acknowledged before the server's bound on it", () => {
  const { sent, made } = receipts();
  made.note("1:1:", 40_000);
  made.note("2:2:", 40_000);
  assert.equal(sent.length, 1);
});

test("nothing is acknowledged on a socket that did not carry it", async () => {
  const { clock, sent, made } = receipts();
  made.note("1:1:", 10);
  made.forget();
  await clock.pass(5_000);
  assert.deepEqual(sent, []);
});
