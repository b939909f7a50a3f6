// What the pill says when it is pressed: how the line is, since when, and what happens next.

const EVERY_MS = 1_000;
const SOON_MS = 1_500;

export class LineDetails {
  #pill;
  #read;
  #panel = null;
  #handle = null;

  /** read() gives {meaning, state, latencyMs, jitterMs, quality, changedAt, trueAt, reconnects, plan, faults}. */
  constructor({ pill, read }) {
    this.#pill = pill;
    this.#read = read;
  }

  /** The browser's own popover: Escape and a click elsewhere close it, the focus goes back. */
  attach() {
    if (this.#pill?.localName !== "button") return;
    this.#panel = document.createElement("section");
    this.#panel.id = "connection-details";
    this.#panel.className = "line-details";
    this.#panel.popover = "auto";
    this.#panel.setAttribute("aria-label", "Connection");
    this.#pill.after(this.#panel);
    this.#pill.popoverTargetElement = this.#panel;
    // Before it is painted, so that it is never seen empty.
    this.#panel.addEventListener("beforetoggle", ({ newState }) => this.#toggled(newState === "open"));
  }

  detach() {
    clearInterval(this.#handle);
    this.#panel?.remove();
  }

  #toggled(isOpen) {
    clearInterval(this.#handle);
    if (!isOpen) return;
    this.#draw();
    this.#handle = setInterval(() => this.#draw(), EVERY_MS);
  }

  #draw() {
    const now = this.#read();
    const list = document.createElement("dl");
    for (const [term, text] of lines(now)) list.append(element("dt", term), element("dd", text));
    this.#panel.replaceChildren(element("p", now.meaning), list);
  }
}

/** [[term, text]] of what is known. */
export function lines(line, now = Date.now()) {
  const { latencyMs, jitterMs, quality, changedAt, reconnects, faults } = line;
  return [
    ...(latencyMs === undefined || line.state !== "live"
      ? []
      : [
          ["Line", quality],
          ["Latency", `${Math.round(latencyMs)} ms`],
          ["Jitter", `${Math.round(jitterMs)} ms`],
        ]),
    ["Last change", changedAt ? clock(changedAt) : "none since this page was opened"],
    ["Reconnects", reconnects ? String(reconnects) : "none"],
    ["Next", outlook(line, now)],
    ...(faults.count ? [["Faults on this page", `${faults.count}, the last: ${faults.last}`]] : []),
  ];
}

/** What it will do by itself, in words. */
export function outlook({ state, hasEnded, plan }, now) {
  if (hasEnded) return "nothing more: load the page again";
  if (state === "live") return "asks every 20 seconds whether the server is still there";
  if (state === "polling") return `asks for changes ${wait(plan.asks, now)}, and tries the direct line ${wait(plan.opens, now)}`;
  if (plan.isOpening) return "waits for the server to answer";
  if (plan.opens !== null) return `tries again ${wait(plan.opens, now)}`;
  return "waits for the server to answer";
}

function wait(at, now) {
  if (at === null || at - now < SOON_MS) return "now";
  return `in ${Math.round((at - now) / 1000)} seconds`;
}

function clock(at) {
  return new Date(at).toLocaleTimeString("en-GB");
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
