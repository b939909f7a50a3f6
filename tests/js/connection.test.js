import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../../static/js/connection.js";
import { Clock, Socket } from "./fakes.js";

const WELCOME = { type: "welcome", cursor: "1:1:", topics: [], refused: [] };

function connection() {
  const clock = new Clock();
  const sockets = [];
  const { calls, listener } = Socket.listener("connecting", "live", "frame", "lost", "ended", "fault");
  const made = new Connection({
    openSocket: () => sockets[sockets.push(new Socket()) - 1],
    greeting: () => [{ type: "hello" }],
    listener,
    timers: clock,
    random: () => 1,
    now: clock.now,
  });
  return { made, clock, sockets, calls, named: (name) => calls.filter(([call]) => call === name) };
}

function opened() {
  const all = connection();
  all.made.open();
  all.sockets[0].onopen();
  return all;
}

test("a new socket is greeted, and live when it is welcomed", () => {
  const { made, sockets, named } = opened();
  assert.deepEqual(sockets[0].sent, [{ type: "hello" }]);
  assert.equal(made.isLive, false);

  sockets[0].hear(WELCOME);

  assert.equal(made.isLive, true);
  assert.equal(named("live").length, 1);
});

test("there is one socket at a time", () => {
  const { made, sockets } = opened();
  made.open();
  assert.equal(sockets.length, 1);
});

test("what is sent before the greeting is left to the greeting", () => {
  const { made, sockets } = connection();
  made.open();
  made.send({ type: "subscribe" });
  sockets[0].onopen();
  made.send({ type: "subscribe" });
  assert.deepEqual(sockets[0].sent.map(({ type }) => type), ["hello", "subscribe"]);
});

test("a lost socket is opened again after a wait that grows", async () => {
  const { clock, sockets, named } = opened();
  sockets[0].onclose({ code: 1006 });
  assert.deepEqual(named("lost"), [["lost", { failed: true }]]);
  await clock.pass(249);
  assert.equal(sockets.length, 1);
  await clock.pass(1);
  assert.equal(sockets.length, 2);

  sockets[1].onclose({ code: 1006 });
  await clock.pass(499);
  assert.equal(sockets.length, 2);
  await clock.pass(1);
  assert.equal(sockets.length, 3);
});

test("a welcome that does not last does not shorten the waits; ten good seconds do", async () => {
  const { clock, sockets } = opened();
  sockets[0].hear(WELCOME);
  sockets[0].onclose({ code: 1006 });
  await clock.pass(250);
  sockets[1].onopen();
  sockets[1].hear(WELCOME);
  sockets[1].onclose({ code: 1006 });
  await clock.pass(499);
  assert.equal(sockets.length, 2, "the second wait is the longer one");
  await clock.pass(1);
  sockets[2].onopen();
  sockets[2].hear(WELCOME);
  await clock.pass(10_000);
  sockets[2].onclose({ code: 1006 });
  await clock.pass(250);
  assert.equal(sockets.length, 4);
});

for (const code of [1000, 1006, 1011, 1012, 1013, 4408, 4429]) {
  test(`after ${code} it comes back`, async () => {
    const { clock, sockets } = opened();
    sockets[0].onclose({ code });
    await clock.pass(250);
    assert.equal(sockets.length, 2);
  });
}

for (const [code, why] of [[4400, "outdated"], [4401, "log_in"], [4403, "refused"]]) {
  test(`after ${code} it does not come back: ${why}`, async () => {
    const { clock, sockets, named } = opened();
    sockets[0].onclose({ code });
    await clock.pass(60_000);
    assert.equal(sockets.length, 1);
    assert.deepEqual(named("ended"), [["ended", why]]);
  });
}

test("a goodbye says how long to stay away", async () => {
  const { clock, sockets } = opened();
  sockets[0].hear({ type: "bye", code: 4429, after_ms: 5_000 });
  sockets[0].onclose({ code: 4429 });
  await clock.pass(4_999);
  assert.equal(sockets.length, 1);
  await clock.pass(1);
  assert.equal(sockets.length, 2);
});

test("a server that does not answer the greeting is given up", async () => {
  const { clock, sockets, named } = opened();
  await clock.pass(8_000);
  assert.ok(sockets[0].closed);
  assert.equal(named("lost").length, 1);
});

test("a dropped socket is not listened to any more", async () => {
  const { made, sockets, named } = opened();
  sockets[0].hear(WELCOME);
  made.drop();
  assert.equal(sockets[0].onmessage, null);
  assert.equal(sockets[0].onclose, null);
  assert.equal(named("lost").length, 1);
});

test("a closed connection stays closed until it is opened", async () => {
  const { made, clock, sockets } = opened();
  made.close();
  await clock.pass(60_000);
  assert.equal(sockets.length, 1);
  made.open();
  assert.equal(sockets.length, 2);
});

test("what was steady did not fail, and neither did what was sent away", async () => {
  const { clock, sockets, named } = opened();
  sockets[0].hear(WELCOME);
  await clock.pass(10_000);
  sockets[0].onclose({ code: 1006 });
  await clock.pass(250);
  sockets[1].onopen();
  sockets[1].hear({ type: "bye", code: 1012, after_ms: 500 });
  sockets[1].onclose({ code: 1012 });
  assert.deepEqual(named("lost"), [["lost", { failed: false }], ["lost", { failed: false }]]);
});

test("what can't be read is said, and asked for again by a new socket", async () => {
  const { clock, sockets, named } = opened();
  sockets[0].hear(WELCOME);
  sockets[0].onmessage({ data: "{" });
  assert.equal(named("fault").length, 1);
  assert.ok(sockets[0].closed);
  await clock.pass(250);
  assert.equal(sockets.length, 2);
});

test("another wait may take the place of the usual one, and the usual one come back", async () => {
  const { made, clock, sockets } = opened();
  sockets[0].onclose({ code: 1006 });
  made.tryAfter(60_000);
  assert.equal(made.triesAt, clock.now() + 60_000);
  await clock.pass(59_999);
  assert.equal(sockets.length, 1);
  made.trySoon();
  await clock.pass(500);
  assert.equal(sockets.length, 2);
});
