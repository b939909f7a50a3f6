// Puts the page together; the only module that acts when it is imported.

import { Announcer } from "./announcer.js";
import { Departure } from "./departure.js";
import { Faults } from "./faults.js";
import { Forms, hasEdits } from "./forms.js";
import { LivePage } from "./live_page.js";
import { Messages } from "./messages.js";
import { watchRowForms } from "./row_forms.js";

const messages = new Messages(document.getElementById("messages"));
const faults = new Faults({
  report: (error) => reportError(error),
  tell: (detail) => document.dispatchEvent(new CustomEvent("liveshelf:fault", { detail })),
});
window.addEventListener("error", ({ error, message }) => faults.overhear(error ?? message));
window.addEventListener("unhandledrejection", ({ reason }) => faults.overhear(reason));

let livePage = null;
const departure = new Departure({
  messages,
  hasEdits,
  // Who paused the page does not want it to move; who typed does not want to type again.
  mustStay: () => hasEdits() || Boolean(livePage?.isPaused),
  memory: sessionStorage,
  location,
});
new Forms({ messages, departure }).watch();
watchRowForms(document);

if (globalThis.htmx) {
  // A refusal is an answer: the form comes back with its faults beside the fields.
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "400|409|422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ];
}

// The line end behind an answer would stay in the page as a node, one for each swap.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  detail.serverResponse = detail.serverResponse.trim();
});

const { cursor, epoch, rights } = document.body.dataset;
if (cursor) {
  const announcer = new Announcer((text) => {
    const region = document.getElementById("announcer");
    if (region) region.textContent = text;
  });
  livePage = new LivePage({ page: { cursor, epoch, rights }, announcer, departure, faults });
  livePage.start();
}
