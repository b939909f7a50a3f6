// Many clients in one process. Reads commands as lines of JSON and answers each by a line.

import { createInterface } from "node:readline";
import { rowsIn } from "./page.js";
import { Screen } from "./screen.js";

const BEGIN_APART_MS = 80;
const MOST_FAULTS = 20;

const screens = [];
const watchers = new Set();
const numbers = new Map(); // level:version -> quantity; one version has one number, for everybody
let wrong = [];

const witness = {
  changed: () => watchers.forEach((look) => look()),
  fault: (error) => note(`a client failed: ${error?.stack ?? error}`),
  show({ level, version, quantity }) {
    const key = `${level}:${version}`;
    if (!numbers.has(key)) numbers.set(key, quantity);
    else if (numbers.get(key) !== quantity) {
      note(`level ${level} in version ${version} is ${quantity} and ${numbers.get(key)}`);
    }
  },
  agree(frame) {
    const drawn = new Map(rowsIn(frame.html).map((row) => [row.level, row]));
    for (const { id, quantity, version, new: isAskedFor } of frame.levels) {
      const row = drawn.get(id);
      if (!row && isAskedFor) continue;
      if (row?.quantity !== quantity || row?.version !== version) {
        note(`a frame says ${quantity} in version ${version} and draws ${row?.quantity} for level ${id}`);
      }
    }
  },
};

function note(what) {
  if (wrong.length < MOST_FAULTS) wrong.push(what);
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function chosen(places) {
  return places ? places.map((place) => screens[place]) : screens;
}

/** Resolves when all of them are in this state (or none is), or with what they are in instead. */
function until({ state, none = false, within_ms: withinMs, places }) {
  return new Promise((done) => {
    const look = () => {
      if (chosen(places).every((screen) => (screen.state === state) !== none)) finish({ all: true });
    };
    const finish = (answer) => {
      clearTimeout(late);
      watchers.delete(look);
      done(answer);
    };
    const late = setTimeout(() => finish({ all: false, ...commands.states({ places }) }), withinMs);
    watchers.add(look);
    look();
  });
}

const commands = {
  async open({ screens: wanted }) {
    for (const { path, cookie, port } of wanted) {
      const screen = new Screen({ path, cookie, port, witness });
      screens.push(screen);
      screen.load();
      await pause(BEGIN_APART_MS);
    }
    return screens.length;
  },

  until,

  states({ places }) {
    const states = {};
    for (const { state } of chosen(places)) states[state] = (states[state] ?? 0) + 1;
    return { states };
  },

  /** Anew, in another session. */
  reopen({ places, cookie }) {
    for (const screen of chosen(places)) {
      screen.cookie = cookie;
      screen.ended = null;
      screen.load();
    }
    return places.length;
  },

  /** Sockets that are opened from now on go by this port. */
  reroute({ places, socket_port: port }) {
    for (const screen of chosen(places)) screen.socketPort = port;
    return places.length;
  },

  /** Somebody looks at it. */
  doubt({ places }) {
    chosen(places).forEach((screen) => screen.doubt());
    return true;
  },

  reconnect({ places }) {
    chosen(places).forEach((screen) => screen.reconnect());
    return places.length;
  },

  forget({ numbers: too }) {
    if (too) numbers.clear();
    wrong = [];
    screens.forEach((screen) => screen.forget());
    return true;
  },

  rows({ places }) {
    return chosen(places).map((screen) => screen.rows);
  },

  fresh({ places }) {
    return Promise.all(chosen(places).map((screen) => screen.fresh()));
  },

  record() {
    return {
      wrong,
      numbers: [...numbers],
      screens: screens.map(({ states, shown, counts, state, ended }) => ({ states, shown, counts, state, ended })),
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...given } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await commands[name](given))}\n`);
}
process.exit(0);
