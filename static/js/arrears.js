// What on the page is known to be older than the rest: a change was told of, and not fetched yet.

// The rest between two fetches, a place among others who fetch, and the answer take as long as this
// without anybody's fault; longer, and the page has to say so.
const PATIENCE_MS = 2_000;

export class Arrears {
  #changed;
  #timers;
  #now;
  #since = new Map(); // id -> since when something newer is known that nobody has asked for
  #asked = new Map(); // id -> the same, of what the answer under way will bring
  #failed = new Set();
  #handle = null;

  /** changed() is called when what `since` says may have changed. */
  constructor({ changed, timers = globalThis, now = Date.now }) {
    this.#changed = changed;
    this.#timers = timers;
    this.#now = now;
  }

  get ids() {
    return new Set([...this.#since.keys(), ...this.#asked.keys()]);
  }

  /** Since when the oldest is old, of what failed or takes too long; null: nothing is. */
  since(isHere = () => true) {
    const late = [...this.ids].filter((id) => isHere(id) && this.#isLate(id));
    return late.length ? Math.min(...late.map((id) => this.#sinceOf(id))) : null;
  }

  note(id) {
    if (!this.#since.has(id)) this.#since.set(id, this.#now());
    this.#arm();
  }

  /** What is noted after this is not in the answer. */
  asked(id) {
    if (!this.#since.has(id)) return;
    this.#asked.set(id, this.#sinceOf(id));
    this.#since.delete(id);
  }

  came(id) {
    const had = this.#asked.delete(id);
    if (this.#failed.delete(id) || had) this.#changed();
  }

  /** The answer was for something else: it is still to be asked for. */
  again(id) {
    if (this.#asked.has(id)) this.#since.set(id, this.#sinceOf(id));
    this.#asked.delete(id);
  }

  failed(id) {
    this.again(id);
    this.note(id);
    this.#failed.add(id);
    this.#changed();
  }

  stop() {
    this.#timers.clearTimeout(this.#handle);
    this.#handle = null;
  }

  #sinceOf(id) {
    return Math.min(this.#since.get(id) ?? Infinity, this.#asked.get(id) ?? Infinity);
  }

  #isLate(id) {
    return this.#failed.has(id) || this.#dueAt(id) <= this.#now();
  }

  #dueAt(id) {
    return this.#sinceOf(id) + PATIENCE_MS;
  }

  #arm() {
    const next = Math.min(...[...this.ids].filter((id) => !this.#isLate(id)).map((id) => this.#dueAt(id)));
    if (this.#handle !== null || next === Infinity) return;
    this.#handle = this.#timers.setTimeout(() => {
      this.#handle = null;
      this.#changed();
      this.#arm();
    }, next - this.#now());
  }
}
