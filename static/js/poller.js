// The same frames over HTTP, for networks that let no socket through.

const EVERY_MS = 3_000;
const LONGEST_WAIT_MS = 30_000;
const SPREAD = 0.3;

export class Poller {
  #ask;
  #subscriptions;
  #page;
  #listener;
  #timers;
  #random;
  #etags = new Map();
  #running = false;
  #failures = 0;
  #handle = null;

  /**
   * ask is fetch(); page: {epoch, rights, url}.
   * listener: frame(frame), polled(), failed(), ended(why).
   */
  constructor({ ask, subscriptions, page, listener, timers = globalThis, random = Math.random }) {
    this.#ask = ask;
    this.#subscriptions = subscriptions;
    this.#page = page;
    this.#listener = listener;
    this.#timers = timers;
    this.#random = random;
  }

  get isRunning() {
    return this.#running;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#poll();
  }

  stop() {
    this.#running = false;
    this.#failures = 0;
    this.#timers.clearTimeout(this.#handle);
    this.#handle = null;
  }

  /** Something was just saved here: its answer is worth asking for. */
  hurry() {
    if (this.#handle === null) return;
    this.#timers.clearTimeout(this.#handle);
    this.#poll();
  }

  async #poll() {
    this.#handle = null;
    let retryAfterMs = 0;
    try {
      for (const group of this.#subscriptions.groups()) {
        retryAfterMs = Math.max(retryAfterMs, await this.#catchUp(group));
        if (!this.#running) return;
      }
      this.#failures = retryAfterMs ? this.#failures + 1 : 0;
    } catch {
      this.#failures += 1;
    }
    if (!this.#running) return;
    if (this.#failures) this.#listener.failed();
    else this.#listener.polled();
    this.#handle = this.#timers.setTimeout(() => this.#poll(), this.#pause(retryAfterMs));
  }

  #pause(atLeastMs) {
    const wait = Math.min(LONGEST_WAIT_MS, EVERY_MS * 2 ** this.#failures);
    return Math.max(atLeastMs, Math.round(wait * (1 - SPREAD + 2 * SPREAD * this.#random())));
  }

  /** Returns how long the server asked to wait, in milliseconds. */
  async #catchUp({ cursor, topics }) {
    const { url, epoch, rights } = this.#page;
    const key = topics.join();
    const query = new URLSearchParams({ cursor, topics: key, epoch, rights });
    const etag = this.#etags.get(key);
    const answer = await this.#ask(`${url}?${query}`, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
      signal: AbortSignal.timeout(10_000),
    });
    if (!this.#running || answer.status === 304) return 0;
    if (answer.status === 503) return 1000 * Number(answer.headers.get("Retry-After") ?? 2);
    if (answer.status === 401 || answer.redirected) this.#end("log_in");
    else if (answer.status === 400) this.#end("outdated");
    else if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    else await this.#take(answer, key);
    return 0;
  }

  async #take(answer, key) {
    const { frames } = await answer.json();
    if (!this.#running) return;
    this.#etags.set(key, answer.headers.get("ETag"));
    for (const frame of frames) this.#listener.frame(frame);
  }

  #end(why) {
    this.stop();
    this.#listener.ended(why);
  }
}
