import assert from "node:assert/strict";
import { test } from "node:test";

import { line, live } from "./lines.js";

const FIVE_MINUTES = 5 * 60_000;

async function polling() {
  const all = line();
  all.made.open();
  all.fail();
  await all.clock.pass(125);
  all.fail();
  await all.clock.pass(0);
  // The first answer may come from a server that was away: the socket is tried once more.
  all.fail();
  return all;
}

test("a new line is connecting until it is welcomed, and live then", () => {
  const { states } = live();
  assert.deepEqual(states, ["connecting", "live"]);
});

test("after two failed sockets in fifteen seconds it asks over HTTP", async () => {
  const { states, asked, made } = await polling();
  assert.deepEqual(states, ["connecting", "polling"]);
  assert.equal(asked.length, 1);
  assert.equal(made.plan.asks - made.plan.opens, 3_000 - 60_000);
});

test("one failed socket is no reason, and neither are two that are far apart", async () => {
  const { clock, fail, made, welcome, pong, asked } = line();
  made.open();
  fail();
  await clock.pass(125);
  welcome();
  pong();
  await clock.pass(15_000);
  fail();
  await clock.pass(125);
  fail();
  await clock.pass(0);
  assert.equal(asked.length, 0);
});

test("a steady socket that is lost is no failed one", async () => {
  const { clock, fail, pong, asked, states } = live();
  await clock.pass(10_000);
  pong();
  fail();
  await clock.pass(125);
  fail();
  await clock.pass(0);
  assert.equal(asked.length, 0);
  assert.equal(states.at(-1), "connecting");
});

test("the first answer tries the socket at once, for the server may have been away", async () => {
  const { made, clock, sockets, fail, welcome, states } = line();
  made.open();
  fail();
  await clock.pass(125);
  fail();
  await clock.pass(0);
  assert.equal(sockets.length, 3);
  welcome();
  assert.deepEqual(states, ["connecting", "polling", "live"]);
});

test("while it asks it tries the socket again each minute", async () => {
  const { clock, sockets, fail, welcome, states } = await polling();
  assert.equal(sockets.length, 3);
  await clock.pass(59_999);
  assert.equal(sockets.length, 3);
  await clock.pass(1);
  assert.equal(sockets.length, 4);
  fail();
  await clock.pass(60_000);
  assert.equal(sockets.length, 5);
  welcome();
  assert.deepEqual(states, ["connecting", "polling", "live"]);
});

test("when neither answers it is offline, and goes on trying both", async () => {
  const { clock, sockets, fail, server, states } = await polling();
  server.http = false;
  await clock.pass(3_000);
  assert.equal(states.at(-1), "offline");
  const tries = sockets.length;
  await clock.pass(15_000);
  assert.ok(sockets.length > tries, "not only once a minute");
  fail();
  assert.equal(states.at(-1), "offline");
});

test("as soon as asking works again the socket is tried at once", async () => {
  const { made, clock, server, sockets, fail, states } = await polling();
  server.http = false;
  await clock.pass(20_000);
  if (made.plan.isOpening) fail();
  const tries = sockets.length;
  server.http = true;
  while (states.at(-1) !== "polling") {
    await clock.pass(100);
    if (sockets.length > tries && states.at(-1) !== "polling") fail();
  }
  assert.ok(made.plan.isOpening);
});

test("silence ends it while somebody looks", async () => {
  const { clock, sockets, states } = live();
  await clock.pass(20_000 + 8_000);
  assert.ok(sockets[0].closed);
  assert.equal(states.at(-1), "connecting");
});

test("a hidden tab is not declared dead, and is asked again when it is looked at", async () => {
  const { made, clock, sockets, view, pong, states } = live();
  view.hidden = true;
  made.viewChanged();
  await clock.pass(100_000);
  assert.equal(sockets.length, 1);
  assert.ok(!sockets[0].closed);

  view.hidden = false;
  made.viewChanged();

  assert.equal(states.at(-1), "connecting", "nobody knows before the answer");
  pong();
  assert.equal(states.at(-1), "live");
  assert.equal(made.reconnects, 0);
});

