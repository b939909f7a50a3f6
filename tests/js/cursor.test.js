import assert from "node:assert/strict";
import { test } from "node:test";

import { earlierOf } from "../../static/js/cursor.js";

for (const [earlier, later, says] of [
  ["730:733:731", "731:733:", "the older transactions that ran have ended"],
  ["9:9:", "10:10:", "numbers are compared as numbers"],
  ["730:735:730,731", "730:735:730", "of the same bounds, the one that sees fewer running"],
  ["9007199254740992:9007199254740992:", "9007199254740993:9007199254740993:", "beyond exact floats"],
]) {
  test(`${earlier} is earlier than ${later}: ${says}`, () => {
    assert.equal(earlierOf(earlier, later), earlier);
    assert.equal(earlierOf(later, earlier), earlier);
  });
}
