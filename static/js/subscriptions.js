// Which topics this page lives by, and up to which cursor each has been seen.
//
// A cursor may stand too early (what comes twice is harmless: rows carry their revision), never
// too late. So what a region that was just swapped in has not caught up with holds all back.

import { earlierOf } from "./cursor.js";

export const MOST_TOPICS = 100;

export class Subscriptions {
  #page;
  #regions = new Map(); // region -> the cursor it came with
  #standing = new Map(); // topic -> everything about it has been seen up to this cursor
  #beyond = new Set(); // topics that one socket has no room for
  #unanswered = []; // for each subscribe that was sent: its topics that stood nowhere before
  #frozen = false; // what comes is not shown, so nothing moves on

  /** page: {cursor, epoch, rights}, as printed into <body>. */
  constructor(page) {
    this.#page = page;
  }

  get topics() {
    return [...this.#standing.keys()];
  }

  /** Topics over the bound of one socket: what lives by them must be asked for again by itself. */
  get beyond() {
    return this.#beyond;
  }

  /**
   * Learn what is on the page now: [{region, topics, cursor}], a region without a cursor counts
   * from the page's. Returns the messages for a socket that is live.
   */
  sync(found) {
    const wanted = new Set(found.flatMap(({ topics }) => topics));
    const left = this.topics.filter((topic) => !wanted.has(topic));
    for (const topic of left) this.#standing.delete(topic);
    this.#beyond = new Set([...this.#beyond].filter((topic) => wanted.has(topic)));
    const news = this.#newcomers(found);
    this.#regions = new Map(found.map(({ region, cursor }) => [region, cursor]));
    return [
      ...(left.length ? [{ type: "unsubscribe", topics: left }] : []),
      ...news.map(({ cursor, topics }) => ({ type: "subscribe", topics, cursor })),
    ];
  }

  #newcomers(found) {
    const byCursor = new Map();
    for (const { region, topics, cursor } of found) {
      if (this.#regions.has(region) && this.#regions.get(region) === cursor) continue;
      for (const topic of topics) {
        const from = cursor || this.#page.cursor;
        const stands = this.#standing.get(topic);
        if (!stands && this.#standing.size >= MOST_TOPICS) {
          this.#beyond.add(topic);
          continue;
        }
        this.#standing.set(topic, stands ? earlierOf(stands, from) : from);
        if (!byCursor.has(from)) byCursor.set(from, new Map());
        byCursor.get(from).set(topic, stands === undefined);
      }
    }
    return [...byCursor].map(([cursor, topics]) => {
      this.#unanswered.push([...topics.keys()].filter((topic) => topics.get(topic)));
      return { cursor, topics: [...topics.keys()] };
    });
  }

  /** The first messages of a new socket: one hello, and a subscribe for what stands elsewhere. */
  greeting() {
    const [first = { cursor: this.#page.cursor, topics: [] }, ...rest] = this.groups();
    this.#unanswered = rest.map(({ topics }) => topics);
    const { epoch, rights } = this.#page;
    return [
      { type: "hello", v: 1, client: "page", epoch, rights, ...first },
      ...rest.map(({ cursor, topics }) => ({ type: "subscribe", topics, cursor })),
    ];
  }

  /** The topics by where they stand, the largest group first. */
  groups() {
    const groups = new Map();
    for (const [topic, cursor] of this.#standing) {
      groups.set(cursor, [...(groups.get(cursor) ?? []), topic]);
    }
    return [...groups]
      .map(([cursor, topics]) => ({ cursor, topics }))
      .sort((a, b) => b.topics.length - a.topics.length);
  }

  /** A frame or a pong says: everything that this socket lives by has been sent up to here. */
  moveTo(cursor) {
    // While a subscribe waits for its answer, a frame may be its catch-up alone.
    if (!cursor || this.#frozen || this.#unanswered.length) return;
    for (const topic of this.#standing.keys()) this.#standing.set(topic, cursor);
  }

  welcomed({ topics, refused, cursor }) {
    this.#stand(topics, cursor);
    this.drop(refused);
  }

  subscribed({ refused, cursor }) {
    // Topics that stood somewhere already may have older news on their way.
    this.#stand(this.#unanswered.shift() ?? [], cursor);
    this.drop(refused);
  }

  /** From here on what comes is not shown: every topic stays where it stands. */
  freeze() {
    this.#frozen = true;
  }

  /** Returns the messages that bring a live socket's screen what came meanwhile. */
  thaw() {
    this.#frozen = false;
    const groups = this.groups();
    this.#unanswered.push(...groups.map(() => []));
    return groups.map(({ cursor, topics }) => ({ type: "subscribe", topics, cursor }));
  }

  #stand(topics, cursor) {
    if (this.#frozen) return;
    for (const topic of topics) if (this.#standing.has(topic)) this.#standing.set(topic, cursor);
  }

  drop(topics) {
    for (const topic of topics) this.#standing.delete(topic);
  }
}
