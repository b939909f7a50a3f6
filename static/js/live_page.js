// The conversation of one page with the server: what comes in goes where it belongs.

import { Connection } from "./connection.js";
import { Fragments, liveRegions, topicsOf } from "./fragments.js";
import { Heartbeat } from "./heartbeat.js";
import { Poller } from "./poller.js";
import { Quality } from "./quality.js";
import { Receipts } from "./receipts.js";
import { Regions } from "./regions.js";
import { StatusPill } from "./status_pill.js";
import { Subscriptions } from "./subscriptions.js";

const SOCKET = "/ws/live/";
const CHANGES = "/live/changes/";
const LOOK_AFTER = [
  "htmx:afterSwap",
  "htmx:oobAfterSwap",
  "htmx:historyRestore",
  "liveshelf:changed",
];
// What lives by more topics than a socket may have is asked for by the clock.
const BEYOND_EVERY_MS = 5_000;
// So many tries in a row without a word: this network may let no socket through.
const POLL_AFTER_FAILURES = 3;

export class LivePage {
  #departure;
  #subscriptions;
  #regions;
  #fragments;
  #connection;
  #heartbeat;
  #receipts;
  #poller;
  #quality = new Quality();
  #pill;
  #ended = false;

  constructor({ page, announcer, departure }) {
    this.#departure = departure;
    this.#subscriptions = new Subscriptions(page);
    this.#pill = new StatusPill({
      element: document.getElementById("connection"),
      announcer,
      quality: this.#quality,
    });
    this.#regions = new Regions({
      replace: (region, next) => this.#fragments.replace(region, next),
      loggedOut: () => departure.logIn(),
    });
    this.#fragments = new Fragments({
      announcer,
      askAgain: (region) => this.#regions.askAgain(region),
      process: (element) => globalThis.htmx?.process(element),
    });
    const send = (message) => this.#connection.send(message);
    this.#receipts = new Receipts({ send });
    this.#heartbeat = new Heartbeat({ send, silent: () => this.#connection.drop() });
    this.#poller = new Poller({
      ask: (...request) => fetch(...request),
      subscriptions: this.#subscriptions,
      page: { ...page, url: CHANGES },
      listener: {
        frame: (frame) => this.#take(frame),
        polled: () => this.#show("polling"),
        failed: () => this.#show("offline"),
        ended: (why) => this.#end(why),
      },
    });
    this.#connection = new Connection({
      openSocket: () => new WebSocket(new URL(SOCKET, location.href.replace(/^http/, "ws"))),
      greeting: () => this.#subscriptions.greeting(),
      listener: {
        connecting: () => this.#show("connecting"),
        live: () => this.#live(),
        frame: (frame, chars) => this.#hear(frame, chars),
        lost: (failures) => this.#lost(failures),
        ended: (why) => this.#end(why),
      },
    });
  }

  start() {
    this.#look();
    for (const event of LOOK_AFTER) {
      document.addEventListener(event, () => this.#look());
    }
    document.addEventListener("htmx:afterRequest", ({ detail }) => {
      if (detail.successful && detail.requestConfig.verb !== "get") this.#poller.hurry();
    });
    setInterval(() => this.#askBeyond(), BEYOND_EVERY_MS);
    window.addEventListener("online", () => this.#doubt());
    window.addEventListener("offline", () => this.#doubt());
    window.addEventListener("focus", () => this.#doubt());
    document.addEventListener("visibilitychange", () => document.hidden || this.#doubt());
    // A page that the browser keeps for "back" must hold no socket.
    window.addEventListener("pagehide", () => this.#rest());
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#connection.open());
    this.#connection.open();
  }

  /** Regions came or went. */
  #look() {
    const found = [...document.querySelectorAll("[data-topics]")].map((region) => ({
      region,
      topics: topicsOf(region),
      cursor: region.dataset.cursor,
    }));
    for (const message of this.#subscriptions.sync(found)) this.#connection.send(message);
  }

  #askBeyond() {
    const { beyond } = this.#subscriptions;
    if (beyond.size === 0 || document.hidden) return;
    for (const region of liveRegions()) {
      if (topicsOf(region).some((topic) => beyond.has(topic))) this.#regions.askAgain(region);
    }
  }

  /** Something happened to this machine: don't wait for the next beat, or for the next try. */
  #doubt() {
    if (this.#ended) return;
    if (this.#connection.isLive) this.#heartbeat.beat();
    else this.#connection.open();
  }

  #rest() {
    this.#connection.close();
    this.#heartbeat.stop();
    this.#receipts.forget();
    this.#poller.stop();
  }

  #live() {
    this.#poller.stop();
    this.#show("live");
    this.#heartbeat.start();
  }

  #lost(failures) {
    this.#heartbeat.stop();
    this.#receipts.forget();
    if (failures >= POLL_AFTER_FAILURES) this.#poller.start();
    this.#show("connecting");
  }

  #show(state) {
    if (state !== "connecting") this.#pill.show(state);
    // While it polls, or knows that there is no network, another try is no news.
    else if (!navigator.onLine) this.#pill.show("offline");
    else if (!this.#poller.isRunning) this.#pill.show("connecting");
  }

  #hear(frame, chars) {
    this.#take(frame);
    if (frame.type === "changes") this.#receipts.note(frame.cursor, chars);
    if (frame.type === "changes" || frame.type === "pong") this.#subscriptions.moveTo(frame.cursor);
  }

  #take(frame) {
    switch (frame.type) {
      case "changes":
        this.#pill.noteChange();
        this.#fragments.apply(frame);
        break;
      case "stale":
        this.#fragments.apply({ html: "", levels: [], removed: [], stale: frame.topics });
        break;
      case "welcome":
        this.#subscriptions.welcomed(frame);
        break;
      case "subscribed":
        this.#subscriptions.subscribed(frame);
        break;
      case "pong":
        this.#answered(frame);
        break;
      case "revoked":
        this.#revoked(frame.topics);
        break;
      case "reset":
        this.#reset(frame);
        break;
    }
  }

  #answered(frame) {
    const trip = this.#heartbeat.answered(frame);
    if (trip === null) return;
    this.#quality.note(trip);
    this.#pill.draw();
  }

  #revoked(topics) {
    this.#subscriptions.drop(topics);
    for (const topic of topics.filter((name) => name.startsWith("location:"))) {
      const code = CSS.escape(topic.slice("location:".length));
      document.querySelectorAll(`tr[data-location="${code}"]`).forEach((row) => row.remove());
    }
  }

  #reset({ why, after_ms: afterMs }) {
    if (this.#departure.reload(afterMs)) return;
    if (why === "rights") for (const region of liveRegions()) this.#regions.askAgain(region);
    // An open page of another epoch can't be continued from its cursor.
    if (!this.#connection.isLive || why === "epoch") this.#end("reset");
  }

  #end(why) {
    if (why === "refused") {
      this.#poller.start();
      return;
    }
    this.#ended = true;
    this.#rest();
    this.#pill.show("offline");
    if (why === "log_in") this.#departure.logIn();
    if (why === "outdated") this.#departure.reload();
  }
}
