// The one socket of this tab: opened, greeted, watched, and opened again when it is lost.

import { RetryTimer } from "./retry_timer.js";

const OPEN_WITHIN_MS = 8_000;
const STEADY_AFTER_MS = 10_000;

// Coming back at once would end the same way; every other code means: come back.
export const FINAL = new Map([
  [4400, "outdated"],
  [4401, "log_in"],
  [4403, "refused"],
]);

export class Connection {
  #openSocket;
  #greeting;
  #listener;
  #timers;
  #retry;
  #socket = null;
  #greeted = false;
  #live = false;
  #isSteady = false;
  #notBeforeMs = 0;
  #deadline = null;
  #steady = null;

  /**
   * openSocket() makes a WebSocket; greeting() gives the messages that a new one begins with.
   * listener: connecting(), live(), frame(frame, size), lost({failed}), ended(why), fault(error).
   * A socket failed that was never steady, unless the server said goodbye.
   */
  constructor({ openSocket, greeting, listener, timers = globalThis, random = Math.random, now = Date.now }) {
    this.#openSocket = openSocket;
    this.#greeting = greeting;
    this.#listener = listener;
    this.#timers = timers;
    this.#retry = new RetryTimer(() => this.open(), { timers, random, now });
  }

  get isLive() {
    return this.#live;
  }

  get isOpening() {
    return this.#socket !== null && !this.#live;
  }

  /** When the next try is due, by the clock; null while a socket is there or none is wanted. */
  get triesAt() {
    return this.#retry.dueAt;
  }

  /** Open it now, whatever wait was going on; nothing happens where one is open or opening. */
  open() {
    if (this.#socket) return;
    this.#retry.cancel();
    this.#listener.connecting();
    const socket = this.#openSocket();
    this.#socket = socket;
    this.#deadline = this.#timers.setTimeout(() => this.drop(), OPEN_WITHIN_MS);
    socket.onopen = () => this.#greet();
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #greet() {
    this.#greeting().forEach((message) => this.#put(message));
    this.#greeted = true;
  }

  /** Send a message; before the greeting it is not sent, because the greeting says it all. */
  send(message) {
    if (this.#greeted) this.#put(message);
  }

  #put(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #hear(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch (error) {
      // What it said is lost: a new socket says it again, from the cursor.
      this.#listener.fault(error);
      this.drop();
      return;
    }
    if (frame.type === "bye") this.#notBeforeMs = frame.after_ms;
    if (frame.type === "welcome") this.#isLiveNow();
    this.#listener.frame(frame, text.length);
  }

  #isLiveNow() {
    this.#live = true;
    this.#timers.clearTimeout(this.#deadline);
    this.#steady = this.#timers.setTimeout(() => this.#settled(), STEADY_AFTER_MS);
    this.#listener.live();
  }

  #settled() {
    this.#isSteady = true;
    this.#retry.reset();
  }

  /** Nobody answers: a closing handshake would wait for the same silence, so don't. */
  drop() {
    if (!this.#socket) return;
    const failed = !this.#isSteady;
    this.#letGo();
    this.#comeBack(failed);
  }

  /** End it without coming back, until somebody calls open(). */
  close() {
    this.#retry.cancel();
    if (this.#socket) this.#letGo();
  }

  #letGo() {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    this.#forget();
    socket.close();
  }

  #closed(code) {
    const failed = !this.#isSteady && this.#notBeforeMs === 0;
    this.#forget();
    const why = FINAL.get(code);
    if (why) this.#listener.ended(why);
    else this.#comeBack(failed);
  }

  #comeBack(failed) {
    this.#retry.schedule(this.#notBeforeMs);
    this.#notBeforeMs = 0;
    this.#listener.lost({ failed });
  }

  /** Not by the usual wait: after this one. Nothing happens where a socket is open or opening. */
  tryAfter(ms) {
    if (!this.#socket) this.#retry.after(ms);
  }

  /** Back to the usual waits. */
  trySoon() {
    if (!this.#socket) this.#retry.schedule();
  }

  #forget() {
    this.#socket = null;
    this.#greeted = this.#live = this.#isSteady = false;
    this.#timers.clearTimeout(this.#deadline);
    this.#timers.clearTimeout(this.#steady);
  }
}
