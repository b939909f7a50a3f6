import assert from "node:assert/strict";
import { test } from "node:test";

import { Presence } from "../../static/js/presence.js";
import { Clock } from "./fakes.js";

const TOPIC = "presence:product:FLOUR";
const BOB = { name: "Bob", state: "viewing" };
const CHARLIE = { name: "Charlie", state: "editing" };

function line() {
  const parts = { "[data-names]": { textContent: "" }, "[data-more]": { textContent: "" } };
  return { dataset: { topics: TOPIC }, hidden: true, querySelector: (part) => parts[part], parts };
}

/** A page with the line on it, whose socket has been welcomed. */
function page({ topics = [TOPIC] } = {}) {
  const clock = new Clock();
  const world = { edits: false, hidden: false, live: true, said: [], clock, element: line() };
  world.presence = new Presence({
    element: world.element,
    send: ({ type, resource, state }) => world.said.push([type, resource, state].join(" ")),
    hasEdits: () => world.edits,
    isHidden: () => world.hidden,
    isTrue: () => world.live,
    timers: clock,
  });
  world.welcome = () => world.presence.hear({ type: "welcome", topics });
  world.others = (people, more = 0, resource = "product:FLOUR") =>
    world.presence.hear({ type: "presence", resource, people, more });
  world.welcome();
  return world;
}

const shown = ({ element }) =>
  element.hidden ? null : element.parts["[data-names]"].textContent + element.parts["[data-more]"].textContent;

test("who is let in says that they are there", () => {
  assert.deepEqual(page().said, ["presence product:FLOUR viewing"]);
});

test("who is refused says nothing", () => {
  const refused = page({ topics: [] });
  refused.presence.look();
  assert.deepEqual(refused.said, []);
});

test("a form with something typed in it is editing, until it is gone", async () => {
  const world = page();
  world.said.length = 0;
  for (const edits of [true, false]) {
    await world.clock.pass(1_000);
    world.edits = edits;
    world.presence.look();
    world.presence.look();
  }
  assert.deepEqual(world.said, ["presence product:FLOUR editing", "presence product:FLOUR viewing"]);
});

test("however fast it changes, it is said once a second, and the last is said", async () => {
  const world = page();
  for (let key = 0; key < 101; key += 1) {
    world.edits = key % 2 === 0;
    world.presence.look();
  }
  assert.equal(world.said.length, 1);
  await world.clock.pass(5_000);
  assert.deepEqual(world.said.slice(1), ["presence product:FLOUR editing"]);
});

test("a hidden tab is away, shows nobody, and is there again when it is looked at", async () => {
  const world = page();
  world.others([BOB]);
  await world.clock.pass(1_000);
  world.hidden = true;
  world.presence.look();
  assert.equal(shown(world), null);
  world.others([BOB]);
  assert.equal(shown(world), null, "it was on its way");
  await world.clock.pass(1_000);
  world.hidden = false;
  world.presence.look();
  assert.deepEqual(world.said.slice(1), ["presence product:FLOUR away", "presence product:FLOUR viewing"]);
});

test("a tab that was never looked at says nothing", () => {
  const world = page();
  world.presence.lost();
  world.said.length = 0;
  world.hidden = true;
  world.welcome();
  assert.deepEqual(world.said, []);
});

test("a new socket is told again", () => {
  const world = page();
  world.others([BOB]);
  world.presence.lost();
  assert.equal(shown(world), null);
  world.welcome();
  assert.deepEqual(world.said, ["presence product:FLOUR viewing", "presence product:FLOUR viewing"]);
});

for (const [people, more, words] of [
  [[], 0, null],
  [[BOB], 0, "Also here: Bob"],
  [[CHARLIE, BOB], 0, "Also here: Charlie (editing), Bob"],
  [[CHARLIE, BOB], 12, "Also here: Charlie (editing), Bob and 12 more"],
]) {
  test(`the line says "${words}"`, () => {
    const world = page();
    world.others(people, more);
    assert.equal(shown(world), words);
    assert.equal(world.element.title, words ?? "");
  });
}

test("people of another page are not shown", () => {
  const world = page();
  world.others([BOB], 0, "product:RYE");
  assert.equal(shown(world), null);
});

test("while it would not be true the line is not there, and then it is the latest", () => {
  const world = page();
  world.others([BOB]);
  world.live = false;
  world.presence.draw();
  assert.equal(shown(world), null);
  world.others([CHARLIE]);
  assert.equal(shown(world), null);
  world.live = true;
  world.presence.draw();
  assert.equal(shown(world), "Also here: Charlie (editing)");
});

test("who loses the right sees nobody and says nothing more", async () => {
  const world = page();
  world.others([BOB]);
  world.presence.hear({ type: "revoked", topics: ["product:FLOUR", TOPIC] });
  world.edits = true;
  world.presence.look();
  await world.clock.pass(2_000);
  assert.equal(shown(world), null);
  assert.equal(world.said.length, 1);
});

test("a page without the line does nothing", () => {
  const presence = new Presence({ element: null, send: assert.fail });
  presence.watch({ addEventListener: assert.fail });
  presence.hear({ type: "welcome", topics: ["summary"] });
  presence.hear({ type: "presence", resource: "product:FLOUR", people: [BOB], more: 0 });
  presence.look();
  presence.lost();
});
