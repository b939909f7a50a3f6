// Regions that are asked for again, by the address in their data-src.

import { Arrears } from "./arrears.js";
import { Coalescer } from "./coalescer.js";
import { priorityOf, RetryBudget } from "./retry_budget.js";
import { topicsOf } from "./fragments.js";

const PATIENCE_MS = 10_000;

export class Regions {
  #replace;
  #loggedOut;
  #gone;
  #arrears;
  #budget = new RetryBudget();
  #coalescer = new Coalescer((id) => this.#fetch(id));
  #retries = new Map(); // id -> timer
  #dropped = new Set(); // ids that were still to be fetched when it stopped

  /**
   * replace(region, next) puts the answer in its place; gone(region): there is none, for this person;
   * behind() is called when `lateSince` changed.
   */
  constructor({ replace, gone, loggedOut, behind }) {
    this.#gone = gone;
    this.#replace = replace;
    this.#loggedOut = loggedOut;
    this.#arrears = new Arrears({ changed: behind });
  }

  /** spreadMs: over how long all who were told at once ask. */
  askAgain(region, spreadMs) {
    this.#arrears.note(region.id);
    this.#coalescer.want(region.id, spreadMs);
  }

  /** Somebody pressed a button and waits for it. */
  askNow(region) {
    this.#coalescer.hurry(region.id);
  }

  /** Since when something on the page is older than the rest; null while nothing is. */
  get lateSince() {
    return this.#arrears.since((id) => document.getElementById(id) !== null);
  }

  /** The line is back: what failed, or was left when it stopped, need not wait for its turn. */
  hurry() {
    for (const id of [...this.#retries.keys(), ...this.#dropped]) {
      this.#forgetRetry(id);
      this.#coalescer.want(id);
    }
    this.#dropped.clear();
  }

  /** What is not fetched yet is not forgotten: the cursor has passed it, and nobody tells it again. */
  stop() {
    this.#dropped = this.#arrears.ids;
    this.#arrears.stop();
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
    this.#arrears.asked(id);
    try {
      const answer = await fetch(address, {
        headers: { "HX-Request": "true", "HX-Target": id },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.redirected) this.#loggedOut();
      else if (answer.ok) this.#put(id, address, await answer.text());
      else if (answer.status === 404) this.#put(id, address, null);
      else this.#later(id, answer.status >= 500 || answer.status === 429);
    } catch {
      this.#later(id, true);
    }
  }

  #put(id, address, html) {
    this.#forgetRetry(id);
    const region = document.getElementById(id);
    if (region && region.dataset.src !== address) {
      // Meanwhile the person asked for something else, which has its own answer.
      this.#arrears.again(id);
      this.#coalescer.want(id);
      return;
    }
    this.#arrears.came(id);
    if (!region) return;
    if (html === null) {
      this.#gone(region);
      return;
    }
    const template = document.createElement("template");
    template.innerHTML = html;
    const next = template.content.getElementById(id);
    if (next) this.#replace(region, next);
  }

  #later(id, isWorthIt) {
    const region = document.getElementById(id);
    if (!region) return;
    this.#arrears.failed(id);
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
