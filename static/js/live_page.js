// The conversation of one page with the server: what comes in goes where it belongs.

import { hasEdits } from "./forms.js";
import { Fragments, liveRegions, topicsOf } from "./fragments.js";
import { Line } from "./line.js";
import { LiveStatus } from "./live_status.js";
import { MovedUnder } from "./moved_under.js";
import { News } from "./news.js";
import { Pause } from "./pause.js";
import { Presence } from "./presence.js";
import { Quality } from "./quality.js";
import { Receipts } from "./receipts.js";
import { Regions } from "./regions.js";
import { Subscriptions } from "./subscriptions.js";

const SOCKET = "/ws/live/";
const CHANGES = "/live/changes/";
const LOOK_AFTER = ["htmx:afterSwap", "htmx:oobAfterSwap", "htmx:historyRestore"];
const DOUBT_AFTER = ["online", "offline", "focus"];
// After these the screen shows all that the server had.
const CAUGHT_UP = new Set(["welcome", "subscribed", "polled"]);
// What lives by more topics than a socket may have is asked for by the clock.
const BEYOND_EVERY_MS = 5_000;

export class LivePage {
  #departure;
  #faults;
  #subscriptions;
  #regions;
  #fragments;
  #line;
  #receipts;
  #status;
  #presence;
  #pause;
  #news;
  #movedUnder = new MovedUnder();
  #beyond = null;
  #mustLook = false;
  #awaited = 0; // answers that bring what came while it was paused
  #held = new Set(); // regions whose answer came while it was paused
  #mustShow = new Set(); // ids of regions that show what the person may not see any more
  #stopped = new AbortController();

