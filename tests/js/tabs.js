// Open pages without a document, many in one process. How they connect, wait, ask over HTTP and
// acknowledge is static/js itself, so that a herd of them is the herd that a restart meets.
//
// Reads commands as lines of JSON and answers each by a line. Times are milliseconds by the clock.

import { createInterface } from "node:readline";

import { Line } from "../../static/js/line.js";
import { Quality } from "../../static/js/quality.js";
import { Receipts } from "../../static/js/receipts.js";
import { Subscriptions } from "../../static/js/subscriptions.js";

const AT_ONCE = 50; // tabs that are opened at once: fewer than the door lets in

/** The same seed waits the same times. Mulberry32, by Tommy Ettinger, public domain. */
function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Tab {
  versions = new Map(); // level -> the last that this page was told
  liveAt = null; // since when it is live again, null while it is not
  #crowd;
  #page;
  #subscriptions;
  #receipts;
  #line;

  constructor(crowd, page) {
    this.#crowd = crowd;
    this.#page = page;
    this.#subscriptions = new Subscriptions(page);
    this.#subscriptions.sync([{ region: this, topics: [page.topic], cursor: page.cursor }]);
    this.#receipts = new Receipts({ send: (message) => this.#line.send(message) });
    this.#line = new Line({
      openSocket: () => this.#openSocket(),
      ask: (...request) => this.#ask(...request),
      page: { ...page, url: `http://${crowd.host}/live/changes/` },
      subscriptions: this.#subscriptions,
      quality: new Quality(),
      view: { isHidden: () => false, isOnline: () => true, isWatched: () => true },
      listener: {
        changed: (state) => this.#changed(state),
        frame: (frame, size) => this.#hear(frame, size),
        lost: () => this.#receipts.forget(),
        ended: (why) => crowd.note("ended", why),
        fault: (error) => crowd.note("fault", String(error)),
      },
      random: crowd.random,
    });
  }

  get topic() {
    return this.#page.topic;
  }

  get state() {
    return this.#line.state;
  }

  open() {
    this.#line.open();
  }

  leave() {
    this.#line.end();
  }

  /** What this page does not know of the levels it shows, [level, told, right]. */
  short(expected) {
    return Object.entries(expected[this.topic])
      .filter(([level, version]) => this.versions.get(Number(level)) !== version)
      .map(([level, version]) => [Number(level), this.versions.get(Number(level)) ?? 0, version]);
  }

  #openSocket() {
    const { host } = this.#crowd;
    const headers = { Cookie: this.#page.cookie, Origin: `http://${host}` };
    const knockedAt = Date.now();
    const socket = new WebSocket(`ws://${host}/ws/live/`, { headers });
    let opened = false;
    let given = false;
    socket.addEventListener("open", () => (opened = true));
    // The page ends it itself when no answer came in time.
    socket.close = () => {
      given = true;
      WebSocket.prototype.close.call(socket);
    };
    socket.addEventListener("close", ({ code }) => {
      if (given) this.#crowd.note("given up", code);
      else if (opened) this.#crowd.note("closed", code);
      else this.#crowd.note("not opened", code, knockedAt);
    });
    return socket;
  }

  async #ask(url, options) {
    const headers = { ...options.headers, Cookie: this.#page.cookie };
    const knockedAt = Date.now();
    try {
      const answer = await fetch(url, { ...options, headers, redirect: "manual" });
      this.#crowd.note("asked", answer.status);
      return answer;
    } catch (error) {
      if (error.name === "TimeoutError") this.#crowd.note("given up", "a question");
      else if (error.name !== "AbortError") this.#crowd.note("asked in vain", error.name, knockedAt);
      throw error;
    }
  }

  #changed(state) {
    if (state !== "live") this.liveAt = null;
    else this.liveAt ??= Date.now();
  }

  #hear(frame, size) {
    if (frame.type === "bye") this.#crowd.note("bye", frame.code);
    if (frame.type === "reset") this.#crowd.note("reset", frame.why);
    if (frame.type === "changes") this.#show(frame);
    if (frame.type === "welcome") this.#subscriptions.welcomed(frame);
    if (!size) return;
    if (frame.type === "changes") this.#receipts.note(frame.cursor, size);
    if (frame.type === "changes" || frame.type === "pong") this.#subscriptions.moveTo(frame.cursor);
  }

  #show({ levels }) {
    for (const { id, version } of levels) {
      if ((this.versions.get(id) ?? 0) < version) this.versions.set(id, version);
    }
  }
}

class Crowd {
  #tabs = [];
  #notes = [];

  constructor(host, seed) {
    this.host = host;
    this.random = chance(seed);
  }

  /** `at`: a knock belongs to the moment it was made; thousands are heard of later. */
  note(what, which, at = Date.now()) {
    this.#notes.push([at, what, which]);
  }

  /** Open these pages as people do: one after the other, not more at once than are let in. */
  async come({ pages }) {
    for (let start = 0; start < pages.length; start += AT_ONCE) {
      const some = pages.slice(start, start + AT_ONCE).map((page) => new Tab(this, page));
      this.#tabs.push(...some);
      for (const tab of some) tab.open();
      while (some.some((tab) => tab.state !== "live")) await pause(20);
    }
    return this.#tabs.length;
  }

  /** So many, drawn by chance, are closed. */
  leave({ count }) {
    for (let left = 0; left < count && this.#tabs.length; left += 1) {
      const [tab] = this.#tabs.splice(Math.floor(this.random() * this.#tabs.length), 1);
      tab.leave();
    }
    return this.#tabs.length;
  }

  standing() {
    const states = {};
    for (const { state } of this.#tabs) states[state] = (states[state] ?? 0) + 1;
    return states;
  }

  /** When each became live, for those that are. */
  live() {
    return this.#tabs.map(({ liveAt }) => liveAt).filter((at) => at !== null);
  }

  /** Everything noted since the last time. */
  notes() {
    return this.#notes.splice(0);
  }

  short({ expected }) {
    return this.#tabs.flatMap((tab, place) => tab.short(expected).map((one) => [place, ...one]));
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const crowd = new Crowd(process.argv[2], Number(process.argv[3]));
for await (const text of createInterface({ input: process.stdin })) {
  const { do: what, ...rest } = JSON.parse(text);
  process.stdout.write(`${JSON.stringify(await crowd[what](rest))}\n`);
}
process.exit(0);
