// What the modules are handed in tests instead of the browser's own.

/** A clock that only moves when it is told to. */
export class Clock {
  time = 1_000_000;
  #next = 1;
  #timers = new Map();

  now = () => this.time;
  setTimeout = (callback, wait = 0) => {
    this.#timers.set(this.#next, { callback, at: this.time + wait });
    return this.#next++;
  };
  clearTimeout = (handle) => this.#timers.delete(handle);

  /** Let time pass, and what promises wait for happen in between. */
  async pass(ms) {
    const end = this.time + ms;
    await settled();
    for (let due = this.#due(end); due; due = this.#due(end)) {
      const [handle, { callback, at }] = due;
      this.#timers.delete(handle);
      this.time = Math.max(this.time, at);
      callback();
      await settled();
    }
    this.time = end;
  }

  #due(end) {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
  }
}

export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export class Socket {
  sent = [];
  closed = false;

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  hear(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  /** Every call of a listener's methods, in order. */
  static listener(...names) {
    const calls = [];
    const listener = Object.fromEntries(
      names.map((name) => [name, (...values) => calls.push([name, ...values])]),
    );
    return { calls, listener };
  }
}
