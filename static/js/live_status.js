// What a person is told about the line: the pill and its details, "as of", and the banner.

import { AsOf } from "./as_of.js";
import { LineDetails } from "./line_details.js";
import { OfflineBanner } from "./offline_banner.js";
import { StatusPill } from "./status_pill.js";

export class LiveStatus {
  #line;
  #quality;
  #faults;
  #pill;
  #details;
  #asOf;
  #banner;
  #changedAt = null;
  #isPaused = false;
  #lateSince = null;

  /** line() gives {state, hasEnded, reconnects, plan}; tryNow() is the banner's button. */
  constructor({ page, line, quality, faults, announcer, tryNow }) {
    this.#line = line;
    this.#quality = quality;
    this.#faults = faults;
    const element = page.getElementById("connection");
    this.#pill = new StatusPill({ element, announcer, quality });
    this.#details = new LineDetails({ pill: element, read: () => this.#now() });
    this.#asOf = new AsOf({
      element: page.getElementById("as-of"),
      root: page.body,
      loadedAt: performance.timeOrigin,
    });
    this.#banner = new OfflineBanner({ element: page.getElementById("offline"), tryNow });
  }

  watch(signal) {
    this.#details.attach();
    this.#banner.watch(signal);
    signal.addEventListener("abort", () => {
      this.#details.detach();
      this.rest();
    });
  }

  /** The page is left, perhaps only for a while: no timer goes on. */
  rest() {
    this.#pill.stop();
    this.#asOf.stop();
  }

  changed(state) {
    if (state !== this.#pill.state) this.#pill.show(state, { isPaused: this.#isPaused });
    this.#pill.draw();
    this.#draw();
  }

  /** The server said that the screen is so as it is. */
  confirm() {
    if (!this.#isPaused) this.#asOf.confirm();
  }

  noteChange() {
    this.#changedAt = Date.now();
  }

  /** Since when a part of the page could not be fetched; null: all of it is there. */
  late(since) {
    this.#lateSince = since;
    this.#draw();
  }

  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#pill.show(this.#pill.state, { isPaused });
    this.#draw();
  }

  #draw() {
    const { state, hasEnded } = this.#line();
    const since = Math.min(this.#asOf.trueAt, this.#lateSince ?? Infinity);
    if (state !== "live" || this.#isPaused) this.#asOf.old({ since });
    else if (this.#lateSince !== null) this.#asOf.old({ since: this.#lateSince, isPart: true });
    else this.#asOf.fresh();
    // A page that ended has a banner of its own, with what the person can do.
    if (state === "offline" && !hasEnded) this.#banner.show(since);
    else this.#banner.hide();
  }

  #now() {
    const { state, hasEnded, reconnects, plan } = this.#line();
    return {
      meaning: this.#pill.meaning,
      state,
      hasEnded,
      reconnects,
      plan,
      latencyMs: this.#quality.latencyMs,
      jitterMs: this.#quality.jitterMs,
      quality: this.#quality.name,
      changedAt: this.#changedAt,
      faults: this.#faults,
    };
  }
}
