/** A board's end, and the code of its link. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WARNED_MS, day, endsSoon } from "../../orbit/http/web/page/ending.js";
import { drawn } from "../../orbit/http/web/views/qr.js";
import { generate } from "../../orbit/http/web/vendor/lean-qr.mjs";

const END = Date.parse("2026-12-21T12:00:00Z");
const card = { expires_at: "2026-12-21T12:00:00Z" };

test("a board that ends is said to, seven days before", () => {
  assert.equal(endsSoon(card, END - WARNED_MS - 1), null);
  assert.equal(endsSoon(card, END - WARNED_MS), END);
  assert.equal(endsSoon(card, END + 1), END);
});

test("a claimed board, and one that nobody knows yet, do not end", () => {
  assert.equal(endsSoon({ expires_at: null }, END), null);
  assert.equal(endsSoon(undefined, END), null);
});

test("a day is a date, and the last one has hours", () => {
  assert.match(day(END), /2026/);
  assert.match(day(END, END - WARNED_MS), /2026/);
  assert.match(day(END, END - 3_600_000), /\d\d:\d\d/);
});

test("a code is drawn as it is, in the middle of its quiet zone", () => {
  const link = "http://127.0.0.1:8000/b/0198c2f4-6c1b-7d35-9d7e-2f1c9a0b3c4d";
  const { path, size } = drawn(link);
  const dark = new Set();
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let at = 0; at < Number(width); at += 1) dark.add(`${Number(x) + at} ${y}`);
  }
  const code = generate(link, { minCorrectionLevel: 1 });
  assert.equal(size, code.size + 8);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      assert.equal(dark.has(`${x} ${y}`), code.get(x - 4, y - 4), `${x} ${y}`);
    }
  }
});
