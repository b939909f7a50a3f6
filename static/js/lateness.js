// How long a frame was on its way. The server's clock less ours is not known, but it has bounds: what
// has arrived was sent before, and what answers us was sent after we had asked. What is known is the
// narrowest of all bounds so far (Cristian 1989; Marzullo's intersection), so a frame is never called
// later than it is, and one slow answer spoils nothing.

// Frames that were on their way for so long pile up before a slow line: what is shown is not so now.
const LATE_MS = 2_000;
// Bounds that are further apart say little: an answer took so long that what it says may be as old.
const UNSURE_MS = 4_000;
// Stamps are rounded, and clocks drift: only bounds that miss each other by more mean another clock.
const SLACK_MS = 100;

export class Lateness {
  #clock;
  #least = -Infinity;
  #most = Infinity;
  #askedAt = 0;

  /** clock() must not jump: milliseconds since whenever. */
  constructor({ clock = () => performance.now() } = {}) {
    this.#clock = clock;
  }

  /** Something is asked now. */
  ask() {
    this.#askedAt = this.#clock();
  }

  /**
   * An answer came: when by its clock the server sent it, and how long ago it was asked for. Returns
   * whether it came soon enough to say how things are. A server that tells no time is believed.
   */
  note(sentAt, tripMs = this.#clock() - this.#askedAt) {
    if (sentAt === undefined) return true;
    const [least, most] = [sentAt - this.#clock(), sentAt - this.#clock() + tripMs];
    // One of the clocks was set, or runs at another pace: what was known is no longer so.
    if (most + SLACK_MS < this.#least || least - SLACK_MS > this.#most) this.forget();
    this.#least = Math.max(least, this.#least);
    this.#most = Math.min(most, this.#most);
    return this.isSure && !this.isLate(sentAt);
  }

  /** Milliseconds at least; 0 while the server's clock is not known. */
  of(sentAt) {
    return Math.max(0, this.#clock() + this.#least - sentAt);
  }

  isLate(sentAt) {
    return this.of(sentAt) >= LATE_MS;
  }

  /** Whether an answer ever came soon enough to tell by it what is late. */
  get isSure() {
    return this.#most - this.#least < UNSURE_MS;
  }

  /** A new socket may lead to a server with another clock. */
  forget() {
    this.#least = -Infinity;
    this.#most = Infinity;
  }
}
