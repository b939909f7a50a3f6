// Tells the server what has been applied: without it, what waits for this tab has a bound.

// An ack costs the server more than the ten frames that it is for.
const EVERY_MS = 3_000;
const EVERY_FRAMES = 32;
// A quarter of what the server lets wait.
const EVERY_CHARS = 64 * 1024;

export class Receipts {
  #send;
  #timers;
  #cursor = null;
  #frames = 0;
  #chars = 0;
  #handle = null;

  constructor({ send, timers = globalThis }) {
    this.#send = send;
    this.#timers = timers;
  }

  note(cursor, chars) {
    this.#cursor = cursor;
    this.#frames += 1;
    this.#chars += chars;
    if (this.#frames >= EVERY_FRAMES || this.#chars >= EVERY_CHARS) this.#acknowledge();
    else this.#handle ??= this.#timers.setTimeout(() => this.#acknowledge(), EVERY_MS);
  }

  #acknowledge() {
    this.#send({ type: "ack", cursor: this.#cursor });
    this.forget();
  }

  /** The socket that these frames came by is gone. */
  forget() {
    this.#timers.clearTimeout(this.#handle);
    this.#handle = null;
    this.#frames = this.#chars = 0;
  }
}
