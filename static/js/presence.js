// #presence, "Also here: Bob, Charlie (editing)": who else has this page open, while that is true.

const PREFIX = "presence:";
// The server looks once a second: what comes and goes in between is nobody's business.
const SAY_EVERY_MS = 1_000;
// What a person does shows in the page after these; the marks of forms.js are set by then.
const LOOK_AFTER = ["input", "change", "reset", "click", "keydown", "visibilitychange"];
const LOOK_AFTER_HTMX = ["htmx:afterRequest", "htmx:afterSettle"];

export class Presence {
  #element;
  #topic;
  #send;
  #hasEdits;
  #isHidden;
  #isTrue;
  #timers;
  #isAdmitted = false;
  #said = "away"; // as every socket begins
  #others = { people: [], more: 0 };
  #handle = null;

  /**
   * element: where to show it, null on a page that has no such line; send(message).
   * isTrue() says whether what the server tells is shown at once: live, and not paused.
   */
  constructor({ element, send, hasEdits, isHidden, isTrue, timers = globalThis }) {
    this.#element = element;
    this.#topic = element?.dataset.topics;
    this.#send = send;
    this.#hasEdits = hasEdits;
    this.#isHidden = isHidden;
    this.#isTrue = isTrue;
    this.#timers = timers;
  }

  /** page is the document; a microtask later, what the event does to a form is done. */
  watch(page, signal) {
    if (!this.#element) return;
    for (const event of [...LOOK_AFTER, ...LOOK_AFTER_HTMX]) {
      page.addEventListener(event, () => queueMicrotask(() => this.look()), { signal });
    }
  }

  hear(frame) {
    switch (frame.type) {
      case "welcome":
      case "subscribed":
        if (frame.topics.includes(this.#topic)) this.#admitted();
        break;
      case "revoked":
        if (frame.topics.includes(this.#topic)) this.lost();
        break;
      case "presence":
        // One that was on its way when the tab was hidden is not kept up.
        if (PREFIX + frame.resource === this.#topic && this.#said !== "away") this.#heard(frame);
        break;
    }
  }

  /** What the person does may be something else by now. */
  look() {
    if (!this.#isAdmitted || this.#handle !== null) return;
    const state = this.#state;
    if (state === this.#said) return;
    this.#said = state;
    this.#send({ type: "presence", resource: this.#topic.slice(PREFIX.length), state });
    // Who is not seen is told of nobody.
    if (state === "away") this.#heard({ people: [], more: 0 });
    this.#handle = this.#timers.setTimeout(() => {
      this.#handle = null;
      this.look();
    }, SAY_EVERY_MS);
  }

  /** The socket is gone, or the right: nobody is told of us, and we of nobody. */
  lost() {
    this.#timers.clearTimeout(this.#handle);
    this.#handle = null;
    this.#isAdmitted = false;
    this.#said = "away";
    this.#heard({ people: [], more: 0 });
  }

  draw() {
    if (!this.#element) return;
    const { people, more } = this.#others;
    const isShown = people.length > 0 && this.#isTrue();
    const names = isShown ? `Also here: ${people.map(described).join(", ")}` : "";
    const rest = isShown && more ? ` and ${more} more` : "";
    put(this.#element.querySelector("[data-names]"), names);
    put(this.#element.querySelector("[data-more]"), rest);
    // All of it, where the line has no room.
    this.#element.title = names + rest;
    this.#element.hidden = !isShown;
  }

  get #state() {
    if (this.#isHidden()) return "away";
    return this.#hasEdits() ? "editing" : "viewing";
  }

  #admitted() {
    this.#isAdmitted = true;
    this.look();
  }

  #heard({ people, more }) {
    this.#others = { people, more };
    this.draw();
  }
}

function described({ name, state }) {
  return state === "editing" ? `${name} (editing)` : name;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
