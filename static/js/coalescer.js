// Many wishes for the same thing become one: at most once a second, never twice at a time.

const AT_MOST_EVERY_MS = 1_000;
// Everybody who looks at the same thing is told at the same moment; they do not ask as one.
const SPREAD_MS = 300;

export class Coalescer {
  #run;
  #timers;
  #random;
  #now;
  #waiting = new Map(); // key -> timer
  #running = new Set();
  #again = new Map(); // key -> spread
  #finished = new Map();

  /** run(key) may return a promise; it must not reject. */
  constructor(run, { timers = globalThis, random = Math.random, now = Date.now } = {}) {
    this.#run = run;
    this.#timers = timers;
    this.#random = random;
    this.#now = now;
  }

  /** spreadMs: how long those take who are told at the same moment, where they are many. */
  want(key, spreadMs = 0) {
    if (this.#running.has(key)) this.#again.set(key, Math.max(spreadMs, this.#again.get(key) ?? 0));
    else if (!this.#waiting.has(key)) this.#schedule(key, spreadMs);
  }

  /** Somebody waits for it: at once, or right after what is under way. */
  hurry(key) {
    if (this.#running.has(key)) {
      this.#again.set(key, 0);
      return;
    }
    this.#timers.clearTimeout(this.#waiting.get(key));
    this.#start(key);
  }

  /** What waits is dropped; what is wanted after this is scheduled as ever. */
  stop() {
    this.#waiting.forEach((handle) => this.#timers.clearTimeout(handle));
    this.#waiting.clear();
    this.#again.clear();
  }

  #schedule(key, spreadMs) {
    this.#forgetRested();
    const rested = this.#now() - (this.#finished.get(key) ?? -Infinity);
    const wait = Math.max(0, AT_MOST_EVERY_MS - rested) + this.#random() * Math.max(SPREAD_MS, spreadMs);
    this.#waiting.set(key, this.#timers.setTimeout(() => this.#start(key), wait));
  }

  /** Who has rested long enough needs no memory. */
  #forgetRested() {
    for (const [key, at] of this.#finished) {
      if (this.#now() - at >= AT_MOST_EVERY_MS) this.#finished.delete(key);
    }
  }

  async #start(key) {
    this.#waiting.delete(key);
    this.#running.add(key);
    await this.#run(key);
    this.#running.delete(key);
    this.#finished.set(key, this.#now());
    const spreadMs = this.#again.get(key);
    if (this.#again.delete(key)) this.#schedule(key, spreadMs);
  }
}
