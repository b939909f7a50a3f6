// #connection: how live this page is, as a word, a shape and a colour.

const WORDS = {
  live: "Live",
  connecting: "Connecting",
  polling: "Delayed",
  offline: "Offline",
};
const PAUSED = "Paused";
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
  #wasLive = false;

  constructor({ element, announcer, quality }) {
    this.#element = element;
    this.#announcer = announcer;
    this.#quality = quality;
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
    // The first connection of a page is no news; losing it and having it back are.
    const isNews = before !== state && (this.#wasLive || state === "offline" || state === "polling");
    if (isNews && state !== "connecting") this.#announcer.tell(`${WORDS[state]}. ${MEANS[state]}`);
    if (state === "live") this.#wasLive = true;
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
