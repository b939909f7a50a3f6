// The chip "3 new · Show": rows that came, and rows that no longer fit, wait until they are wanted,
// so that no list jumps under the eyes of who reads it.

import { inWords } from "./row_difference.js";

export class News {
  #chip;
  #askNow;
  #announcer;
  #waiting = new Map(); // region -> difference
  #wanted = new Set();
  #said = false;

  /** chip: a button with a [data-word]; askNow(region) fetches what is shown then. */
  constructor({ chip, askNow, announcer }) {
    this.#chip = chip;
    this.#askNow = askNow;
    this.#announcer = announcer;
  }

  watch(signal) {
    this.#chip?.addEventListener("click", () => this.#show(), { signal });
  }

  /** Where there is no chip to press, nothing may wait for it. */
  mayMove(region) {
    return !this.#chip || this.#wanted.has(region);
  }

  /** An answer came: waits is the difference that it holds back, or null. */
  note(region, waits) {
    const wasWanted = this.#wanted.delete(region);
    if (waits) this.#waiting.set(region, waits);
    else this.#waiting.delete(region);
    if (wasWanted && document.activeElement === this.#chip) focusOn(region);
    this.#draw();
  }

  /** Regions that left the page wait for nothing. */
  look() {
    for (const region of [...this.#waiting.keys(), ...this.#wanted]) {
      if (region.isConnected) continue;
      this.#waiting.delete(region);
      this.#wanted.delete(region);
    }
    this.#draw();
  }

  // What came in the meantime is fetched anew: a row that is not on the page gets no pushes.
  #show() {
    if (this.#waiting.size === 0) return;
    this.#chip.setAttribute("aria-busy", "true");
    for (const region of this.#waiting.keys()) {
      this.#wanted.add(region);
      this.#askNow(region);
    }
  }

  #draw() {
    if (!this.#chip) return;
    const words = inWords([...this.#waiting.values()]);
    this.#chip.hidden = !words;
    if (this.#wanted.size === 0) this.#chip.removeAttribute("aria-busy");
    const word = this.#chip.querySelector("[data-word]");
    if (word.textContent !== words) word.textContent = words;
    // Said once, not at every change of the count.
    if (words && !this.#said) this.#announcer.tell(`${words}. The button Show brings them in.`);
    this.#said = Boolean(words);
  }
}

function focusOn(region) {
  region.querySelector("a[href], button, input")?.focus({ preventScroll: true });
}
