// Forms that were opened in place: closing one gives the focus back to its row.

export function watchRowForms(page) {
  page.addEventListener("input", ({ target }) => {
    // Whoever types another value means that one.
    const choice = target.dataset?.chooses && page.getElementById(target.dataset.chooses);
    if (choice) choice.checked = true;
  });
  page.addEventListener("click", (event) => {
    const opened = event.target.closest("[data-dismiss]")?.closest("[data-keep]");
    if (!opened) return;
    event.preventDefault();
    close(page, opened);
  });
  page.addEventListener("keydown", (event) => {
    const opened = event.key === "Escape" && event.target.closest("[data-keep]");
    // What was typed is thrown away by a button, not by a slip of the finger.
    if (opened && !opened.querySelector("form[data-edited]")) close(page, opened);
  });
}

function close(page, opened) {
  const row = page.getElementById(opened.dataset.keep);
  opened.remove();
  row?.querySelector(".row-actions a")?.focus();
}
