// #connection: how live this page is, as a word, a shape and a colour.

const WORDS = {
  live: "Live",
  connecting: "Connecting",
  polling: "Delayed",
  offline: "Offline",
};
const PAUSED = "Paused";
// A line that comes back sooner was lost to nobody who hears the page.
const CONNECTING_IS_NEWS_AFTER_MS = 3_000;
const MEANS = {
  live: "Changes show here the moment they are saved.",
  connecting: "Looking for the server. What you see may be old.",
  polling: "The direct line is blocked. Changes show within a few seconds.",
  offline: "The server can't be reached. What you see is from before.",
};
const MEANS_PAUSED = "You stopped this page. Changes wait until you press Live.";

export class StatusPill {
  #element;
  #announcer;
  #quality;
  #state = "connecting";
  #isPaused = false;
  #timers;
  #wasLive = false;
  #told = "live"; // the first connection of a page is no news; losing it and having it back are
  #handle = null;

  constructor({ element, announcer, quality, timers = globalThis }) {
    this.#element = element;
    this.#announcer = announcer;
    this.#quality = quality;
    this.#timers = timers;
  }

  get state() {
    return this.#state;
  }

  /** The state in a sentence. */
  get meaning() {
    return this.#isPaused && this.#state === "live" ? MEANS_PAUSED : MEANS[this.#state];
  }

  show(state, { isPaused = false } = {}) {
    const before = this.#state;
    this.#state = state;
    this.#isPaused = isPaused;
    this.draw();
    if (before !== state) this.#announce(state);
  }

  stop() {
    this.#timers.clearTimeout(this.#handle);
  }

  #announce(state) {
    this.stop();
    this.#wasLive ||= state === "live";
    if (state !== "connecting") this.#tell(state);
    else if (this.#wasLive) {
      this.#handle = this.#timers.setTimeout(() => this.#tell(state), CONNECTING_IS_NEWS_AFTER_MS);
    }
  }

  #tell(state) {
    if (this.#told === state) return;
    this.#told = state;
    this.#announcer.tell(`${WORDS[state]}. ${MEANS[state]}`);
  }

  draw() {
    const element = this.#element;
    if (!element) return;
    element.dataset.state = this.#state;
    element.toggleAttribute("data-paused", this.#isPaused);
    const latency = this.#quality.latencyMs;
    if (latency === undefined || this.#state !== "live") {
      delete element.dataset.quality;
      delete element.dataset.latencyMs;
    } else {
      element.dataset.quality = this.#quality.name;
      element.dataset.latencyMs = String(Math.round(latency));
    }
    const word = element.querySelector("[data-word]") ?? element;
    const says = this.#isPaused && this.#state === "live" ? PAUSED : WORDS[this.#state];
    if (word.textContent !== says) word.textContent = says;
  }
}
