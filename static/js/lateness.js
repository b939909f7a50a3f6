// How long a frame was on its way, by the server's clock as this tab knows it from the answers to its
// pings. The error of that clock is half a round trip at most: a frame is never called later than it is.

export class Lateness {
  #clock;
  #ahead = null; // the server's clock less ours
  #error = 0;

  /** clock() must not jump: milliseconds since whenever. */
  constructor({ clock = () => performance.now() } = {}) {
    this.#clock = clock;
  }

  /** An answer came: the server's time in it, and the round trip in milliseconds. */
  note(serverTime, tripMs) {
    this.#error = tripMs / 2;
    this.#ahead = serverTime - (this.#clock() - this.#error);
  }

  /** Milliseconds at least; 0 while the server's clock is not known. */
  of(sentAt) {
    if (this.#ahead === null) return 0;
    return Math.max(0, this.#clock() + this.#ahead - this.#error - sentAt);
  }

  /** A new socket may lead to a server with another clock. */
  forget() {
    this.#ahead = null;
  }
}
