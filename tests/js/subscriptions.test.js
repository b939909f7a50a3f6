import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_TOPICS, Subscriptions } from "../../static/js/subscriptions.js";

const PAGE = { cursor: "10:10:", epoch: "e", rights: "r" };

function region(name, topics, cursor) {
  return { region: name, topics, cursor };
}

function live(...regions) {
  const subscriptions = new Subscriptions(PAGE);
  subscriptions.sync(regions);
  subscriptions.greeting();
  subscriptions.welcomed({ topics: subscriptions.topics, refused: [], cursor: "20:20:" });
  return subscriptions;
}

test("hello carries the page's cursor for regions without one", () => {
  const subscriptions = new Subscriptions(PAGE);
  subscriptions.sync([region("a", ["location:WH"]), region("b", ["location:WH", "summary"])]);
  assert.deepEqual(subscriptions.greeting(), [
    {
      type: "hello", v: 1, client: "page", epoch: "e", rights: "r",
      cursor: "10:10:", topics: ["location:WH", "summary"],
    },
  ]);
});

test("a page without regions says hello all the same", () => {
  assert.deepEqual(new Subscriptions(PAGE).greeting()[0].topics, []);
});

test("a region with a cursor of its own is subscribed from there", () => {
  const subscriptions = new Subscriptions(PAGE);
  subscriptions.sync([region("a", ["location:A", "location:B"]), region("b", ["summary"], "7:7:")]);
  const [hello, subscribe] = subscriptions.greeting();
  assert.deepEqual(hello.topics, ["location:A", "location:B"]);
  assert.deepEqual(subscribe, { type: "subscribe", topics: ["summary"], cursor: "7:7:" });
});

test("a topic that two regions share starts from the earlier of their cursors", () => {
  const subscriptions = new Subscriptions(PAGE);
  subscriptions.sync([region("a", ["summary"], "12:12:"), region("b", ["summary"], "9:9:")]);
  assert.equal(subscriptions.greeting()[0].cursor, "9:9:");
});

test("a region that is swapped in is subscribed from its cursor, also where its topic is known", () => {
  const subscriptions = live(region("a", ["location:WH"]));
  assert.deepEqual(
    subscriptions.sync([region("a", ["location:WH"]), region("b", ["location:WH"], "15:15:")]),
    [{ type: "subscribe", topics: ["location:WH"], cursor: "15:15:" }],
  );
});

test("a region that was fetched again brings a new cursor", () => {
  const subscriptions = live(region("a", ["summary"], "10:10:"));
  assert.deepEqual(subscriptions.sync([region("a", ["summary"], "21:21:")]), [
    { type: "subscribe", topics: ["summary"], cursor: "21:21:" },
  ]);
});

test("looking again at an unchanged page asks for nothing", () => {
  const subscriptions = live(region("a", ["location:WH"]));
  assert.deepEqual(subscriptions.sync([region("a", ["location:WH"])]), []);
});

test("a topic that no region needs any more is left", () => {
  const subscriptions = live(region("a", ["location:A"]), region("b", ["location:A", "location:B"]));
  assert.deepEqual(subscriptions.sync([region("a", ["location:A"])]), [
    { type: "unsubscribe", topics: ["location:B"] },
  ]);
});

test("a frame moves every topic on, so that a new socket resumes from there", () => {
  const subscriptions = live(region("a", ["location:A"]), region("b", ["summary"], "5:5:"));
  subscriptions.subscribed({ refused: [], cursor: "20:20:" });
  subscriptions.moveTo("30:30:");
  assert.equal(subscriptions.greeting().length, 1);
  assert.equal(subscriptions.greeting()[0].cursor, "30:30:");
});

test("while a subscribe waits for its answer, a frame moves nothing: it may be its catch-up", () => {
  const subscriptions = live(region("a", ["location:A"]));
  subscriptions.sync([region("a", ["location:A"]), region("b", ["location:B"], "25:25:")]);

  subscriptions.moveTo("30:30:");

  assert.deepEqual(
    subscriptions.groups().map(({ cursor, topics }) => [cursor, ...topics]),
    [["20:20:", "location:A"], ["25:25:", "location:B"]],
  );
});

test("the answer moves only the topics that were new", () => {
  const subscriptions = live(region("a", ["location:A"]));
  subscriptions.sync([
    region("a", ["location:A"]),
    region("b", ["location:A", "location:B"], "25:25:"),
  ]);

  subscriptions.subscribed({ refused: [], cursor: "26:26:" });

  assert.deepEqual(
    subscriptions.groups().map(({ cursor, topics }) => [cursor, ...topics]),
    [["20:20:", "location:A"], ["26:26:", "location:B"]],
  );
});

test("a lost socket loses its open questions; the next hello asks them anew", () => {
  const subscriptions = live(region("a", ["location:A"]));
  subscriptions.sync([region("a", ["location:A"]), region("b", ["location:B"], "25:25:")]);
  const [hello, subscribe] = subscriptions.greeting();
  assert.deepEqual([hello.cursor, subscribe.cursor], ["20:20:", "25:25:"]);

  subscriptions.welcomed({ topics: ["location:A"], refused: [], cursor: "30:30:" });
  subscriptions.subscribed({ refused: [], cursor: "30:30:" });
  subscriptions.moveTo("31:31:");

  assert.equal(subscriptions.groups().length, 1);
});

test("a refused topic is not asked for again", () => {
  const subscriptions = new Subscriptions(PAGE);
  subscriptions.sync([region("a", ["location:A", "location:SECRET"])]);
  subscriptions.greeting();
  subscriptions.welcomed({ topics: ["location:A"], refused: ["location:SECRET"], cursor: "20:20:" });
  assert.deepEqual(subscriptions.greeting()[0].topics, ["location:A"]);
});

test("more topics than a socket may have are not asked for", () => {
  const subscriptions = new Subscriptions(PAGE);
  const topics = Array.from({ length: MOST_TOPICS + 5 }, (_, n) => `location:L${n}`);
  subscriptions.sync([region("a", topics)]);
  assert.equal(subscriptions.greeting()[0].topics.length, MOST_TOPICS);
  assert.deepEqual([...subscriptions.beyond], topics.slice(MOST_TOPICS));

  subscriptions.sync([]);

  assert.equal(subscriptions.beyond.size, 0);
});

test("while it is frozen nothing moves on, and afterwards the screen is brought what came", () => {
  const subscriptions = live(region("a", ["summary", "location:WH"]));
  subscriptions.freeze();
  subscriptions.moveTo("30:30:");
  assert.equal(subscriptions.greeting()[0].cursor, "20:20:", "a new socket starts there too");
  subscriptions.welcomed({ topics: ["summary", "location:WH"], refused: [], cursor: "31:31:" });

  assert.deepEqual(subscriptions.thaw(), [
    { type: "subscribe", topics: ["summary", "location:WH"], cursor: "20:20:" },
  ]);

  subscriptions.moveTo("32:32:");
  assert.deepEqual(subscriptions.groups()[0].cursor, "20:20:", "the answer is under way");
  subscriptions.subscribed({ refused: [], cursor: "33:33:" });
  subscriptions.moveTo("34:34:");
  assert.deepEqual(subscriptions.groups()[0].cursor, "34:34:");
});
