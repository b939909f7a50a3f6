// One client: the real modules of static/js from the socket to the cursors, on a page without a
// document. It writes down what it showed and in which state, to be held against the ledger.

import { Coalescer } from "../../../static/js/coalescer.js";
import { Line } from "../../../static/js/line.js";
import { Quality } from "../../../static/js/quality.js";
import { Receipts } from "../../../static/js/receipts.js";
import { RetryBudget } from "../../../static/js/retry_budget.js";
import { Subscriptions } from "../../../static/js/subscriptions.js";
import { Page } from "./page.js";

const LOAD_AGAIN_MS = 2_000;

export class Screen {
  #witness;
  #page = null;
  #line = null;
  #receipts = null;
  #subscriptions = null;
  #regions = new Coalescer((id) => this.#fetchRegion(id));
  #budget = new RetryBudget();
  #visit = 0;
  #state = "loading";

  /** witness.show(row) hears of every number that is put on the screen. */
  constructor({ path, cookie, port, witness }) {
    Object.assign(this, { path, cookie, port, socketPort: port });
    this.#witness = witness;
    this.ended = null;
    this.forget();
  }

  /** Forget what was written down so far. */
  forget() {
    this.states = [[Date.now(), this.#state]];
    this.shown = [...(this.#page?.rows.values() ?? [])].map(({ level, version }) => [0, level, version]);
    this.counts = { loads: 0, resets: 0, frames: 0, welcomes: 0, byes: 0, faults: 0, revoked: 0 };
  }

  get state() {
    return this.#state;
  }

  get rows() {
    return [...(this.#page?.rows.values() ?? [])].map(({ level, quantity, version, rev }) => [
      level,
      quantity,
      version,
      String(rev),
    ]);
  }

  async load() {
    this.#leave();
    const visit = this.#visit;
    this.counts.loads += 1;
    try {
      const answer = await this.#ask(this.path);
      if (visit !== this.#visit) return;
      if (answer.redirected) {
        this.#end("log_in");
        return;
      }
      if (!answer.ok) throw new Error(`the page answers ${answer.status}`);
      const html = await answer.text();
      if (visit === this.#visit) this.#open(new Page(html, (row) => this.#show(row)));
    } catch {
      // A person would press Reload.
      this.#loadAfter(LOAD_AGAIN_MS);
    }
  }

  #loadAfter(ms) {
    const visit = this.#visit;
    setTimeout(() => visit === this.#visit && this.load(), ms);
  }

  /** Give up the socket of now, and open another one. */
  reconnect() {
    this.#line?.rest();
    this.#line?.open();
  }

  doubt() {
    this.#line?.doubt();
  }

  /** The rows of the same page, loaded anew: what this screen should show by now. */
  async fresh() {
    const answer = await this.#ask(this.path).catch(() => null);
    if (!answer?.ok) return null;
    return [...new Page(await answer.text(), () => {}).rows.values()].map(
      ({ level, quantity, version, rev }) => [level, quantity, version, String(rev)],
    );
  }

  #ask(address, { headers, ...rest } = {}) {
    return fetch(new URL(address, `http://127.0.0.1:${this.port}`), {
      ...rest,
      headers: { ...headers, Cookie: this.cookie },
      signal: rest.signal ?? AbortSignal.timeout(10_000),
    });
  }

  #openSocket() {
    const origin = `http://127.0.0.1:${this.port}`;
    return new WebSocket(`ws://127.0.0.1:${this.socketPort}/ws/live/`, {
      headers: { Cookie: this.cookie, Origin: origin },
    });
  }

  #open(page) {
    this.#page = page;
    this.#subscriptions = new Subscriptions(page.stand);
    this.#receipts = new Receipts({ send: (message) => this.#line.send(message) });
    this.#line = new Line({
      openSocket: () => this.#openSocket(),
      ask: (address, how) => this.#ask(address, how),
      page: { ...page.stand, url: "/live/changes/" },
      subscriptions: this.#subscriptions,
      quality: new Quality(),
      view: { isHidden: () => false, isOnline: () => true, isWatched: () => true },
      listener: {
        changed: (state) => this.#say(state),
        frame: (frame, size) => this.#hear(frame, size),
        lost: () => this.#receipts.forget(),
        ended: (why) => this.#end(why),
        fault: (error) => this.#fault(error),
      },
    });
    this.#look();
    this.#line.open();
  }

  #leave() {
    this.#visit += 1;
    this.#line?.end();
    this.#line = null;
    this.#regions.stop();
    this.#say("loading");
  }

  #end(why) {
    this.ended = why;
    this.#line = null;
    this.#page = null;
    this.#say("ended");
  }

  #fault(error) {
    this.counts.faults += 1;
    this.#witness.fault(error);
  }

  #say(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.states.push([Date.now(), state]);
    this.#witness.changed();
  }

  #show(row) {
    this.shown.push([Date.now(), row.level, row.version]);
    this.#witness.show(row);
  }

  #look() {
    for (const message of this.#subscriptions.sync(this.#page.found)) this.#line.send(message);
  }

  // As live_page.js has it.
  #hear(frame, size) {
    this.#take(frame);
    if (!size || !this.#line) return;
    if (frame.type === "changes") this.#receipts.note(frame.cursor, size);
    if (frame.type === "changes" || frame.type === "pong") this.#subscriptions.moveTo(frame.cursor);
  }

  #take(frame) {
    switch (frame.type) {
      case "changes":
        this.counts.frames += 1;
        this.#witness.agree(frame);
        this.#page.apply(frame).forEach((id) => this.#regions.want(id, frame.spread_ms));
        break;
      case "welcome":
        this.counts.welcomes += 1;
        this.#subscriptions.welcomed(frame);
        break;
      case "subscribed":
        this.#subscriptions.subscribed(frame);
        break;
      case "revoked":
        this.counts.revoked += 1;
        this.#subscriptions.drop(frame.topics);
        this.#page.revoke(frame.topics);
        break;
      case "bye":
        this.counts.byes += 1;
        break;
      case "reset":
        this.counts.resets += 1;
        if (frame.why === "epoch") this.#line.rest();
        this.#loadAfter(frame.after_ms);
        break;
    }
  }

  async #fetchRegion(id) {
    const page = this.#page;
    const src = page?.regions.get(id)?.src;
    if (!src) return;
    try {
      const answer = await this.#ask(src, { headers: { "HX-Request": "true", "HX-Target": id } });
      if (answer.redirected) return;
      if (!answer.ok) throw new Error(`${src} answers ${answer.status}`);
      const html = await answer.text();
      if (page !== this.#page) return;
      page.replace(id, html);
      this.#look();
    } catch {
      const wait = this.#budget.take("medium");
      setTimeout(() => this.#regions.want(id), wait);
    }
  }
}
