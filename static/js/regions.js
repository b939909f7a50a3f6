// Regions that are asked for again, by the address in their data-src.

import { Coalescer } from "./coalescer.js";

const PATIENCE_MS = 10_000;
const AGAIN_AFTER_MS = 3_000;

export class Regions {
  #replace;
  #loggedOut;
  #coalescer = new Coalescer((id) => this.#fetch(id));

  /** replace(region, next) puts the answer in its place. */
  constructor({ replace, loggedOut }) {
    this.#replace = replace;
    this.#loggedOut = loggedOut;
  }

  askAgain(region) {
    this.#coalescer.want(region.id);
  }

  async #fetch(id) {
    const address = document.getElementById(id)?.dataset.src;
    if (!address) return;
    let answer;
    try {
      answer = await fetch(address, {
        headers: { "HX-Request": "true", "HX-Target": id },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.redirected) this.#loggedOut();
      else if (answer.ok) this.#put(id, address, await answer.text());
      else if (answer.status >= 500 || answer.status === 429) this.#later(id);
    } catch {
      this.#later(id);
    }
  }

  #put(id, address, html) {
    const region = document.getElementById(id);
    if (!region) return;
    if (region.dataset.src !== address) {
      // Meanwhile the person asked for something else, which has its own answer.
      this.#coalescer.want(id);
      return;
    }
    const template = document.createElement("template");
    template.innerHTML = html;
    const next = template.content.getElementById(id);
    if (next) this.#replace(region, next);
  }

  #later(id) {
    setTimeout(() => this.#coalescer.want(id), AGAIN_AFTER_MS);
  }
}
