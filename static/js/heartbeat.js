// Asks the server whether it is still there: every 20 s, and at once when that is in doubt.

const EVERY_MS = 20_000;
const SPREAD = 0.2;
const ANSWER_WITHIN_MS = 8_000;
// While other frames come the answer is behind them on a busy line; but it has to come.
const EXCUSED_FOR_MS = 24_000;

export class Heartbeat {
  #send;
  #silent;
  #timers;
  #random;
  #now;
  #n = 0;
  #asked = null; // {n, at} of the question that waits for its answer
  #unansweredSince = null;
  #next = null;
  #limit = null;

  /** send(message); silent() is called when no answer came in time. */
  constructor({
    send,
    silent,
    timers = globalThis,
    random = Math.random,
    now = () => performance.now(),
  }) {
    this.#send = send;
    this.#silent = silent;
    this.#timers = timers;
    this.#random = random;
    this.#now = now;
  }

  start() {
    this.stop();
    this.beat();
  }

  stop() {
    this.#timers.clearTimeout(this.#next);
    this.#timers.clearTimeout(this.#limit);
    this.#asked = this.#unansweredSince = null;
  }

  /** Ask now; the regular beat goes on from here. */
  beat() {
    this.#timers.clearTimeout(this.#next);
    this.#next = this.#timers.setTimeout(() => this.beat(), this.#pause());
    // An older question that is still open was asked before this tab slept: ask anew.
    if (this.#asked && this.#now() - this.#asked.at < ANSWER_WITHIN_MS) return;
    this.#n += 1;
    this.#asked = { n: this.#n, at: this.#now() };
    this.#unansweredSince ??= this.#now();
    this.#limitFromNow();
    this.#send({ type: "ping", n: this.#n, t: this.#now() });
  }

  /** Something came: not the answer yet, but nobody is silent. */
  heard() {
    if (this.#asked && this.#now() - this.#unansweredSince < EXCUSED_FOR_MS) this.#limitFromNow();
  }

  #limitFromNow() {
    this.#timers.clearTimeout(this.#limit);
    this.#limit = this.#timers.setTimeout(() => this.#silent(), ANSWER_WITHIN_MS);
  }

  #pause() {
    return Math.round(EVERY_MS * (1 - SPREAD + 2 * SPREAD * this.#random()));
  }

  /** Returns the round trip in milliseconds, or null for an answer nobody waits for. */
  answered({ n, t }) {
    if (n !== this.#asked?.n) return null;
    this.#asked = this.#unansweredSince = null;
    this.#timers.clearTimeout(this.#limit);
    return Math.max(0, this.#now() - t);
  }
}
