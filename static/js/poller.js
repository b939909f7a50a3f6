// The same frames over HTTP, for networks that let no socket through.

const EVERY_MS = 3_000;
const UNWATCHED_EVERY_MS = 30_000;
const LONGEST_WAIT_MS = 30_000;
const SPREAD = 0.3;
const PATIENCE_MS = 10_000;
// A server that asks for longer is asked all the same.
const LONGEST_ASKED_FOR_MS = 300_000;

const TAKEN = { isTurnedAway: false, retryAfterMs: 0 };

export class Poller {
  #ask;
  #subscriptions;
  #page;
  #listener;
  #isWatched;
  #timers;
  #random;
  #now;
  #etags = new Map();
  #running = null; // aborts what is under way when it is stopped
  #failures = 0;
  #handle = null;
  #dueAt = null;

  /**
   * ask is fetch(); page: {epoch, rights, url}; isWatched() says whether somebody looks.
   * listener: frame(frame), polled(), failed(), ended(why).
   */
  constructor({
    ask,
    subscriptions,
    page,
    listener,
    isWatched = () => true,
    timers = globalThis,
    random = Math.random,
    now = Date.now,
  }) {
    this.#ask = ask;
    this.#subscriptions = subscriptions;
    this.#page = page;
    this.#listener = listener;
    this.#isWatched = isWatched;
    this.#timers = timers;
    this.#random = random;
    this.#now = now;
  }

  get isRunning() {
    return this.#running !== null;
  }

  /** When it asks next, by the clock; null while it asks or does not run. */
  get asksAt() {
    return this.#dueAt;
  }

  start() {
    if (this.#running) return;
    this.#running = new AbortController();
    this.#poll(this.#running.signal);
  }

  stop() {
    this.#running?.abort();
    this.#running = null;
    this.#failures = 0;
    this.#forgetTurn();
  }

  /** Something was just saved here, or somebody looks again: don't wait for the next turn. */
  hurry() {
    if (this.#handle === null) return;
    this.#forgetTurn();
    this.#poll(this.#running.signal);
  }

  #forgetTurn() {
    this.#timers.clearTimeout(this.#handle);
    this.#handle = this.#dueAt = null;
  }

  async #poll(stopped) {
    this.#forgetTurn();
    let retryAfterMs = 0;
    let isTurnedAway = false;
    try {
      const groups = this.#subscriptions.groups();
      this.#forgetAllBut(groups);
      for (const group of groups) {
        const answer = await this.#catchUp(group, stopped);
        if (stopped.aborted) return;
        isTurnedAway ||= answer.isTurnedAway;
        retryAfterMs = Math.max(retryAfterMs, answer.retryAfterMs);
      }
      this.#failures = isTurnedAway ? this.#failures + 1 : 0;
    } catch {
      this.#failures += 1;
    }
    if (stopped.aborted) return;
    if (this.#failures) this.#listener.failed();
    else this.#listener.polled();
    if (stopped.aborted) return;
    const pause = this.#pause(retryAfterMs);
    this.#dueAt = this.#now() + pause;
    this.#handle = this.#timers.setTimeout(() => this.#poll(stopped), pause);
  }

  #forgetAllBut(groups) {
    const keys = new Set(groups.map(({ topics }) => topics.join()));
    for (const key of this.#etags.keys()) if (!keys.has(key)) this.#etags.delete(key);
  }

  #pause(atLeastMs) {
    const every = this.#isWatched() ? EVERY_MS : UNWATCHED_EVERY_MS;
    const wait = Math.min(LONGEST_WAIT_MS, every * 2 ** this.#failures);
    return Math.max(atLeastMs, Math.round(wait * (1 - SPREAD + 2 * SPREAD * this.#random())));
  }

  /** Whether the server had no time for it, and how long it asked to wait, in milliseconds. */
  async #catchUp({ cursor, topics }, stopped) {
    const { url, epoch, rights } = this.#page;
    const key = topics.join();
    const query = new URLSearchParams({ cursor, topics: key, epoch, rights });
    const etag = this.#etags.get(key);
    const answer = await this.#ask(`${url}?${query}`, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
      signal: AbortSignal.any([stopped, AbortSignal.timeout(PATIENCE_MS)]),
    });
    if (stopped.aborted || answer.status === 304) return TAKEN;
    if (answer.status === 503) {
      const retryAfterMs = inMilliseconds(answer.headers.get("Retry-After"), this.#now());
      return { isTurnedAway: true, retryAfterMs };
    }
    if (answer.status === 401 || answer.redirected) this.#end("log_in");
    else if (answer.status === 400) this.#end("outdated");
    else if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    else await this.#take(answer, key, stopped);
    return TAKEN;
  }

  async #take(answer, key, stopped) {
    const { frames } = await answer.json();
    if (stopped.aborted) return;
    this.#etags.set(key, answer.headers.get("ETag"));
    for (const frame of frames) this.#listener.frame(frame);
  }

  #end(why) {
    this.stop();
    this.#listener.ended(why);
  }
}

/** Retry-After: seconds, or a date; what is neither asks for no time (RFC 9110, 10.2.3). */
function inMilliseconds(retryAfter, now) {
  const text = retryAfter?.trim() ?? "";
  const wait = /^\d+$/.test(text) ? 1000 * Number(text) : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), LONGEST_ASKED_FOR_MS) : 0;
}
