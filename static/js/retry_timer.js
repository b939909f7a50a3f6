// Waits before each try: full jitter, so that many clients that lost one server come back spread.

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

export class RetryTimer {
  #callback;
  #random;
  #timers;
  #tries = 0;
  #handle = null;

  constructor(callback, { random = Math.random, timers = globalThis } = {}) {
    this.#callback = callback;
    this.#random = random;
    this.#timers = timers;
  }

  get tries() {
    return this.#tries;
  }

  /** Try again after a random part of a wait that doubles; returns the wait in milliseconds. */
  schedule(atLeastMs = 0) {
    this.cancel();
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries);
    const wait = Math.max(atLeastMs, Math.round(this.#random() * ceiling));
    this.#tries += 1;
    this.#handle = this.#timers.setTimeout(() => {
      this.#handle = null;
      this.#callback();
    }, wait);
    return wait;
  }

  reset() {
    this.cancel();
    this.#tries = 0;
  }

  cancel() {
    if (this.#handle !== null) this.#timers.clearTimeout(this.#handle);
    this.#handle = null;
  }
}
