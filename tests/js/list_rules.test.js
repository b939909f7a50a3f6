import assert from "node:assert/strict";
import { test } from "node:test";

import { mustAskAgain } from "../../static/js/list_rules.js";

const sold = { id: 1, sku: "FLOUR", location: "WH", quantity: 3, version: 2 };
const frame = (fields) => ({ levels: [], removed: [], stale: [], ...fields });
const region = (topics, fields) => ({
  topics: new Set(topics), isList: false, isVolatile: false, holdsStock: true, ...fields,
});

for (const [says, where, what, answer] of [
  ["a region asks again when one of its topics is stale", region(["summary"]), frame({ stale: ["summary"] }), true],
  ["another's staleness is no matter", region(["summary"]), frame({ stale: ["vendor:V"] }), false],
  ["a row that changed comes by itself", region(["location:WH"], { isList: true }), frame({ levels: [sold] }), false],
  ["a row that is new makes its list ask", region(["location:WH"], { isList: true }), frame({ levels: [{ ...sold, new: true }] }), true],
  ["but not the list of another place", region(["location:SHOP"], { isList: true }), frame({ levels: [{ ...sold, new: true }] }), false],
  ["a new row of a vendor is known by its stale topic", region(["vendor:V"], { isList: true }), frame({ levels: [{ ...sold, new: true }], stale: ["vendor:V"] }), true],
  ["a list that depends on quantities asks after any change", region(["location:WH"], { isList: true, isVolatile: true }), frame({ levels: [sold] }), true],
  ["a volatile list asks after a row has left", region(["location:WH"], { isList: true, isVolatile: true }), frame({ removed: ["stock-1"] }), true],
  ["the rows of a vendor's list come by themselves", region(["vendor:V"], { isList: true }), frame({ levels: [sold], stale: ["vendor:V"] }), false],
  ["too much at once: the list asks", region(["location:WH"], { isList: true }), frame({ stale: ["location:WH"] }), true],
  ["too much at once beside rows of another place: the list asks", region(["location:BULK"], { isList: true }), frame({ levels: [{ ...sold, new: true }], stale: ["location:BULK", "location:WH"] }), true],
  ["movements never come by themselves", region(["movements:WH"], { isList: true, holdsStock: false }), frame({ levels: [sold], stale: ["movements:WH"] }), true],
]) {
  test(says, () => assert.equal(mustAskAgain(where, what), answer));
}
