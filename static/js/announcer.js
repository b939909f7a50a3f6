// One sentence for people who hear the page, however many rows changed meanwhile.

const QUIET_MS = 1_500;
const LONGEST_WAIT_MS = 6_000;

export class Announcer {
  #say;
  #timers;
  #now;
  #changes = new Map();
  #since = 0;
  #handle = null;

  /** say(text) puts it into the polite live region. */
  constructor(say, { timers = globalThis, now = Date.now } = {}) {
    this.#say = say;
    this.#timers = timers;
    this.#now = now;
  }

  /** change: {id, name, place, quantity}; a later one of the same id counts. */
  note(change) {
    if (this.#changes.size === 0) this.#since = this.#now();
    this.#changes.set(change.id, change);
    this.#timers.clearTimeout(this.#handle);
    const left = this.#since + LONGEST_WAIT_MS - this.#now();
    this.#handle = this.#timers.setTimeout(() => this.#sum(), Math.max(0, Math.min(QUIET_MS, left)));
  }

  /** Something that can't wait, like the loss of the connection. */
  tell(text) {
    this.#say(text);
  }

  #sum() {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    this.#say(summary(changes));
  }
}

export function summary(changes) {
  if (changes.length > 2) return `${changes.length} rows on this page changed.`;
  return changes.map(sentence).join(" ");
}

function sentence({ name, place, quantity }) {
  return place ? `${name}, ${place}: now ${quantity}.` : `${name} changed.`;
}
