// Marks what has just changed, for two seconds.

const FRESH_MS = 2_000;
// The marks are taken off together: each time is a picture to draw.
const SWEEP_EVERY_MS = 500;

export class Fresh {
  #timers;
  #now;
  #until = new Map(); // element -> when its mark goes
  #handle = null;

  constructor({ timers = globalThis, now = Date.now } = {}) {
    this.#timers = timers;
    this.#now = now;
  }

  mark(element) {
    element.classList.add("is-fresh");
    this.#until.set(element, this.#now() + FRESH_MS);
    this.#handle ??= this.#timers.setTimeout(() => this.#sweep(), SWEEP_EVERY_MS);
  }

  #sweep() {
    this.#handle = null;
    for (const [element, until] of this.#until) if (until <= this.#now()) this.#clear(element);
    if (this.#until.size) this.#handle = this.#timers.setTimeout(() => this.#sweep(), SWEEP_EVERY_MS);
  }

  #clear(element) {
    element.classList.remove("is-fresh");
    this.#until.delete(element);
  }

  /** All marks go, and no timer stays. */
  stop() {
    this.#timers.clearTimeout(this.#handle);
    this.#handle = null;
    for (const element of this.#until.keys()) this.#clear(element);
  }
}
