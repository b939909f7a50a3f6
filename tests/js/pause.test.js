import assert from "node:assert/strict";
import { test } from "node:test";

import { label, Pause } from "../../static/js/pause.js";

for (const [isOn, count, words] of [
  [false, 0, "Pause: stop changes on this page"],
  [true, 0, "Live: show changes again, none waits"],
  [true, 1, "Live: show changes again, 1 waits"],
  [true, 7, "Live: show changes again, 7 wait"],
]) {
  test(`the button says "${words}"`, () => assert.equal(label(isOn, count), words));
}

test("what changes again and again waits once", () => {
  const parts = { "[data-word]": {}, "[data-count]": {} };
  const button = {
    addEventListener: (_, press) => (button.press = press),
    querySelector: (selector) => parts[selector],
    toggleAttribute: () => {},
    setAttribute: () => {},
  };
  const presses = [];
  const pause = new Pause({ button, changed: () => presses.push(pause.isOn) });
  pause.watch();
  button.press();
  pause.note(["stock-1", "stock-2"]);
  pause.note(["stock-1"]);
  assert.equal(parts["[data-count]"].textContent, "2");
  pause.note(Array.from({ length: 500 }, (_, id) => `stock-${id}`));
  assert.equal(parts["[data-count]"].textContent, "99+");
  button.press();
  assert.equal(parts["[data-count]"].textContent, "");
  assert.deepEqual(presses, [true, false]);
});
