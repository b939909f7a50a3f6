// Says at the foot of the page that the server can't be reached, without moving the page.

import { clock } from "./as_of.js";

export class OfflineBanner {
  #element;
  #tryNow;

  /** element holds a [data-word] and a button. */
  constructor({ element, tryNow }) {
    this.#element = element;
    this.#tryNow = tryNow;
  }

  watch(signal) {
    this.#element?.querySelector("button").addEventListener("click", this.#tryNow, { signal });
  }

  show(trueAt, now = Date.now()) {
    if (!this.#element) return;
    this.#element.hidden = false;
    const text = `No connection. Numbers are as of ${clock(trueAt, now)}; Liveshelf keeps trying.`;
    const word = this.#element.querySelector("[data-word]");
    if (word.textContent !== text) word.textContent = text;
  }

  hide() {
    if (this.#element) this.#element.hidden = true;
  }
}
