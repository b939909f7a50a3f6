// Somebody has a form open at a row, and the number in that row moves: the form says so.

const NOTE = "moved-under";
// Something to fill in; a message with an "Undo" has none.
const FIELD = "form :is(input:not([type='hidden']), select, textarea)";

export class MovedUnder {
  #opened = new WeakMap(); // the opened form's root -> what its row said then

  /** Forms may have been opened or closed. */
  look(page) {
    for (const opened of page.querySelectorAll(`[data-keep]:has(${FIELD})`)) {
      if (!this.#opened.has(opened)) this.#opened.set(opened, rowOf(page, opened)?.dataset.quantity);
    }
  }

  /** The row changed. */
  changed(page, row) {
    if (row.dataset?.quantity === undefined) return;
    for (const opened of page.querySelectorAll(`[data-keep="${CSS.escape(row.id)}"]`)) {
      const before = this.#opened.get(opened);
      if (before !== undefined) this.#say(opened, before, row.dataset.quantity);
    }
  }

  #say(opened, before, now) {
    const form = opened.querySelector(FIELD)?.closest("form");
    if (!form) return;
    const note = opened.querySelector(`.${NOTE}`);
    if (before === now) note?.remove();
    // What is on its way may be the very change; its answer says how it ended.
    else if (form.getAttribute("aria-busy") !== "true") (note ?? noteIn(form)).textContent = inWords(before, now);
  }
}

export function inWords(before, now) {
  const grouped = (quantity) => Number(quantity).toLocaleString("en-GB");
  return `Meanwhile the number on hand moved from ${grouped(before)} to ${grouped(now)}. What you typed is as you left it.`;
}

function noteIn(form) {
  const note = document.createElement("p");
  note.className = NOTE;
  note.setAttribute("role", "status");
  // Behind the buttons: what the person is about to press stays where it is.
  form.append(note);
  return note;
}

function rowOf(page, opened) {
  return page.getElementById(opened.dataset.keep);
}
