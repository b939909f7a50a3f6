// Leaving the page because it must be loaded again or because the person must log in; but not
// while something typed would be lost, and not in a circle.

const LOGIN = "/login/";
const CIRCLE_MS = 10_000;
const MARK = "liveshelf:reloaded-at";

export class Departure {
  #messages;
  #hasEdits;
  #memory;
  #location;
  #timers;
  #now;

  /** memory is sessionStorage, location the window's. */
  constructor({ messages, hasEdits, memory, location, timers = globalThis, now = Date.now }) {
    this.#messages = messages;
    this.#hasEdits = hasEdits;
    this.#memory = memory;
    this.#location = location;
    this.#timers = timers;
    this.#now = now;
  }

  /** Load the page again; returns whether that will happen. */
  reload(afterMs = 0) {
    if (this.#hasEdits() || this.#isCircle()) {
      this.#ask();
      return false;
    }
    this.#timers.setTimeout(() => {
      if (this.#hasEdits()) this.#ask();
      else this.#reloadNow();
    }, afterMs);
    return true;
  }

  #ask() {
    this.#messages.banner({
      text: "This page is out of date. What you typed is still here.",
      action: "Reload",
      act: () => this.#reloadNow(),
    });
  }

  #reloadNow() {
    this.#memory.setItem(MARK, String(this.#now()));
    this.#location.reload();
  }

  // Loaded again just now and told the same: the next time it is the person who decides.
  #isCircle() {
    return this.#now() - Number(this.#memory.getItem(MARK) ?? -Infinity) < CIRCLE_MS;
  }

  logIn() {
    if (this.#hasEdits()) {
      this.#messages.banner({
        text: "You have been logged out. What you typed is still here.",
        action: "Log in",
        act: () => this.#toLogin(),
      });
    } else {
      this.#toLogin();
    }
  }

  #toLogin() {
    const { pathname, search } = this.#location;
    this.#location.assign(`${LOGIN}?next=${encodeURIComponent(pathname + search)}`);
  }

  /** Did following this address end at the login page? */
  static isLogin(address) {
    return Boolean(address) && new URL(address, "http://page").pathname === LOGIN;
  }
}
