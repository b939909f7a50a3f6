// #connection: how live this page is, as a word, a shape and a colour; the details in its title.

const WORDS = {
  live: "Live",
  connecting: "Connecting",
  polling: "Every few seconds",
  offline: "Offline",
};
const MEANS = {
  live: "Changes show here the moment they are saved.",
  connecting: "Looking for the server; what you see may be old.",
  polling: "The direct line is blocked: changes show within a few seconds.",
  offline: "No connection: what you see is as of when it was lost.",
};

export class StatusPill {
  #element;
  #details;
  #announcer;
  #quality;
  #state = "connecting";
  #changedAt = null;

  constructor({ element, announcer, quality }) {
    this.#element = element;
    this.#details = element && addDetails(element);
    this.#announcer = announcer;
    this.#quality = quality;
  }

  get state() {
    return this.#state;
  }

  show(state) {
    const before = this.#state;
    this.#state = state;
    if (state !== "live") this.#quality.forget();
    this.draw();
    // The first connection of a page is no news; losing it and having it back are.
    const isNews = before !== state && (before === "live" || this.#changedAt !== null);
    if (isNews && state !== "connecting") this.#announcer.tell(`${WORDS[state]}. ${MEANS[state]}`);
    if (state === "live") this.#changedAt ??= new Date();
  }

  noteChange() {
    this.#changedAt = new Date();
    this.draw();
  }

  draw() {
    const element = this.#element;
    if (!element) return;
    element.dataset.state = this.#state;
    const latency = this.#quality.latencyMs;
    if (latency === undefined) {
      delete element.dataset.quality;
      delete element.dataset.latencyMs;
    } else {
      element.dataset.quality = this.#quality.name;
      element.dataset.latencyMs = String(Math.round(latency));
    }
    const word = element.querySelector("[data-word]") ?? element;
    if (word.textContent !== WORDS[this.#state]) word.textContent = WORDS[this.#state];
    element.title = this.#details.textContent = this.#inWords(latency);
  }

  #inWords(latency) {
    return [
      MEANS[this.#state],
      latency === undefined ? "" : `The server answers in ${Math.round(latency)} ms.`,
      this.#changedAt ? `Last heard of a change at ${this.#changedAt.toLocaleTimeString()}.` : "",
    ]
      .filter(Boolean)
      .join(" ");
  }
}

/** A finger can't hover: pressing the pill shows what its title says. */
function addDetails(element) {
  const details = document.createElement("p");
  details.id = "connection-details";
  details.className = "connection-details";
  details.popover = "auto";
  element.after(details);
  if (element.localName === "button") element.popoverTargetElement = details;
  return details;
}
