import assert from "node:assert/strict";
import { test } from "node:test";

import { Departure } from "../../static/js/departure.js";
import { Clock } from "./fakes.js";

function page() {
  const clock = new Clock();
  const kept = new Map();
  const happened = [];
  const state = { edits: false };
  const departure = new Departure({
    messages: { banner: (banner) => happened.push(["banner", banner.action, banner.act]) },
    hasEdits: () => state.edits,
    memory: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) },
    location: {
      pathname: "/stock/", search: "?q=a b",
      reload: () => happened.push(["reload"]),
      assign: (address) => happened.push(["assign", address]),
    },
    timers: clock,
    now: clock.now,
  });
  return { departure, clock, happened, state };
}

test("a page that is out of date is loaded again when the server says", async () => {
  const { departure, clock, happened } = page();
  departure.reload(700);
  await clock.pass(699);
  assert.deepEqual(happened, []);
  await clock.pass(1);
  assert.deepEqual(happened, [["reload"]]);
});

test("something typed is kept: the person is asked", () => {
  const { departure, happened, state } = page();
  state.edits = true;
  assert.equal(departure.reload(), false);
  assert.equal(happened[0][1], "Reload");
  happened[0][2]();
  assert.deepEqual(happened[1], ["reload"], "their click does it");
});

test("something typed while it waited is kept as well", async () => {
  const { departure, clock, happened, state } = page();
  departure.reload(700);
  state.edits = true;
  await clock.pass(700);
  assert.equal(happened[0][0], "banner");
});

test("it never reloads in a circle", async () => {
  const { departure, clock, happened } = page();
  for (let times = 0; times < 4; times += 1) {
    departure.reload();
    await clock.pass(1_000);
  }
  assert.deepEqual(happened.map(([what]) => what), ["reload", "reload", "reload", "banner"]);
  await clock.pass(30_000);
  departure.reload();
  await clock.pass(0);
  assert.equal(happened.at(-1)[0], "reload", "later it may again");
});

test("who must log in comes back to where they were", () => {
  const { departure, happened } = page();
  departure.logIn();
  assert.deepEqual(happened, [["assign", "/login/?next=%2Fstock%2F%3Fq%3Da%20b"]]);
});

test("who must log in keeps what they typed until they choose", () => {
  const { departure, happened, state } = page();
  state.edits = true;
  departure.logIn();
  assert.equal(happened[0][1], "Log in");
});

test("an answer that ended at the login page is known", () => {
  assert.equal(Departure.isLogin("http://localhost:8000/login/?next=/"), true);
  assert.equal(Departure.isLogin("http://localhost:8000/stock/"), false);
  assert.equal(Departure.isLogin(""), false);
});
