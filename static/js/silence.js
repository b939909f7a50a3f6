// For how long nothing was heard of the server, also over the sleep of this machine.

// A beat of the heart with its spread and its limit: nothing for longer, and the line is in doubt.
const SURE_FOR_MS = 32_000;
// How long a machine that woke may look live before it asks: its browser need not tell it, and its
// timers slept as well, so the next beat and its limit may be half a minute away.
const LOOK_EVERY_MS = 2_000;

export class Silence {
  #tooLong;
  #timers;
  #now;
  #heardAt;
  #handle = null;

  /** tooLong() is called as long as it lasts; now() has to go on while the machine sleeps. */
  constructor({ tooLong, timers, now }) {
    this.#tooLong = tooLong;
    this.#timers = timers;
    this.#now = now;
    this.#heardAt = now();
  }

  get isTooLong() {
    return this.#now() - this.#heardAt > SURE_FOR_MS;
  }

  heard() {
    this.#heardAt = this.#now();
  }

  watch() {
    this.stop();
    this.#handle = this.#timers.setTimeout(() => {
      if (this.isTooLong) this.#tooLong();
      this.watch();
    }, LOOK_EVERY_MS);
  }

  stop() {
    this.#timers.clearTimeout(this.#handle);
  }
}
