// Waits before each try: full jitter, so that many clients that lost one server come back spread.

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

export class RetryTimer {
  #callback;
  #random;
  #timers;
  #now;
  #tries = 0;
  #handle = null;
  #dueAt = null;

  constructor(callback, { random = Math.random, timers = globalThis, now = Date.now } = {}) {
    this.#callback = callback;
    this.#random = random;
    this.#timers = timers;
    this.#now = now;
  }

  get tries() {
    return this.#tries;
  }

  /** When the next try is due, by the clock; null while none is. */
  get dueAt() {
    return this.#dueAt;
  }

  /** Try again after a random part of a wait that doubles; returns the wait in milliseconds. */
  schedule(atLeastMs = 0) {
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries);
    this.#tries += 1;
    return this.after(Math.max(atLeastMs, Math.round(this.#random() * ceiling)));
  }

  /** Try again after exactly this wait, which is not a try more. */
  after(wait) {
    this.cancel();
    this.#dueAt = this.#now() + wait;
    this.#handle = this.#timers.setTimeout(() => {
      this.cancel();
      this.#callback();
    }, wait);
    return wait;
  }

  reset() {
    this.cancel();
    this.#tries = 0;
  }

  cancel() {
    this.#timers.clearTimeout(this.#handle);
    this.#handle = this.#dueAt = null;
  }
}
