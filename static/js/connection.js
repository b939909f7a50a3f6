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
  #failures = 0;
  #notBeforeMs = 0;
  #deadline = null;
  #steady = null;

  /**
   * openSocket() makes a WebSocket; greeting() gives the messages that a new one begins with.
   * listener: connecting(), live(), frame(frame, size), lost(failures), ended(why).
   */
  constructor({ openSocket, greeting, listener, timers = globalThis, random = Math.random }) {
    this.#openSocket = openSocket;
    this.#greeting = greeting;
    this.#listener = listener;
    this.#timers = timers;
    this.#retry = new RetryTimer(() => this.open(), { timers, random });
  }

  get isLive() {
    return this.#live;
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
    const frame = JSON.parse(text);
    if (frame.type === "bye") this.#notBeforeMs = frame.after_ms;
    if (frame.type === "welcome") this.#isLiveNow();
    this.#listener.frame(frame, text.length);
  }

  #isLiveNow() {
    this.#live = true;
    this.#failures = 0;
    this.#timers.clearTimeout(this.#deadline);
    this.#steady = this.#timers.setTimeout(() => this.#retry.reset(), STEADY_AFTER_MS);
    this.#listener.live();
  }

  /** Nobody answers: a closing handshake would wait for the same silence, so don't. */
  drop() {
    if (!this.#socket) return;
    this.#letGo();
    this.#comeBack();
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
    this.#forget();
    const why = FINAL.get(code);
    if (why) this.#listener.ended(why);
    else this.#comeBack();
  }

  #comeBack() {
    this.#failures += 1;
    this.#retry.schedule(this.#notBeforeMs);
    this.#notBeforeMs = 0;
    this.#listener.lost(this.#failures);
  }

  #forget() {
    this.#socket = null;
    this.#greeted = this.#live = false;
    this.#timers.clearTimeout(this.#deadline);
    this.#timers.clearTimeout(this.#steady);
  }
}
