// Regions that are asked for again, by the address in their data-src.

import { Coalescer } from "./coalescer.js";
import { priorityOf, RetryBudget } from "./retry_budget.js";
import { topicsOf } from "./fragments.js";

const PATIENCE_MS = 10_000;

export class Regions {
  #replace;
  #loggedOut;
  #behind;
  #budget = new RetryBudget();
  #coalescer = new Coalescer((id) => this.#fetch(id));
  #late = new Map(); // id -> since when it could not be fetched
  #retries = new Map(); // id -> timer

  /** replace(region, next) puts the answer in its place; behind() is called when `lateSince` changed. */
  constructor({ replace, loggedOut, behind }) {
    this.#replace = replace;
    this.#loggedOut = loggedOut;
    this.#behind = behind;
  }

  /** spreadMs: over how long all who were told at once ask. */
  askAgain(region, spreadMs) {
    this.#coalescer.want(region.id, spreadMs);
  }

  /** Somebody pressed a button and waits for it. */
  askNow(region) {
    this.#coalescer.hurry(region.id);
  }

  /** Since when something on the page is older than the rest; null while nothing is. */
  get lateSince() {
    const here = [...this.#late].filter(([id]) => document.getElementById(id));
    return here.length ? Math.min(...here.map(([, since]) => since)) : null;
  }

  /** The line is back: what failed need not wait for its turn. */
  hurry() {
    for (const id of [...this.#retries.keys()]) {
      this.#forgetRetry(id);
      this.#coalescer.want(id);
    }
  }

  stop() {
    this.#coalescer.stop();
    [...this.#retries.keys()].forEach((id) => this.#forgetRetry(id));
  }

  #forgetRetry(id) {
    clearTimeout(this.#retries.get(id));
    this.#retries.delete(id);
  }

  async #fetch(id) {
    const address = document.getElementById(id)?.dataset.src;
    if (!address) return;
    const askedAt = Date.now();
    let answer;
    try {
      answer = await fetch(address, {
        headers: { "HX-Request": "true", "HX-Target": id },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.redirected) this.#loggedOut();
      else if (answer.ok) this.#put(id, address, await answer.text());
      else this.#later(id, askedAt, answer.status >= 500 || answer.status === 429);
    } catch {
      this.#later(id, askedAt, true);
    }
  }

  #put(id, address, html) {
    this.#forgetRetry(id);
    if (this.#late.delete(id)) this.#behind();
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

  #later(id, askedAt, isWorthIt) {
    const region = document.getElementById(id);
    if (!region) return;
    if (!this.#late.has(id)) this.#late.set(id, askedAt);
    this.#behind();
    if (!isWorthIt) return;
    const isEdited = region.querySelector("form[data-edited]") !== null;
    const wait = this.#budget.take(priorityOf({ topics: topicsOf(region), isEdited }));
    this.#forgetRetry(id);
    const retry = setTimeout(() => {
      this.#retries.delete(id);
      this.#coalescer.want(id);
    }, wait);
    this.#retries.set(id, retry);
  }
}
