// Forms: which hold something typed, which are on their way, and what went wrong with them.

import { Departure } from "./departure.js";

const VISIBLE_AFTER_MS = 1_000;
// An answer that is a download leaves the page where it is; the form must come back to life.
const GIVE_UP_MS = 20_000;
const FAULTY = "[aria-invalid='true'], .field-error, .errors, .errorlist, .decision";

const NO_ANSWER =
  "No answer came from the server: check the network, then look whether it was saved before you try again.";
const SAYS = {
  403: "This page is out of date: load it again, then try once more.",
  404: "That is no longer here, or you may not see it.",
  413: "That is too much at once.",
  429: "Too many requests: wait a moment, then try again.",
  503: "The server is busy: try again in a moment.",
};

export function hasEdits() {
  return document.querySelector("form[data-edited]") !== null;
}

export class Forms {
  #messages;
  #departure;
  #waiting = new WeakMap();

  constructor({ messages, departure }) {
    this.#messages = messages;
    this.#departure = departure;
  }

  watch() {
    for (const event of ["input", "change"]) {
      document.addEventListener(event, ({ target }) => target.form && mark(target.form));
    }
    document.addEventListener("reset", ({ target }) => delete target.dataset.edited);
    document.addEventListener("submit", (event) => this.#submitted(event));
    document.addEventListener("htmx:confirm", (event) => this.#asked(event));
    document.addEventListener("htmx:beforeRequest", (event) => this.#sent(event));
    document.addEventListener("htmx:beforeSwap", (event) => this.#answered(event));
    document.addEventListener("htmx:afterRequest", (event) => this.#done(event));
    document.addEventListener("htmx:load", ({ target }) => keepRefused(target));
    document.addEventListener("htmx:responseError", ({ detail }) => this.#failed(detail.xhr.status));
    for (const event of ["htmx:sendError", "htmx:timeout"]) {
      document.addEventListener(event, () => this.#messages.fault(NO_ANSWER));
    }
    window.addEventListener("pageshow", () => this.#backAgain());
  }

  /** A form that the browser sends itself; one that htmx sends has been prevented by it. */
  #submitted(event) {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (this.#waiting.has(form)) event.preventDefault();
    else {
      delete form.dataset.edited;
      this.#start(form);
    }
  }

  // Before htmx queues it: what it queues is sent when the answer to the first has come.
  #asked(event) {
    const form = formOf(event.detail.elt);
    if (form && this.#waiting.has(form)) event.preventDefault();
  }

  #sent({ detail }) {
    const form = formOf(detail.elt);
    if (form && !isSearch(form)) this.#start(form);
  }

  #answered(event) {
    if (!Departure.isLogin(event.detail.xhr.responseURL)) return;
    event.detail.shouldSwap = false;
    this.#departure.logIn();
  }

  #done({ detail }) {
    const form = formOf(detail.elt);
    if (detail.successful) this.#messages.clear();
    if (!form) return;
    this.#stop(form);
    if (detail.successful) delete form.dataset.edited;
  }

  #failed(status) {
    this.#messages.fault(SAYS[status] ?? "Something went wrong on the server: try again.");
  }

  #start(form) {
    form.setAttribute("aria-busy", "true");
    const show = setTimeout(() => showProgress(form), VISIBLE_AFTER_MS);
    const giveUp = setTimeout(() => this.#stop(form), GIVE_UP_MS);
    this.#waiting.set(form, [show, giveUp]);
  }

  #stop(form) {
    (this.#waiting.get(form) ?? []).forEach((timer) => clearTimeout(timer));
    this.#waiting.delete(form);
    form.removeAttribute("aria-busy");
    form.querySelector("progress[data-waiting]")?.remove();
  }

  #backAgain() {
    document.querySelectorAll("form[aria-busy]").forEach((form) => this.#stop(form));
  }
}

function mark(form) {
  if (isSearch(form)) return;
  if ([...form.elements].some(differs)) form.dataset.edited = "";
  else if (!form.querySelector(FAULTY)) delete form.dataset.edited;
}

// Filters stand in the address: loading the page again loses nothing.
function isSearch(form) {
  return form.method === "get" && !form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]");
}

function differs(field) {
  if (field.type === "hidden") return false;
  if (field.options) return [...field.options].some((o) => o.selected !== o.defaultSelected) && field.selectedIndex > 0;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== undefined && field.value !== (field.defaultValue ?? field.value);
}

/** What was refused is still what the person typed. */
function keepRefused(element) {
  const forms = element.matches?.("form") ? [element] : element.querySelectorAll?.("form") ?? [];
  for (const form of forms) {
    if (isSearch(form) || !form.querySelector(FAULTY)) continue;
    form.dataset.edited = "";
    form.querySelector("[aria-invalid='true']")?.focus();
  }
}

/** What only shows what a form would come to is not the form: it may be sent meanwhile. */
function formOf(element) {
  return element.matches?.("[data-preview]") ? null : (element.closest?.("form") ?? null);
}

function showProgress(form) {
  const progress = document.createElement("progress");
  progress.dataset.waiting = "";
  progress.setAttribute("aria-label", "Working on it");
  form.append(progress);
}
