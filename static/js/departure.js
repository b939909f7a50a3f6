// Leaving the page because it must be loaded again or because the person must log in; but not
// while something typed would be lost, and not in a circle.

const LOGIN = "/login/";
const CIRCLE_MS = 30_000;
const CIRCLE_RELOADS = 3;
const MARK = "liveshelf:reloads";

export class Departure {
  #messages;
  #hasEdits;
  #mustStay;
  #memory;
  #location;
  #timers;
  #now;

  /** memory is sessionStorage, location the window's. */
  constructor({
    messages,
    hasEdits,
    mustStay = hasEdits,
    memory,
    location,
    timers = globalThis,
    now = Date.now,
  }) {
    this.#messages = messages;
    this.#hasEdits = hasEdits;
    this.#mustStay = mustStay;
    this.#memory = memory;
    this.#location = location;
    this.#timers = timers;
    this.#now = now;
  }

  /** Load the page again; returns whether that will happen. */
  reload(afterMs = 0) {
    if (this.#mustStay() || this.#isCircle()) {
      this.#ask();
      return false;
    }
    this.#timers.setTimeout(() => {
      if (this.#mustStay()) this.#ask();
      else this.#reloadNow();
    }, afterMs);
    return true;
  }

  #ask() {
    this.#messages.banner({
      text: `This page is out of date.${this.#keptWords()}`,
      action: "Reload",
      act: () => this.#reloadNow(),
    });
  }

  #reloadNow() {
    this.#memory.setItem(MARK, JSON.stringify([...this.#reloads(), this.#now()]));
    this.#location.reload();
  }

  // Loaded again and again and told the same: the next time it is the person who decides.
  #isCircle() {
    return this.#reloads().length >= CIRCLE_RELOADS;
  }

  #reloads() {
    const all = JSON.parse(this.#memory.getItem(MARK) ?? "[]");
    return all.filter((at) => this.#now() - at < CIRCLE_MS);
  }

  #keptWords() {
    return this.#hasEdits() ? " What you typed is still here." : "";
  }

  logIn() {
    if (this.#hasEdits()) {
      this.#messages.banner({
        text: `You have been logged out.${this.#keptWords()}`,
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
