// What comes late over a line that is otherwise well.

import assert from "node:assert/strict";
import { test } from "node:test";

import { line, live, WELCOME } from "./lines.js";

test("frames that come late put it in doubt, until an answer to a new question has come", async () => {
  const { clock, sockets, pong, changes, serverTime, made } = live();
  await clock.pass(20_000);
  pong();
  const [beats, sentAt] = [sockets[0].sent.length, serverTime()];
  await clock.pass(2_000);
  changes(sentAt);

  assert.equal(made.state, "connecting");
  assert.equal(sockets[0].sent.length, beats + 1, "it asks at once");
  pong();
  assert.equal(made.state, "live");
});

test("a frame that comes in time leaves it live", async () => {
  const { clock, changes, serverTime, made } = live();
  const sentAt = serverTime();
  await clock.pass(1_999);
  changes(sentAt);

  assert.equal(made.state, "live");
});

test("an answer that is late itself says nothing: it asks on", async () => {
  const { clock, sockets, pong, changes, serverTime, made } = live();
  const sentAt = serverTime();
  await clock.pass(2_000);
  changes(sentAt);
  const beats = sockets[0].sent.length;
  await clock.pass(2_000);
  pong(sentAt + 2_000);

  assert.equal(made.state, "connecting");
  assert.equal(sockets[0].sent.length, beats + 1);
  pong();
  assert.equal(made.state, "live");
});

test("a welcome that came slowly makes nothing live until an answer came soon", async () => {
  const { made, clock, sockets, pong, serverTime } = line();
  made.open();
  sockets[0].onopen();
  const sentAt = serverTime();
  await clock.pass(5_000);
  sockets[0].hear({ ...WELCOME, sent_at: sentAt });
  assert.equal(made.state, "connecting");
  await clock.pass(5_000);
  pong(sentAt);
  assert.equal(made.state, "connecting", "this answer may be as old");
  pong();
  assert.equal(made.state, "live");
});

test("a server that tells no time is believed", () => {
  const { made, sockets } = line();
  made.open();
  sockets[0].onopen();
  sockets[0].hear(WELCOME);
  assert.equal(made.state, "live");
  assert.equal(made.state, "live");
});