  constructor({ page, announcer, departure, faults }) {
    this.#departure = departure;
    this.#faults = faults;
    this.#subscriptions = new Subscriptions(page);
    const quality = new Quality();
    this.#status = new LiveStatus({
      page: document,
      line: () => this.#line,
      quality,
      faults,
      announcer,
      tryNow: () => this.#line.doubt(),
    });
    this.#pause = new Pause({
      button: document.getElementById("pause"),
      changed: () => this.#paused(),
    });
    this.#news = new News({
      chip: document.getElementById("news"),
      askNow: (region) => this.#regions.askNow(region),
      announcer,
    });
    this.#regions = new Regions({
      replace: (region, next) => this.#replace(region, next),
      gone: (region) => this.#fragments.clear(region),
      loggedOut: () => departure.logIn(),
      behind: () => this.#status.late(this.#regions.lateSince),
    });
    this.#fragments = new Fragments({
      announcer,
      askAgain: (region, spreadMs) => this.#regions.askAgain(region, spreadMs),
      process: (element) => globalThis.htmx?.process(element),
      faults,
    });
    this.#receipts = new Receipts({ send: (message) => this.#line.send(message) });
    this.#presence = new Presence({
      element: document.getElementById("presence"),
      send: (message) => this.#line.send(message),
      hasEdits,
      isHidden: () => document.hidden,
      isTrue: () => this.#line.state === "live" && !this.#pause.isOn,
    });
    this.#line = new Line({
      openSocket: () => new WebSocket(new URL(SOCKET, location.href.replace(/^http/, "ws"))),
      ask: (...request) => fetch(...request),
      page: { ...page, url: CHANGES },
      subscriptions: this.#subscriptions,
      quality,
      view: {
        isHidden: () => document.hidden,
        isOnline: () => navigator.onLine,
        isWatched: () => !document.hidden && !this.#pause.isOn,
      },
      listener: {
        changed: (state) => this.#tell(state),
        frame: (frame, size) => this.#hear(frame, size),
        lost: () => this.#lost(),
        ended: (why) => this.#ended(why),
        fault: (error) => faults.note("a frame that can't be read", error),
      },
    });
  }

  get isPaused() {
    return this.#pause.isOn;
  }

  start() {
    const { signal } = this.#stopped;
    const on = (target, event, act) => {
      const guarded = (...given) => this.#faults.guard(event, () => act(...given));
      target.addEventListener(event, guarded, { signal });
    };
    for (const event of LOOK_AFTER) on(document, event, () => this.#look());
    on(document, "liveshelf:changed", ({ target }) => this.#changed(target));
    on(document, "htmx:afterRequest", ({ detail }) => {
      if (detail.successful && detail.requestConfig.verb !== "get") this.#line.hurry();
    });
    for (const event of DOUBT_AFTER) on(window, event, () => this.#line.doubt());
    on(document, "visibilitychange", () => this.#line.viewChanged());
    // A page that the browser keeps for "back" must hold no socket and no timer. One that it does not
    // keep it ends itself: a socket that is still opening, closed here, would be an error to it.
    on(window, "pagehide", ({ persisted }) => persisted && this.#rest());
    on(window, "pageshow", ({ persisted }) => persisted && this.#wake());
    this.#status.watch(signal);
    this.#pause.watch(signal);
    this.#news.watch(signal);
    this.#presence.watch(document, signal);
    this.#look();
    this.#wake();
  }

  /** Leave nothing behind: no listener, no timer, no socket. */
  stop() {
    this.#rest();
    this.#stopped.abort();
  }

  #wake() {
    this.#beyond = setInterval(() => this.#askBeyond(), BEYOND_EVERY_MS);
    this.#line.open();
  }

  #rest() {
    clearInterval(this.#beyond);
    this.#regions.stop();
    this.#fragments.stop();
    this.#line.rest();
    this.#status.rest();
  }

  #tell(state) {
    this.#status.changed(state);
    this.#presence.draw();
  }

  #lost() {
    this.#receipts.forget();
    this.#presence.lost();
  }

  #changed(element) {
    this.#movedUnder.changed(document, element);
    if (this.#mustLook) return;
    // Once for all the rows of a frame.
    this.#mustLook = true;
    queueMicrotask(() => {
      this.#mustLook = false;
      this.#faults.guard("looking at the page", () => this.#look());
    });
  }

  /** Regions came or went. */
  #look() {
    const found = [...document.querySelectorAll("[data-topics]")].map((region) => ({
      region,
      topics: topicsOf(region),
      cursor: region.dataset.cursor,
    }));
    for (const message of this.#subscriptions.sync(found)) this.#line.send(message);
    this.#movedUnder.look(document);
    this.#news.look();
    this.#status.late(this.#regions.lateSince);
  }

  #askBeyond() {
    const { beyond } = this.#subscriptions;
    if (beyond.size === 0 || document.hidden || this.#pause.isOn) return;
    for (const region of liveRegions()) {
      if (topicsOf(region).some((topic) => beyond.has(topic))) this.#regions.askAgain(region);
    }
  }

  #paused() {
    this.#presence.draw();
    if (this.#pause.isOn) {
      this.#awaited = 0;
      this.#subscriptions.freeze();
      this.#status.pause(true);
      return;
    }
    const messages = this.#subscriptions.thaw();
    messages.forEach((message) => this.#line.send(message));
    this.#awaited = messages.length;
    if (!this.#line.isLive || messages.length === 0) this.#status.pause(false);
    this.#held.forEach((region) => this.#regions.askAgain(region));
    this.#held.clear();
    this.#line.hurry();
  }

  /** It says live again when what waited is on the screen. */
  #resumed() {
    if (this.#awaited === 0) return;
    this.#awaited -= 1;
    if (this.#awaited === 0 || !this.#line.isLive) this.#status.pause(this.#pause.isOn);
  }

  #replace(region, next) {
    const mustShow = this.#mustShow.delete(region.id);
    if (this.#pause.isOn && !mustShow) {
      this.#held.add(region);
      this.#pause.note([region.id]);
      return;
    }
    this.#faults.guard(`drawing ${region.id}`, () => {
      const mayMove = mustShow || this.#news.mayMove(region);
      this.#news.note(region, this.#fragments.replace(region, next, { mayMove }));
    });
  }

  #hear(frame, size) {
    if (CAUGHT_UP.has(frame.type)) this.#resumed();
    if (CAUGHT_UP.has(frame.type) || this.#line.state === "live") this.#status.confirm();
    // What can't be drawn is asked for again; it must not hold back what follows.
    this.#faults.guard(`a ${frame.type} frame`, () => this.#take(frame));
    // Over HTTP a group of topics moves by its own `welcome`.
    if (!size) return;
    this.#faults.guard("presence", () => this.#presence.hear(frame));
    if (frame.type === "changes") this.#receipts.note(frame.cursor, size);
    if (frame.type === "changes" || frame.type === "pong") this.#subscriptions.moveTo(frame.cursor);
  }

  #take(frame) {
    switch (frame.type) {
      case "changes":
        this.#status.noteChange();
        return this.#show(frame);
      case "stale":
        return this.#show({ html: "", levels: [], removed: [], stale: frame.topics });
      case "welcome":
        this.#subscriptions.welcomed(frame);
        return this.#regions.hurry();
      case "subscribed":
        return this.#subscriptions.subscribed(frame);
      case "revoked":
        return this.#revoked(frame.topics);
      case "reset":
        return this.#reset(frame);
    }
  }

  #show(frame) {
    if (this.#pause.isOn) this.#pause.note(this.#fragments.concerning(frame));
    else this.#fragments.apply(frame);
  }

  #revoked(topics) {
    this.#subscriptions.drop(topics);
    for (const region of liveRegions()) {
      const isOfSystem = region.dataset.quiet !== undefined;
      if (isOfSystem && topicsOf(region).every((topic) => topics.includes(topic))) region.remove();
    }
    for (const topic of topics.filter((name) => name.startsWith("location:"))) {
      const code = CSS.escape(topic.slice("location:".length));
      document.querySelectorAll(`tr[data-location="${code}"]`).forEach((row) => row.remove());
    }
  }

  #reset({ why, after_ms: afterMs }) {
    // Nothing comes for a page of another epoch: until it is loaded again, it is not live.
    if (why === "epoch") this.#line.rest();
    if (this.#departure.reload(afterMs)) return;
    for (const region of why === "rights" ? liveRegions() : []) {
      this.#mustShow.add(region.id);
      this.#regions.askAgain(region);
    }
    // An open page of another epoch can't be continued from its cursor.
    if (!this.#line.isLive || why === "epoch") this.#line.end();
  }

  #ended(why) {
    if (why === "log_in") this.#departure.logIn();
    if (why === "outdated") this.#departure.reload();
  }
}
