// #messages: what went wrong, in words, until the next thing goes right.

export class Messages {
  #element;
  #fault = null;

  constructor(element) {
    this.#element = element;
  }

  fault(text) {
    this.clear();
    this.#fault = paragraph(text);
    this.#element?.append(this.#fault);
  }

  clear() {
    this.#fault?.remove();
    this.#fault = null;
  }

  /** Stays until the page is left: {text, action, act}. Shown once. */
  banner({ text, action, act }) {
    if (!this.#element || document.getElementById("out-of-date")) return;
    const banner = paragraph(`${text} `);
    banner.id = "out-of-date";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = action;
    button.addEventListener("click", act);
    banner.append(button);
    this.#element.append(banner);
  }
}

function paragraph(text) {
  const element = document.createElement("p");
  element.className = "message message-error error";
  element.setAttribute("role", "alert");
  element.textContent = text;
  return element;
}
