import assert from "node:assert/strict";
import { test } from "node:test";

import { Faults } from "../../static/js/faults.js";

function faults() {
  const [reported, told] = [[], []];
  const made = new Faults({
    report: (error) => reported.push(error),
    tell: (detail) => told.push(detail),
  });
  return { made, reported, told };
}

const broken = () => {
  throw new TypeError("no such row");
};

test("a fault is caught, counted and told, and the rest goes on", () => {
  const { made, reported, told } = faults();
  assert.equal(made.guard("drawing stock-1", broken), false);
  assert.equal(made.guard("drawing stock-2", () => {}), true);
  assert.equal(reported[0].message, "drawing stock-1: no such row");
  assert.ok(reported[0].cause instanceof TypeError);
  assert.deepEqual(told, [{ message: "drawing stock-1: no such row", count: 1 }]);
});

test("a fault that comes again and again is counted but does not fill the console", () => {
  const { made, reported } = faults();
  for (let times = 0; times < 1_000; times += 1) made.guard("drawing", broken);
  assert.equal(made.count, 1_000);
  assert.equal(reported.length, 20);
});

test("the console's echo of a fault is not one more; a stranger's is", () => {
  const { made, reported } = faults();
  made.guard("drawing", broken);
  made.overhear(reported[0]);
  assert.equal(made.count, 1);
  made.overhear(new Error("elsewhere"));
  assert.deepEqual([made.count, made.last], [2, "elsewhere"]);
});
