import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE_MS, CAP_MS, backoff, comesBack, pause } from "../../orbit/http/web/sdk/retry.js";

test("the ceiling doubles from half a second and stops at thirty", () => {
  const ceilings = [0, 1, 2, 5, 6, 40, 5000].map((n) => backoff(n, () => 1));
  assert.deepEqual(ceilings, [BASE_MS, 1000, 2000, 16_000, CAP_MS, CAP_MS, CAP_MS]);
});

test("jitter is full: from nothing to the ceiling", () => {
  assert.equal(backoff(3, () => 0), 0);
  assert.equal(backoff(3, () => 0.5), 2000);
});

test("what the server asks for is a floor", () => {
  assert.equal(pause(0, 7, () => 0), 7000);
  assert.equal(pause(0, null, () => 1), BASE_MS);
});

test("codes say whether to come back", () => {
  for (const code of [4000, 4001, 4499, 1001, 1006, 1011, 1012, 1013]) {
    assert.equal(comesBack(code), true, String(code));
  }
  for (const code of [4500, 4999, 1009, 1000, 1002, 1008]) {
    assert.equal(comesBack(code), false, String(code));
  }
});
