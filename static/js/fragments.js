// A `changes` frame -> the page: swap by id what is newer, take out what left, and find what has
// to be asked for again.

import { isInUse, isNewer, Merge } from "./merge.js";
import { mustAskAgain } from "./list_rules.js";
import { keepingFocus } from "./focus_keeper.js";

const FRESH_MS = 2_000;

export class Fragments {
  #announcer;
  #askAgain;
  #process;
  #fresh = new WeakMap();

  /** askAgain(region); process(element) makes htmx know new nodes. */
  constructor({ announcer, askAgain, process }) {
    this.#announcer = announcer;
    this.#askAgain = askAgain;
    this.#process = process;
  }

  apply(frame) {
    const levels = new Map(frame.levels.map((level) => [`stock-${level.id}`, level]));
    keepingFocus(() => {
      for (const next of parse(frame.html)) {
        this.#swap(document.getElementById(next.id), next, levels.get(next.id));
      }
      frame.removed.forEach((id) => this.#takeOut(document.getElementById(id)));
    });
    for (const region of liveRegions()) {
      if (mustAskAgain(describe(region), frame)) this.#askAgain(region);
    }
  }

  /** A whole region came back from the server. */
  replace(region, next) {
    keepingFocus(() => {
      const figures = new Map(figuresOf(region));
      new Merge((row) => this.#changed(row)).into(region, next);
      for (const [figure, text] of figuresOf(region)) {
        if (figures.has(figure) && figures.get(figure) !== text) this.#freshen(figure);
      }
    });
    this.#process(region);
    announce(region, "liveshelf:changed", {});
  }

  #swap(current, next, level) {
    if (!current || !isNewer(next, current)) return;
    new Merge(() => {}).into(current, next);
    this.#process(current);
    this.#changed(current, level);
  }

  #changed(element, level) {
    this.#freshen(element);
    // A line of the ledger is the reason of a row's change, not one more.
    if (!element.id.startsWith("movement-")) this.#announcer.note(describeChange(element));
    announce(element, "liveshelf:changed", { level });
  }

  #freshen(element) {
    clearTimeout(this.#fresh.get(element));
    element.classList.add("is-fresh");
    const fade = setTimeout(() => element.classList.remove("is-fresh"), FRESH_MS);
    this.#fresh.set(element, fade);
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
