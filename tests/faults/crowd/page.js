// A page as a client without a document keeps it: its regions, its stock rows, and what the rules of
// static/js/list_rules.js say about them.

import { mustAskAgain } from "../../../static/js/list_rules.js";

const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:=(?:"[^"]*"|'[^']*'))?)*)\s*(\/?)>/g;
const MARK = /([\w:-]+)(?:=(?:"([^"]*)"|'([^']*)'))?/g;
const VOID = new Set(["br", "hr", "img", "input", "link", "meta"]);

function marksOf(text) {
  const marks = {};
  for (const [, name, double, single] of text.matchAll(MARK)) {
    marks[name] = (double ?? single ?? "").replaceAll("&amp;", "&");
  }
  return marks;
}

/** Every element with the regions around it, in order: [{name, marks, around}]. */
function* elements(html) {
  const open = [];
  for (const [, ends, name, text, isEmpty] of html.matchAll(TAG)) {
    if (ends) {
      open.pop();
      continue;
    }
    const marks = marksOf(text);
    const around = open.filter((other) => other["data-topics"] !== undefined);
    yield { name, marks, around };
    if (!VOID.has(name) && !isEmpty) open.push(marks);
  }
}

function rowOf({ marks }) {
  return {
    id: marks.id,
    level: Number(marks.id.slice("stock-".length)),
    location: marks["data-location"],
    quantity: Number(marks["data-quantity"]),
    version: Number(marks["data-version"]),
    rev: BigInt(marks["data-rev"]),
  };
}

function isStockRow({ name, marks }) {
  return name === "tr" && marks.id?.startsWith("stock-");
}

export function rowsIn(html) {
  return [...elements(html)].filter(isStockRow).map(rowOf);
}

export class Page {
  stand;
  regions = new Map(); // id -> {id, topics, cursor, src, isList, isVolatile}
  rows = new Map(); // id -> row, with the regions it lies in

  /** shown(row) is called for each row that comes or gets a newer revision. */
  constructor(html, shown) {
    this.shown = shown;
    for (const element of elements(html)) this.#take(element);
  }

  #take(element) {
    const { name, marks, around } = element;
    if (name === "body") {
      this.stand = { cursor: marks["data-cursor"], epoch: marks["data-epoch"], rights: marks["data-rights"] };
    }
    if (marks["data-topics"] !== undefined) this.#takeRegion(marks);
    if (isStockRow(element)) this.#takeRow(rowOf(element), around.map(({ id }) => id));
  }

  #takeRegion(marks) {
    const id = marks.id ?? `unnamed-${this.regions.size}`;
    this.regions.set(id, {
      id,
      topics: marks["data-topics"].split(/\s+/).filter(Boolean),
      cursor: marks["data-cursor"],
      src: marks["data-src"],
      isList: marks["data-list"] !== undefined,
      isVolatile: marks["data-volatile"] !== undefined,
    });
  }

  #takeRow(row, regions) {
    const before = this.rows.get(row.id);
    if (before && before.rev >= row.rev) return;
    this.rows.set(row.id, { ...row, regions: regions ?? before.regions });
    this.shown(row);
  }

  /** What subscriptions.js wants to know. */
  get found() {
    return [...this.regions.values()].map(({ id, topics, cursor }) => ({ region: id, topics, cursor }));
  }

  /** Take a `changes` frame; returns the ids of the regions to ask for again. */
  apply(frame) {
    for (const row of rowsIn(frame.html)) if (this.rows.has(row.id)) this.#takeRow(row);
    const left = frame.removed.filter((id) => this.rows.has(id));
    const lists = left.flatMap((id) => this.rows.get(id).regions);
    left.forEach((id) => this.rows.delete(id));
    const stale = [...this.regions.values()]
      .filter((region) => region.src && mustAskAgain(this.#describe(region), frame))
      .map(({ id }) => id);
    return new Set([...stale, ...lists.filter((id) => this.regions.get(id)?.src)]);
  }

  #describe({ id, topics, isList, isVolatile }) {
    const holdsStock = [...this.rows.values()].some(({ regions }) => regions.includes(id));
    return { topics: new Set(topics), isList, isVolatile, holdsStock };
  }

  /** A region came back; what is newer on the page stays as it is. */
  replace(id, html) {
    const came = [...elements(html)];
    const stay = new Set(came.filter(isStockRow).map(({ marks }) => marks.id));
    for (const [row, { regions }] of this.rows) {
      if (regions.includes(id) && !stay.has(row)) this.rows.delete(row);
    }
    came.forEach((element) => this.#take(element));
  }

  /** The right to these topics is gone. */
  revoke(topics) {
    const places = new Set(topics.map((topic) => topic.replace(/^location:/, "")));
    for (const [id, { location }] of this.rows) if (places.has(location)) this.rows.delete(id);
  }
}
