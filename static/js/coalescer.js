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
  #again = new Set();
  #finished = new Map();

  /** run(key) may return a promise; it must not reject. */
  constructor(run, { timers = globalThis, random = Math.random, now = Date.now } = {}) {
    this.#run = run;
    this.#timers = timers;
    this.#random = random;
    this.#now = now;
  }

  want(key) {
    if (this.#running.has(key)) this.#again.add(key);
    else if (!this.#waiting.has(key)) this.#schedule(key);
  }

  /** Somebody waits for it: at once, or right after what is under way. */
  hurry(key) {
    if (this.#running.has(key)) {
      this.#again.add(key);
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

  #schedule(key) {
    this.#forgetRested();
    const rested = this.#now() - (this.#finished.get(key) ?? -Infinity);
    const wait = Math.max(0, AT_MOST_EVERY_MS - rested) + this.#random() * SPREAD_MS;
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
    if (this.#again.delete(key)) this.#schedule(key);
  }
}
