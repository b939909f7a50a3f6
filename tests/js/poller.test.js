import assert from "node:assert/strict";
import { test } from "node:test";

import { Poller } from "../../static/js/poller.js";
import { Clock, Socket } from "./fakes.js";

const WELCOME = { type: "welcome", topics: ["summary"], refused: [], cursor: "2:2:" };

function answer(status, { frames = [], headers = {}, redirected = false } = {}) {
  return {
    status,
    redirected,
    ok: status === 200,
    headers: new Headers(headers),
    json: async () => ({ frames }),
  };
}

function poller(...answers) {
  const view = { isWatched: true };
  const clock = new Clock();
  const asked = [];
  const { calls, listener } = Socket.listener("frame", "polled", "failed", "ended");
  const made = new Poller({
    ask: async (address, options) => {
      asked.push({ address: new URL(address, "http://page"), ...options });
      const next = answers.length > 1 ? answers.shift() : answers[0];
      if (next instanceof Error) throw next;
      return next;
    },
    subscriptions: { groups: () => [{ cursor: "1:1:", topics: ["summary", "location:WH"] }] },
    page: { epoch: "e", rights: "r", url: "/live/changes/" },
    listener,
    isWatched: () => view.isWatched,
    timers: clock,
    random: () => 0.5,
    now: clock.now,
  });
  return { made, clock, asked, calls, view };
}

test("it asks for what changed since the cursor, and hands on the frames", async () => {
  const { made, clock, asked, calls } = poller(answer(200, { frames: [WELCOME] }));
  made.start();
  await clock.pass(0);
  assert.deepEqual(Object.fromEntries(asked[0].address.searchParams), {
    cursor: "1:1:", topics: "summary,location:WH", epoch: "e", rights: "r",
  });
  assert.deepEqual(calls, [["frame", WELCOME], ["polled"]]);
  await clock.pass(3_000);
  assert.equal(asked.length, 2);
});

test("it says which answer it has, and an unchanged one is no frame", async () => {
  const { made, clock, asked, calls } = poller(
    answer(200, { frames: [WELCOME], headers: { ETag: '"x"' } }), answer(304),
  );
  made.start();
  await clock.pass(3_000);
  assert.equal(asked[1].headers["If-None-Match"], '"x"');
  assert.deepEqual(calls.map(([name]) => name), ["frame", "polled", "polled"]);
});

test("failures make it ask less often", async () => {
  const { made, clock, asked, calls } = poller(new TypeError("network"));
  made.start();
  await clock.pass(5_999);
  assert.equal(asked.length, 1);
  await clock.pass(1);
  assert.equal(asked.length, 2);
  assert.deepEqual(calls[0], ["failed"]);
});

test("a busy server is given the time it asks for", async () => {
  const { made, clock, asked } = poller(answer(503, { headers: { "Retry-After": "20" } }));
  made.start();
  await clock.pass(19_999);
  assert.equal(asked.length, 1);
  await clock.pass(1);
  assert.equal(asked.length, 2);
});

for (const [asked, waitMs] of [
  ["0", 6_000],
  ["soon", 6_000],
  [undefined, 6_000],
  [new Date(1_020_000).toUTCString(), 20_000],
  [new Date(0).toUTCString(), 6_000],
  ["99999999999", 300_000],
]) {
  test(`turned away with Retry-After ${asked}, it is no answer, and it does not ask at once`, async () => {
    const headers = asked === undefined ? {} : { "Retry-After": asked };
    const { made, clock, asked: requests, calls } = poller(answer(503, { headers }));
    made.start();
    await clock.pass(waitMs - 1);
    assert.deepEqual([requests.length, calls], [1, [["failed"]]]);
    await clock.pass(1);
    assert.equal(requests.length, 2);
  });
}

for (const [what, given, why] of [
  ["401", answer(401), "log_in"],
  ["being sent to the login page", answer(200, { redirected: true }), "log_in"],
  ["400", answer(400), "outdated"],
]) {
  test(`${what} ends it: ${why}`, async () => {
    const { made, clock, asked, calls } = poller(given);
    made.start();
    await clock.pass(60_000);
    assert.equal(asked.length, 1);
    assert.deepEqual(calls, [["ended", why]]);
  });
}

test("who has just saved something does not wait for the next turn", async () => {
  const { made, clock, asked } = poller(answer(200, { frames: [WELCOME] }));
  made.hurry();
  assert.equal(asked.length, 0, "it does not run");
  made.start();
  made.hurry();
  await clock.pass(0);
  assert.equal(asked.length, 1, "one is under way");
  made.hurry();
  await clock.pass(0);
  assert.equal(asked.length, 2);
});

test("an answer that comes after the socket is back is thrown away", async () => {
  const { made, clock, calls } = poller(answer(200, { frames: [WELCOME] }));
  made.start();
  made.stop();
  await clock.pass(60_000);
  assert.deepEqual(calls, []);
});

test("where nobody looks it asks every thirty seconds, and at once when somebody does", async () => {
  const { made, clock, asked, view } = poller(answer(200, { frames: [WELCOME] }));
  view.isWatched = false;
  made.start();
  await clock.pass(29_999);
  assert.equal(asked.length, 1);
  assert.equal(made.asksAt, clock.now() + 1);
  await clock.pass(1);
  assert.equal(asked.length, 2);
  view.isWatched = true;
  made.hurry();
  await clock.pass(3_000);
  assert.equal(asked.length, 4);
});

test("stopping it stops what is under way", async () => {
  const { made, clock, asked } = poller(answer(200, { frames: [WELCOME] }));
  made.start();
  made.stop();
  await clock.pass(0);
  assert.ok(asked[0].signal.aborted);
});
