// Make an element of the page equal to a newer one from the server, and keep what the person has
// there: the nodes themselves, so focus, selection, scroll and half-typed input stay.

// Opened by the person, not by the server.
const OPENED = { DETAILS: "open", DIALOG: "open" };
const OWN_CLASS = /^(htmx-|is-fresh$)/;

/** Revisions are sums that outgrow exact floating point numbers. */
export function revision(element) {
  return element.dataset?.rev ? BigInt(element.dataset.rev) : null;
}

export function isNewer(next, current) {
  const [now, then] = [revision(next), revision(current)];
  return now === null || then === null || now > then;
}

/** changed(element) is called for each element with a revision that grew or that came. */
export class Merge {
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  into(current, next) {
    if (current.nodeType !== Node.ELEMENT_NODE) {
      if (current.data !== next.data) current.data = next.data;
      return;
    }
    if (isHeld(current) || !isSameOrNewer(next, current) || current.isEqualNode(next)) return;
    const grew = revision(current) !== null && isNewer(next, current);
    this.#attributes(current, next);
    this.#children(current, next);
    if (grew) this.#changed(current);
  }

  #attributes(current, next) {
    for (const { name } of [...current.attributes]) {
      const theirs = name === "class" || name === OPENED[current.tagName];
      if (!theirs && !next.hasAttribute(name)) current.removeAttribute(name);
    }
    for (const { name, value } of next.attributes) {
      if (name === "class") continue;
      if (current.getAttribute(name) !== value) current.setAttribute(name, value);
    }
    const own = [...current.classList].filter((name) => OWN_CLASS.test(name));
    const classes = [...next.classList, ...own].join(" ");
    if (current.className !== classes) current.setAttribute("class", classes);
  }

  #children(current, next) {
    const wanted = [...next.childNodes];
    const kept = takeKept(current);
    this.#dropTheGone(current, wanted, kept);
    let place = current.firstChild;
    for (const child of wanted) {
      while (place && kept.has(place)) place = place.nextSibling;
      const match = counterpart(child, place, current, kept);
      if (match) {
        if (match === place) place = place.nextSibling;
        else put(current, match, place);
        this.into(match, child);
      } else {
        current.insertBefore(child, place);
        this.#came(child);
      }
    }
    while (place) {
      const after = place.nextSibling;
      if (!kept.has(place) && !(place.id && isInUse(place))) place.remove();
      place = after;
    }
    putBackKept(current, kept);
  }

  /** What has an id and is gone goes first, so that nothing that stays has to be moved. */
  #dropTheGone(current, wanted, kept) {
    const ids = new Set(wanted.map((child) => child.id).filter(Boolean));
    for (const child of [...current.children]) {
      if (child.id && !ids.has(child.id) && !kept.has(child) && !isInUse(child)) child.remove();
    }
  }

  #came(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const rows = node.matches("[data-rev]") ? [node] : node.querySelectorAll("[data-rev]");
    rows.forEach((row) => this.#changed(row));
  }
}

/** What was typed is the person's until they send it or throw it away. */
export function isHeld(element) {
  return element.matches("form[data-edited]");
}

/** Holds something typed, or a form that somebody is in: it must not be pulled away. */
export function isInUse(element) {
  const edited = isHeld(element) || element.querySelector("form[data-edited]") !== null;
  return edited || (element.contains(document.activeElement) && document.activeElement.form);
}

function isSameOrNewer(next, current) {
  const [now, then] = [revision(next), revision(current)];
  return now === null || then === null || now >= then;
}

/** Children that are not the server's, or that hold something typed -> the id they belong to. */
function takeKept(parent) {
  const kept = new Map();
  for (const child of parent.children) {
    if (child.dataset?.keep !== undefined) kept.set(child, child.dataset.keep);
    else if (isHeld(child) && !child.id) kept.set(child, child.previousElementSibling?.id ?? "");
  }
  return kept;
}

function putBackKept(parent, kept) {
  for (const [child, id] of kept) {
    const row = id && [...parent.children].find((sibling) => sibling.id === id);
    if (row) {
      if (row.nextSibling !== child) put(parent, child, row.nextSibling);
    } else if (!isInUse(child)) {
      child.remove();
    }
  }
}

function counterpart(child, place, parent, kept) {
  if (child.id) return [...parent.children].find((sibling) => sibling.id === child.id) ?? null;
  for (let node = place; node; node = node.nextSibling) {
    if (!node.id && !kept.has(node) && node.nodeName === child.nodeName) return node;
  }
  return null;
}

/** Where the browser can, move without letting go of focus and state. */
function put(parent, node, before) {
  if (parent.moveBefore && parent.isConnected) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
}
