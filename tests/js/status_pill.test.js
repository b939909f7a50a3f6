import assert from "node:assert/strict";
import { test } from "node:test";

import { StatusPill } from "../../static/js/status_pill.js";
import { Clock } from "./fakes.js";

function pill() {
  const clock = new Clock();
  const heard = [];
  const announcer = { tell: (text) => heard.push(text.split(".")[0]) };
  const made = new StatusPill({ element: null, announcer, quality: {}, timers: clock });
  return { clock, heard, made };
}

test("the first connection is no news, however long it takes", async () => {
  const { clock, heard, made } = pill();
  made.show("connecting");
  await clock.pass(60_000);
  made.show("live");
  assert.deepEqual(heard, []);
});

test("a line that is back within three seconds was lost to nobody", async () => {
  const { clock, heard, made } = pill();
  made.show("live");
  made.show("connecting");
  await clock.pass(2_999);
  made.show("live");
  await clock.pass(60_000);
  assert.deepEqual(heard, []);
});

test("who hears the page is told that it looks for the server, and that it is back", async () => {
  const { clock, heard, made } = pill();
  made.show("live");
  made.show("connecting");
  await clock.pass(3_000);
  made.show("live");
  assert.deepEqual(heard, ["Connecting", "Live"]);
});

test("that it is offline or asks over HTTP is told at once, and once", async () => {
  const { clock, heard, made } = pill();
  made.show("polling");
  made.show("polling", { isPaused: true });
  made.show("offline");
  made.show("connecting");
  made.show("offline");
  await clock.pass(60_000);
  assert.deepEqual(heard, ["Delayed", "Offline"]);
});

test("who stops says nothing later", async () => {
  const { clock, heard, made } = pill();
  made.show("live");
  made.show("connecting");
  made.stop();
  await clock.pass(60_000);
  assert.deepEqual(heard, []);
});
