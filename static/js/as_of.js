// #as-of: while the page is not live, each number on it says when it was last true.

// A page that was just loaded is true for as long as the first connection usually takes.
const JUST_LOADED_MS = 2_000;

export class AsOf {
  #element;
  #root;
  #timers;
  #now;
  #loadedAt;
  #trueAt;
  #handle = null;

  /** loadedAt: when the page was asked for; root gets `data-old` for the style sheet. */
  constructor({ element, root, loadedAt, timers = globalThis, now = Date.now }) {
    this.#element = element;
    this.#root = root;
    this.#timers = timers;
    this.#now = now;
    this.#loadedAt = this.#trueAt = loadedAt;
  }

  get trueAt() {
    return this.#trueAt;
  }

  /** The server has just said that all of it is so. */
  confirm() {
    this.#trueAt = this.#now();
  }

  /** Everything is as of the last word from the server, or what could not be fetched is. */
  old({ since = this.#trueAt, isPart = false } = {}) {
    this.stop();
    const show = () => this.#say(`${isPart ? "Some numbers" : "Numbers"} as of ${clock(since, this.#now())}`);
    const wait = this.#loadedAt + JUST_LOADED_MS - this.#now();
    if (this.#trueAt === this.#loadedAt && wait > 0) this.#handle = this.#timers.setTimeout(show, wait);
    else show();
  }

  fresh() {
    this.stop();
    delete this.#root.dataset.old;
    if (this.#element) this.#element.hidden = true;
  }

  stop() {
    this.#timers.clearTimeout(this.#handle);
  }

  #say(text) {
    this.#root.dataset.old = "";
    if (!this.#element) return;
    this.#element.hidden = false;
    if (this.#element.textContent !== text) this.#element.textContent = text;
  }
}

/** 14:02, and with its day when that is not today. */
export function clock(at, now) {
  const [then, today] = [new Date(at), new Date(now)];
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === today.toDateString()) return time;
  return `${then.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}