test("a hidden tab whose line is gone comes back when it is looked at", async () => {
  const { made, clock, sockets, view } = live();
  view.hidden = true;
  made.viewChanged();
  await clock.pass(100_000);
  view.hidden = false;
  made.viewChanged();
  await clock.pass(8_000);
  assert.ok(sockets[0].closed);
  await clock.pass(15_000);
  assert.ok(sockets.length >= 2);
});

test("a machine that slept while somebody looked at it says so before its heart beats", async () => {
  const { made, clock, sockets, pong } = live();
  await clock.pass(5_000);
  clock.time += 60_000; // no timer ran meanwhile, and no event tells of it
  assert.equal(made.state, "live", "nothing has run yet");
  const pings = sockets[0].sent.filter(({ type }) => type === "ping").length;
  await clock.pass(1);
  assert.equal(made.state, "connecting");
  assert.equal(sockets[0].sent.filter(({ type }) => type === "ping").length, pings + 1, "it asks at once");
  pong();
  assert.equal(made.state, "live");
});

test("a line whose heart beats is never in doubt", async () => {
  const { clock, states, pong } = live();
  for (let beats = 0; beats < 10; beats += 1) {
    await clock.pass(20_000);
    pong();
  }
  assert.deepEqual(states, ["connecting", "live"]);
});

test("a tab that is hidden for long sleeps, and wakes by its cursor", async () => {
  const { made, clock, sockets, view, welcome, states, asked } = live();
  view.hidden = true;
  made.viewChanged();
  await clock.pass(FIVE_MINUTES);
  assert.ok(sockets[0].closed);
  await clock.pass(FIVE_MINUTES);
  assert.deepEqual([sockets.length, asked.length], [1, 0]);
  assert.ok(!states.includes("offline"));

  view.hidden = false;
  made.viewChanged();
  welcome();

  assert.deepEqual(sockets[1].sent[0], { type: "hello" });
  assert.equal(states.at(-1), "live");
});

test("a machine that says it has no network is offline until an answer says otherwise", async () => {
  const { made, view, pong, states } = live();
  view.online = false;
  made.doubt();
  assert.equal(states.at(-1), "offline");
  pong();
  assert.equal(states.at(-1), "live");
});

test("a page that rests keeps nothing running", async () => {
  const { made, clock, sockets, asked } = await polling();
  made.rest();
  const before = [sockets.length, asked.length];
  await clock.pass(FIVE_MINUTES);
  assert.deepEqual([sockets.length, asked.length], before);
});

test("a socket that is forbidden is not tried again; asking goes on", async () => {
  const { made, clock, sockets, asked, states } = line();
  made.open();
  sockets[0].onclose({ code: 4403 });
  await clock.pass(FIVE_MINUTES);
  assert.equal(sockets.length, 1);
  assert.ok(asked.length > 50);
  assert.equal(states.at(-1), "polling");
});

test("being logged out ends it", async () => {
  const { made, clock, sockets, calls, states } = live();
  sockets[0].onclose({ code: 4401 });
  await clock.pass(FIVE_MINUTES);
  assert.equal(sockets.length, 1);
  assert.deepEqual(calls.filter(([name]) => name === "ended"), [["ended", "log_in"]]);
  assert.equal(states.at(-1), "offline");
  assert.ok(made.hasEnded);
});

test("a page that is told its turn waits for it, and asks nothing meanwhile", async () => {
  const { clock, sockets, made } = await polling();
  await clock.pass(60_000);
  sockets.at(-1).hear({ type: "bye", code: 4429, after_ms: 9_000 });
  sockets.at(-1).onclose({ code: 4429 });
  await clock.pass(8_999);
  assert.equal(made.plan.asks, null);
  assert.equal(sockets.length, 4);
  await clock.pass(1);
  assert.equal(sockets.length, 5);
});
