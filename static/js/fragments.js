// A `changes` frame -> the page: swap by id what is newer, take out what left, and find what has
// to be asked for again.

import { isInUse, isNewer, Merge } from "./merge.js";
import { mustAskAgain } from "./list_rules.js";
import { Fresh } from "./fresh.js";
import { keepingFocus } from "./focus_keeper.js";
import { difference } from "./row_difference.js";

const MARKS = ["topics", "cursor"];

export class Fragments {
  #announcer;
  #askAgain;
  #process;
  #faults;
  #fresh = new Fresh();

  /** askAgain(region, spreadMs); process(element) makes htmx know new nodes; faults: a Faults. */
  constructor({ announcer, askAgain, process, faults }) {
    this.#announcer = announcer;
    this.#askAgain = askAgain;
    this.#process = process;
    this.#faults = faults;
  }

  apply(frame) {
    const levels = new Map(frame.levels.map((level) => [`stock-${level.id}`, level]));
    let isWhole = true;
    const each = (what, act) => {
      isWhole = this.#faults.guard(what, act) && isWhole;
    };
    keepingFocus(() => {
      for (const next of parse(frame.html)) {
        each(`drawing ${next.id}`, () =>
          this.#swap(document.getElementById(next.id), next, levels.get(next.id)),
        );
      }
      for (const id of frame.removed) {
        each(`removing ${id}`, () => this.#takeOut(document.getElementById(id)));
      }
    });
    // What could not be applied will not be sent again: the server is asked for all of it.
    for (const region of liveRegions()) {
      if (!isWhole || mustAskAgain(describe(region), frame)) this.#askAgain(region, frame.spread_ms);
    }
  }

  /**
   * A whole region came back from the server. Unless it may move, rows that would come in, leave or
   * change places stay where they are, with their new values; returns what waits, or null.
   */
  replace(region, next, { mayMove }) {
    const waits = mayMove ? null : difference(rowsOf(region).map(idOf), rowsOf(next).map(idOf));
    const merge = new Merge((row) => this.#changed(row));
    keepingFocus(() => {
      const figures = new Map(figuresOf(region));
      if (waits) inPlace(merge, region, next);
      else merge.into(region, next);
      for (const [figure, text] of figuresOf(region)) {
        if (figures.has(figure) && figures.get(figure) !== text) this.#fresh.mark(figure);
      }
    });
    this.#process(region);
    announce(region, "liveshelf:changed", {});
    return waits;
  }

  /** What it showed was taken away, or from this person: no number of it stays. */
  clear(region) {
    const isRows = region instanceof HTMLTableSectionElement;
    const words = document.createElement(isRows ? "td" : "p");
    words.className = "empty";
    words.textContent = "This is no longer here for you.";
    if (isRows) words.colSpan = region.rows[0]?.cells.length ?? 1;
    const row = isRows ? document.createElement("tr") : words;
    if (isRows) row.append(words);
    region.replaceChildren(row);
    announce(region, "liveshelf:changed", {});
  }

  stop() {
    this.#fresh.stop();
  }

  /** What of a frame shows on this page: the ids of rows, or of regions where no row is named. */
  concerning(frame) {
    const here = (id) => document.getElementById(id) !== null;
    const rows = [
      ...frame.levels.filter((level) => level.new || here(`stock-${level.id}`)).map((level) => `stock-${level.id}`),
      ...parse(frame.html).map(idOf).filter(here),
      ...frame.removed.filter(here),
    ];
    if (rows.length) return rows;
    return [...liveRegions()].filter((region) => mustAskAgain(describe(region), frame)).map(idOf);
  }

  #swap(current, next, level) {
    if (!current || !isNewer(next, current)) return;
    new Merge(() => {}).into(current, next);
    this.#process(current);
    this.#changed(current, level);
  }

  #changed(element, level) {
    // What changes every few seconds by itself is news to nobody: no mark, no word.
    const isQuiet = element.dataset.quiet !== undefined;
    if (!isQuiet) this.#fresh.mark(element);
    // A line of the ledger is the reason of a row's change, not one more.
    const isReason = element.id.startsWith("movement-");
    if (!isQuiet && !isReason) this.#announcer.note(describeChange(element));
    announce(element, "liveshelf:changed", { level });
  }

  #takeOut(row) {
    if (!row || isInUse(row)) return;
    const opened = [...row.parentElement.children].filter(
      (sibling) => sibling.dataset.keep === row.id && !isInUse(sibling),
    );
    const hadFocus = [row, ...opened].some((gone) => gone.contains(document.activeElement));
    const list = row.parentElement;
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    [row, ...opened].forEach((gone) => gone.remove());
    if (hadFocus) neighbour?.querySelector("a[href], button, input")?.focus({ preventScroll: true });
    announce(list, "liveshelf:changed", {});
    // What comes next on it, or that it is empty now, only the server can draw.
    const region = list.closest("[data-list][data-src][id]");
    if (region) this.#askAgain(region);
  }
}

/** The rows that stay get their new values, the region its new marks. */
function inPlace(merge, region, next) {
  const shown = new Map(rowsOf(region).map((row) => [row.id, row]));
  for (const row of rowsOf(next)) if (shown.has(row.id)) merge.into(shown.get(row.id), row);
  for (const mark of MARKS) {
    if (next.dataset[mark] !== undefined) region.dataset[mark] = next.dataset[mark];
  }
}

function rowsOf(region) {
  return [...region.querySelectorAll("tr[id][data-rev]")];
}

function idOf({ id }) {
  return id;
}

export function liveRegions() {
  return document.querySelectorAll("[data-topics][data-src][id]");
}

export function topicsOf(region) {
  return region.dataset.topics.split(/\s+/).filter(Boolean);
}

function describe(region) {
  return {
    topics: new Set(topicsOf(region)),
    isList: region.dataset.list !== undefined,
    isVolatile: region.dataset.volatile !== undefined,
    holdsStock: region.querySelector("[id^='stock-']") !== null,
  };
}

/** Rows and headings alike: the rules of a template let a <tr> stand by itself. */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children].filter((element) => element.id);
}

function describeChange(element) {
  const { location, quantity } = element.dataset;
  const title = element.querySelector("th a, h1, h2, h3, a") ?? element;
  return {
    id: element.id,
    name: title.textContent.trim().replace(/\s+/g, " "),
    place: location,
    quantity,
  };
}

function* figuresOf(region) {
  for (const figure of region.querySelectorAll(".figure")) yield [figure, figure.textContent];
}

function announce(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}
