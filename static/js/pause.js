// Live / Pause: while it is paused nothing on the page moves, and what waits is counted.

const SHOWN_UP_TO = 99;

export class Pause {
  #button;
  #changed;
  #waiting = new Set();
  #isOn = false;

  /** changed() is called when it was pressed. */
  constructor({ button, changed }) {
    this.#button = button;
    this.#changed = changed;
  }

  get isOn() {
    return this.#isOn;
  }

  watch(signal) {
    this.#button?.addEventListener("click", () => this.#toggle(), { signal });
    this.#draw();
  }

  #toggle() {
    this.#isOn = !this.#isOn;
    this.#waiting.clear();
    this.#draw();
    this.#changed();
  }

  /** ids of rows or regions that changed; each counts once. */
  note(ids) {
    ids.forEach((id) => this.#waiting.add(id));
    this.#draw();
  }

  #draw() {
    if (!this.#button) return;
    const count = this.#waiting.size;
    this.#button.toggleAttribute("data-paused", this.#isOn);
    this.#button.querySelector("[data-word]").textContent = this.#isOn ? "Live" : "Pause";
    this.#button.querySelector("[data-count]").textContent = count ? short(count) : "";
    this.#button.setAttribute("aria-label", label(this.#isOn, count));
  }
}

function short(count) {
  return count > SHOWN_UP_TO ? `${SHOWN_UP_TO}+` : String(count);
}

export function label(isOn, count) {
  if (!isOn) return "Pause: stop changes on this page";
  if (count === 0) return "Live: show changes again, none waits";
  return `Live: show changes again, ${count} ${count === 1 ? "waits" : "wait"}`;
}
