import assert from "node:assert/strict";
import { test } from "node:test";

import { Fresh } from "../../static/js/fresh.js";
import { Clock } from "./fakes.js";

function marked() {
  const clock = new Clock();
  const fresh = new Fresh({ timers: clock, now: clock.now });
  const row = () => {
    const classes = new Set();
    return { classList: { add: (name) => classes.add(name), remove: (name) => classes.delete(name) }, classes };
  };
  return { clock, fresh, row };
}

test("a mark stays for two seconds, and for two more when its row changes again", async () => {
  const { clock, fresh, row } = marked();
  const [once, again] = [row(), row()];
  fresh.mark(once);
  fresh.mark(again);
  await clock.pass(1_500);
  fresh.mark(again);
  await clock.pass(499);
  assert.equal(once.classes.size, 1);
  await clock.pass(1);
  assert.deepEqual([once.classes.size, again.classes.size], [0, 1]);
  await clock.pass(1_500);
  assert.equal(again.classes.size, 0);
});

test("what is stopped leaves no mark and no timer", async () => {
  const { clock, fresh, row } = marked();
  const one = row();
  fresh.mark(one);
  fresh.stop();
  assert.equal(one.classes.size, 0);
  one.classList.add("is-fresh");
  await clock.pass(10_000);
  assert.equal(one.classes.size, 1, "nobody sweeps any more");
});
