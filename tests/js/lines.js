// A line whose other end, clock and network are in the hands of the test.

import { Lateness } from "../../static/js/lateness.js";
import { Line } from "../../static/js/line.js";
import { Quality } from "../../static/js/quality.js";
import { Clock, Socket } from "./fakes.js";

export const WELCOME = { type: "welcome", cursor: "1:1:", topics: [], refused: [] };
const AHEAD_MS = 1_700_000_000_000; // the server's clock before ours

export function line() {
  const clock = new Clock();
  const sockets = [];
  const asked = [];
  const view = { hidden: false, online: true };
  const server = { http: true };
  const states = [];
  const { calls, listener } = Socket.listener("frame", "lost", "ended", "fault");
  const made = new Line({
    openSocket: () => sockets[sockets.push(new Socket()) - 1],
    ask: async (address) => {
      asked.push(address);
      if (!server.http) throw new TypeError("network");
      return { status: 304, ok: false, headers: new Headers() };
    },
    page: { epoch: "e", rights: "r", url: "/live/changes/" },
    subscriptions: {
      greeting: () => [{ type: "hello" }],
      groups: () => [{ cursor: "1:1:", topics: ["summary"] }],
    },
    quality: new Quality(),
    view: {
      isHidden: () => view.hidden,
      isOnline: () => view.online,
      isWatched: () => !view.hidden,
    },
    listener: {
      ...listener,
      changed: (state) => states.at(-1) !== state && states.push(state),
    },
    timers: clock,
    random: () => 0.5,
    now: clock.now,
    clock: clock.now,
    lateness: new Lateness({ clock: clock.now }),
  });
  const serverTime = () => AHEAD_MS + clock.now();
  const welcome = () => {
    sockets.at(-1).onopen();
    sockets.at(-1).hear({ ...WELCOME, sent_at: serverTime() });
  };
  const fail = () => sockets.at(-1).onclose({ code: 1006 });
  const pong = (sentAt = serverTime()) => {
    const ping = sockets.at(-1).sent.findLast(({ type }) => type === "ping");
    sockets.at(-1).hear({ ...ping, type: "pong", server_time: sentAt });
  };
  const changes = (sentAt = serverTime()) =>
    sockets.at(-1).hear({ type: "changes", cursor: "2:2:", sent_at: sentAt });
  return { made, clock, sockets, asked, view, server, states, calls, welcome, fail, pong, changes, serverTime };
}

export function live() {
  const all = line();
  all.made.open();
  all.welcome();
  all.pong();
  return all;
}
