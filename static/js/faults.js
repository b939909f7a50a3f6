// One fault never stops the rest: it is caught where it happens, counted, and told to the console
// and to whoever listens for `liveshelf:fault`.

// A fault in every frame must not fill the memory of the console.
const MOST_REPORTED = 20;

export class Faults {
  #report;
  #tell;
  #count = 0;
  #last = "";
  #own = new WeakSet();

  /** report(error) tells the console, as reportError() does; tell({what, message}) the page. */
  constructor({ report, tell }) {
    this.#report = report;
    this.#tell = tell;
  }

  get count() {
    return this.#count;
  }

  /** The last one, in words. */
  get last() {
    return this.#last;
  }

  /** Returns whether it went well. */
  guard(what, act) {
    try {
      act();
      return true;
    } catch (error) {
      this.note(what, error);
      return false;
    }
  }

  note(what, error) {
    const report = new Error(`${what}: ${error?.message ?? error}`, { cause: error });
    this.#own.add(report);
    this.#tally(report.message);
    if (this.#count <= MOST_REPORTED) this.#report(report);
  }

  /** One that nobody caught; the console has it already. */
  overhear(error) {
    if (!this.#own.has(error)) this.#tally(String(error?.message ?? error));
  }

  #tally(message) {
    this.#count += 1;
    this.#last = message;
    this.#tell({ message, count: this.#count });
  }
}
