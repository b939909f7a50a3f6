// The line to the server: a socket, watched by a heartbeat, and asking over HTTP where no socket
// holds. Says which of live, connecting, polling and offline it is; knows no document.

import { Connection } from "./connection.js";
import { Heartbeat } from "./heartbeat.js";
import { Lateness } from "./lateness.js";
import { Poller } from "./poller.js";
import { Silence } from "./silence.js";

// So many failures within so long: this network may let no socket through.
const FAILURES = 2;
const WITHIN_MS = 15_000;
const TRY_SOCKET_EVERY_MS = 60_000;
const SPREAD = 0.2;
// A tab that nobody looks at gives its socket back.
const SLEEP_AFTER_MS = 5 * 60_000;

export class Line {
  #view;
  #listener;
  #timers;
  #random;
  #now;
  #quality;
  #connection;
  #heartbeat;
  #poller;
  #failedAt = [];
  #polled = null; // how the last poll went: true, false, or null before the first
  #silence;
  #isInDoubt = false;
  #lateness;
  #sleep = null;
  #hasNoSocket = false;
  #ended = false;
  #wasLive = false;
  #reconnects = 0;

  /**
   * view: {isHidden(), isOnline(), isWatched()}.
   * listener: changed(state), frame(frame, size), lost(), ended(why), fault(error). `polled` is
   * told to it as a frame of that type: the screen is as true as the answer.
   */
  constructor({
    openSocket,
    ask,
    page,
    subscriptions,
    quality,
    view,
    listener,
    timers = globalThis,
    random = Math.random,
    now = Date.now,
    clock = () => performance.now(),
    lateness = new Lateness(),
  }) {
    this.#view = view;
    this.#listener = listener;
    this.#timers = timers;
    this.#random = random;
    this.#now = now;
    this.#quality = quality;
    this.#silence = new Silence({ tooLong: () => this.#isInDoubt || this.doubt(), timers, now });
    this.#lateness = lateness;
    this.#connection = new Connection({
      openSocket,
      greeting: () => {
        lateness.ask();
        return subscriptions.greeting();
      },
      listener: {
        connecting: () => this.#tell(),
        live: () => this.#isLiveNow(),
        frame: (frame, size) => this.#hear(frame, size),
        lost: (how) => this.#lost(how),
        ended: (why) => this.#end(why),
        fault: (error) => listener.fault(error),
      },
      timers,
      random,
      now,
    });
    this.#heartbeat = new Heartbeat({
      send: (message) => this.send(message),
      silent: () => this.#silent(),
      timers,
      random,
      now: clock,
    });
    this.#poller = new Poller({
      ask,
      subscriptions,
      page,
      listener: {
        frame: (frame) => listener.frame(frame, 0),
        polled: () => this.#heardByAsking(),
        failed: () => this.#askedInVain(),
        ended: (why) => this.#end(why),
      },
      isWatched: view.isWatched,
      timers,
      random,
      now,
    });
  }

  get state() {
    if (this.#ended) return "offline";
    if (this.#connection.isLive && !this.#isInDoubt) return "live";
    if (this.#poller.isRunning && this.#polled !== null) return this.#polled ? "polling" : "offline";
    return this.#view.isOnline() ? "connecting" : "offline";
  }

  get isLive() {
    return this.#connection.isLive;
  }

  get hasEnded() {
    return this.#ended;
  }

  /** How often it was live again after a loss. */
  get reconnects() {
    return this.#reconnects;
  }

  /** What it will do by itself, and when by the clock: {opens, isOpening, asks}; null: not. */
  get plan() {
    const { triesAt: opens, isOpening } = this.#connection;
    return { opens, isOpening, asks: this.#poller.asksAt };
  }

  send(message) {
    this.#connection.send(message);
  }

  open() {
    if (!this.#ended && !this.#hasNoSocket) this.#connection.open();
    this.#watchSleep();
  }

  /** Something happened to this machine: don't wait for the next beat, or for the next try. */
  doubt() {
    if (this.#ended) return;
    if (this.#connection.isLive) {
      if (this.#silence.isTooLong || !this.#view.isOnline()) this.#isInDoubt = true;
      this.#heartbeat.beat();
    } else {
      this.open();
    }
    this.#poller.hurry();
    this.#tell();
  }

  /** The tab was hidden, or is looked at again. */
  viewChanged() {
    if (!this.#view.isHidden()) this.doubt();
    this.#watchSleep();
  }

  /** Something was just saved here: over HTTP its answer is worth asking for. */
  hurry() {
    this.#poller.hurry();
  }

  /** The page is left, perhaps only for a while. */
  rest() {
    this.#timers.clearTimeout(this.#sleep);
    this.#silence.stop();
    this.#connection.close();
    this.#heartbeat.stop();
    this.#poller.stop();
    this.#polled = null;
    this.#listener.lost();
    this.#tell();
  }

  #watchSleep() {
    this.#timers.clearTimeout(this.#sleep);
    if (!this.#view.isHidden()) return;
    this.#sleep = this.#timers.setTimeout(() => this.#goToSleep(), SLEEP_AFTER_MS);
  }

  #goToSleep() {
    if (!this.#ended && this.#view.isHidden()) this.rest();
  }

  #isLiveNow() {
    if (this.#wasLive) this.#reconnects += 1;
    this.#wasLive = true;
    this.#poller.stop();
    this.#polled = null;
    this.#heartbeat.start();
    this.#silence.watch();
  }

  #hear(frame, size) {
    this.#silence.heard();
    if (frame.type === "pong") this.#answered(frame);
    else this.#heartbeat.heard();
    if (frame.type === "welcome") this.#trust(frame.sent_at);
    if (frame.type === "changes" && this.#lateness.isLate(frame.sent_at)) this.#askAgain();
    this.#listener.frame(frame, size);
    this.#tell();
  }

  #answered(pong) {
    const trip = this.#heartbeat.answered(pong);
    if (trip === null) return;
    this.#quality.note(trip);
    this.#trust(pong.server_time, trip);
  }

  /**
   * What comes out of a socket that was in doubt may have waited in the machine, and late news is
   * news: only an answer to a question asked since can say that it was the last, if it came soon.
   */
  #trust(sentAt, trip) {
    if (this.#lateness.note(sentAt, trip)) this.#isInDoubt = false;
    else this.#askAgain();
  }

  #askAgain() {
    this.#isInDoubt = true;
    this.#heartbeat.beat();
  }

  /** No answer in time. A hidden tab is not declared dead: its timers and its network may sleep. */
  #silent() {
    this.#isInDoubt = true;
    if (!this.#view.isHidden()) this.#connection.drop();
  }

  #lost({ failed }) {
    this.#heartbeat.stop();
    this.#silence.stop();
    this.#quality.forget();
    this.#lateness.forget();
    this.#isInDoubt = false;
    if (failed) this.#failedAt.push(this.#now());
    else this.#stopAsking();
    this.#failedAt = this.#failedAt.filter((at) => this.#now() - at <= WITHIN_MS);
    if (this.#failedAt.length >= FAILURES) this.#poller.start();
    if (this.#polled) this.#tryInAMinute();
    this.#listener.lost();
    this.#tell();
  }

  /**
   * It was live, or was told its turn: sockets get through, and asking over HTTP while a server
   * lets its pages in one after the other would take the turns of others.
   */
  #stopAsking() {
    this.#failedAt = [];
    this.#poller.stop();
    this.#polled = null;
  }

  #tryInAMinute() {
    const spread = 1 - SPREAD + 2 * SPREAD * this.#random();
    if (!this.#hasNoSocket) this.#connection.tryAfter(Math.round(TRY_SOCKET_EVERY_MS * spread));
  }

  #heardByAsking() {
    const before = this.#polled;
    this.#polled = true;
    this.#silence.heard();
    this.#listener.frame({ type: "polled" }, 0);
    // It may be the server that was away. A socket that fails now, too, is tried in a minute.
    if (before !== true) this.open();
    this.#tell();
  }

  #askedInVain() {
    if (this.#polled !== false && !this.#hasNoSocket) this.#connection.trySoon();
    this.#polled = false;
    this.#tell();
  }

  #end(why) {
    if (why === "refused") {
      this.#hasNoSocket = true;
      this.#poller.start();
      return;
    }
    this.end();
    this.#listener.ended(why);
  }

  /** Nothing more can come of this page. */
  end() {
    this.#ended = true;
    this.rest();
  }

  #tell() {
    this.#listener.changed(this.state);
  }
}
